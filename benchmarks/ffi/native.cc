// What ffi.py compares the bindings with: the same reads through the C++ headers. Prints ns of CPU a record as JSON, a list of rounds each.
//
//   kith_ffi FOLDER ROUNDS READS
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "kith/exchange/arrow.h"
#include "kith/model/model.h"

namespace {

using kith::Status;

constexpr const char* kType = "opportunity";
constexpr size_t kHot = 500;      // records that are got, over and over: what a call costs, not what memory does
constexpr uint64_t kStep = 7919;  // from one of them to the next, the same in each language

struct Plan {
  std::shared_ptr<const kith::Snapshot> now;
  size_t name;
  size_t amount;
  size_t records = 0;
  std::vector<kith::Id> hot;
  size_t reads;
};

double CpuNanos() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

Status Scan(const Plan& plan, uint64_t& sum) {
  KITH_ASSIGN_OR_RETURN(const auto cursor, plan.now->Scan(kType));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const kith::record::View record, cursor->record());
    sum += record.GetText(plan.name).size() + static_cast<uint64_t>(record.GetMoney(plan.amount).minor);
  }
  return cursor->status();
}

Status Get(const Plan& plan, uint64_t& sum) {
  for (size_t i = 0; i < plan.reads; ++i) {
    KITH_ASSIGN_OR_RETURN(const kith::record::View record, plan.now->Get(plan.hot[i % plan.hot.size()]));
    sum += record.id().value();
  }
  return absl::OkStatus();
}

Status GetAndRead(const Plan& plan, uint64_t& sum) {
  for (size_t i = 0; i < plan.reads; ++i) {
    KITH_ASSIGN_OR_RETURN(const kith::record::View record, plan.now->Get(plan.hot[i % plan.hot.size()]));
    sum += static_cast<uint64_t>(record.GetMoney(plan.amount).minor);
  }
  return absl::OkStatus();
}

Status Arrow(const Plan& plan, uint64_t& sum) {
  ArrowArrayStream stream = {};
  KITH_RETURN_IF_ERROR(kith::exchange::ExportType(plan.now, kType, {.names = {"name", "amount"}}, {}, &stream));
  ArrowArray batch = {};
  while (stream.get_next(&stream, &batch) == 0 && batch.release != nullptr) {
    sum += static_cast<uint64_t>(batch.length);
    batch.release(&batch);
  }
  stream.release(&stream);
  return absl::OkStatus();
}

kith::StatusOr<nlohmann::json> Measure(const Plan& plan, int rounds) {
  struct Part {
    const char* name;
    Status (*run)(const Plan&, uint64_t&);
    size_t records;
  };
  const Part parts[] = {{"get", Get, plan.reads},
                        {"get a field", GetAndRead, plan.reads},
                        {"scan two fields", Scan, plan.records},
                        {"Arrow of two fields", Arrow, plan.records}};
  nlohmann::json out;
  uint64_t sum = 0;
  for (int round = 0; round < rounds; ++round) {
    for (const Part& part : parts) {
      const double start = CpuNanos();
      KITH_RETURN_IF_ERROR(part.run(plan, sum));
      out[part.name].push_back((CpuNanos() - start) / static_cast<double>(part.records));
    }
  }
  if (sum == 0) std::cerr << "nothing was read\n";  // and the reads cannot be left out
  return out;
}

Status Run(const char* folder, int rounds, size_t reads) {
  kith::OpenOptions options;
  options.read_only = true;
  KITH_ASSIGN_OR_RETURN(const auto db, kith::model::OpenDatabase(folder, options));
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<kith::Snapshot> read, db->Read());
  const std::shared_ptr<const kith::Snapshot> now = std::move(read);
  KITH_ASSIGN_OR_RETURN(const kith::catalog::TypeDef* type, now->catalog().GetType(kType));
  std::vector<kith::Id> ids;
  KITH_ASSIGN_OR_RETURN(const auto cursor, now->Scan(kType));
  while (cursor->Next()) ids.push_back(cursor->id());
  KITH_RETURN_IF_ERROR(cursor->status());
  Plan plan{now, type->FindField("name")->position, type->FindField("amount")->position, ids.size(), {}, reads};
  for (size_t i = 0; i < std::min(kHot, ids.size()); ++i) plan.hot.push_back(ids[i * kStep % ids.size()]);
  KITH_ASSIGN_OR_RETURN(const nlohmann::json out, Measure(plan, rounds));
  std::cout << out.dump() << "\n";
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const Status status = Run(argv[1], std::atoi(argv[2]), std::strtoull(argv[3], nullptr, 10));
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
