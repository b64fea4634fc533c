// Records as they were: loaded in steps, each of which knows where the import stands.
#include <algorithm>
#include <charconv>
#include <utility>

#include "exchange/lines_import.h"

namespace kith::exchange {
namespace {

constexpr size_t kStepRecords = 1000;
constexpr int64_t kStepBytes = 8 * 1024 * 1024;  // of lines
constexpr std::string_view kSeedsStay = " +";    // in the checkpoint, until seeds are dropped

class Loader {
 public:
  explicit Loader(const LinesJob& job) : job_(job) {}

  Status Run() {
    KITH_ASSIGN_OR_RETURN(catalog_, job_.database.GetCatalog());
    KITH_ASSIGN_OR_RETURN(const uint64_t done, Stand());
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<LineFile> file, LineFile::Open(job_.file.path));
    RecordReader reader(*file, *catalog_);
    int64_t step_begin = 0;
    for (;;) {
      KITH_ASSIGN_OR_RETURN(const bool more, reader.Next());
      if (!more) break;
      if (++read_ <= done) continue;
      Take(std::move(reader.record()));
      if (step_.size() < kStepRecords && file->bytes_read() - step_begin < kStepBytes) continue;
      step_begin = file->bytes_read();
      KITH_RETURN_IF_ERROR(LoadStep());
      if (!job_.progress(file->bytes_read(), file->bytes_total())) {
        return MakeError({.reason = Reason::kCancelled, .hint = "import the same file again to go on"},
                         "the import was stopped; records loaded so far stay");
      }
    }
    KITH_RETURN_IF_ERROR(LoadStep());
    if (read_ > done || seeds_stay_) KITH_RETURN_IF_ERROR(DropSeeds());
    (void)job_.progress(file->bytes_total(), file->bytes_total());
    return absl::OkStatus();
  }

 private:
  // How many records of the file are in.
  StatusOr<uint64_t> Stand() {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, job_.database.Read());
    KITH_ASSIGN_OR_RETURN(const std::optional<std::string> stands, snapshot->Checkpoint(kLinesCheckpoint));
    uint64_t done = 0;
    seeds_stay_ = false;
    if (!stands.has_value() || !stands->starts_with(job_.file.sha256)) return done;
    const size_t space = std::min(stands->size(), job_.file.sha256.size() + 1);
    std::from_chars(stands->data() + space, stands->data() + stands->size(), done);
    seeds_stay_ = stands->ends_with(kSeedsStay);
    return done;
  }

  [[nodiscard]] std::string Stands() const { return job_.file.sha256 + " " + std::to_string(read_); }

  // Seeds that the file does not have, though it has their type, were deleted there.
  Status DropSeeds() {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, job_.database.Read());
    Batch batch(catalog_, job_.options.actor, job_.options.reason);
    for (const std::string& type : job_.file.types) {
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot->Scan(type));
      while (cursor->Next()) {
        if (job_.file.ids.Contains(cursor->id())) continue;
        KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
        KITH_ASSIGN_OR_RETURN(const bool seed, IsSeed(*snapshot, view));
        if (seed) batch.Delete(cursor->id());
      }
      KITH_RETURN_IF_ERROR(cursor->status());
    }
    KITH_RETURN_IF_ERROR(batch.status());
    // The import is through: a seed that comes later stays, whenever the file is imported again.
    ApplyOptions options;
    options.checkpoint = kLinesCheckpoint;
    options.checkpoint_value = Stands();
    return job_.database.Apply(batch, options).status();
  }

  void Take(LineRecord record) {
    bool lost = false;
    for (Value& value : record.loaded.values) {
      const Id* id = value.get_if<Id>();
      if (id == nullptr || job_.file.ids.Contains(*id)) continue;
      value = Value();
      lost = true;
    }
    if (lost) record.loaded.history.clear();
    step_.push_back(std::move(record.loaded));
    lines_.push_back(record.line);
    types_.push_back(record.type);
  }

  Status LoadStep() {
    if (step_.empty()) return absl::OkStatus();
    const LoadOptions options{.actor = job_.options.actor,
                              .reason = job_.options.reason,
                              .checkpoint = std::string(kLinesCheckpoint),
                              .checkpoint_value = Stands() + std::string(kSeedsStay)};
    if (const Status status = job_.database.Load(*catalog_, step_, options); !status.ok()) return AtItsLine(status);
    for (size_t i = 0; i < step_.size(); ++i) {
      ImportLinesReport::Type& counts = job_.Counts(types_[i]->name);
      ++(step_[i].deleted ? counts.deleted : counts.created);
    }
    step_.clear();
    lines_.clear();
    types_.clear();
    return absl::OkStatus();
  }

  [[nodiscard]] Status AtItsLine(const Status& status) const {
    const Id id = GetErrorInfo(status).record;
    for (size_t i = 0; i < step_.size(); ++i) {
      if (Id(step_[i].header.id) == id) return AtLine(lines_[i], status);
    }
    return AtLine(lines_[0], status);
  }

  const LinesJob& job_;
  std::shared_ptr<const catalog::Catalog> catalog_;
  uint64_t read_ = 0;
  bool seeds_stay_ = false;  // an import of this file ended before it dropped seeds
  std::vector<LoadedRecord> step_;
  std::vector<int64_t> lines_;  // of the step's records
  std::vector<const catalog::TypeDef*> types_;
};

}  // namespace

Status LoadLines(const LinesJob& job) { return Loader(job).Run(); }

}  // namespace kith::exchange
