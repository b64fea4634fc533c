// Idempotency keys: what a batch said, and what came of it, for thirty days.
//
// Rows: 'k' key -> content hash (32 bytes), recorded time, outcome; 't' recorded time (8, big-endian) key -> empty, to expire in order.
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "engine/apply_internal.h"
#include "kith/base/limits.h"
#include "kith/base/packed.h"

namespace kith::engine {
namespace {

constexpr int kExpireAtOnce = 8;  // rows a batch with a key clears away: more than the one it adds
constexpr int64_t kKeepMicros = limits::kIdempotencyKeepDays * kMicrosPerDay;

std::string RowKey(std::string_view key) { return std::string("k").append(key); }

std::string TimeKey(Time recorded, std::string_view key) {
  std::string row = "t";
  AppendU64(row, static_cast<uint64_t>(recorded.micros) ^ (uint64_t{1} << 63));
  return row.append(key);
}

std::string EncodeRow(std::string_view hash, Time recorded, const Outcome& outcome) {
  std::string row;
  PackedWriter out(row);
  out.Text(hash);
  out.Signed(recorded.micros);
  out.Varint(outcome.first_sequence);
  out.Varint(outcome.last_sequence);
  out.Varint(outcome.ids.size());
  for (const Id id : outcome.ids) out.Varint(id.value());
  out.Varint(outcome.effects.size());
  for (const std::string& effect : outcome.effects) out.Text(effect);
  format::AppendPadding(row);
  return row;
}

struct Row {
  std::string_view hash;
  Time recorded;
  Outcome outcome;
};

StatusOr<Row> DecodeRow(std::string_view stored) {
  KITH_ASSIGN_OR_RETURN(const std::string_view content, format::WithoutPadding(stored));
  PackedReader in(content);
  Row row;
  row.hash = in.Text();
  row.recorded = Time{in.Signed()};
  row.outcome.first_sequence = in.Varint();
  row.outcome.last_sequence = in.Varint();
  const uint64_t ids = in.Varint();
  for (uint64_t i = 0; i < ids && in.ok(); ++i) row.outcome.ids.emplace_back(in.Varint());
  const uint64_t effects = in.Varint();
  for (uint64_t i = 0; i < effects && in.ok(); ++i) row.outcome.effects.emplace_back(in.Text());
  if (!in.done()) return MakeError(Reason::kCorrupt, "a remembered outcome is malformed");
  row.outcome.replayed = true;
  return row;
}

// SHA-256 over what is written into it, in pieces, so that a large batch is not held twice.
class Hasher {
 public:
  Hasher() : context_(EVP_MD_CTX_new()) { ok_ = context_ != nullptr && EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1; }
  ~Hasher() { EVP_MD_CTX_free(context_); }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void Write(std::string_view bytes) { ok_ = ok_ && EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1; }
  StatusOr<std::string> Finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    ok_ = ok_ && EVP_DigestFinal_ex(context_, digest.data(), &size) == 1;
    if (!ok_) return MakeError(Reason::kOutOfMemory, "the batch could not be hashed");
    return std::string(reinterpret_cast<const char*>(digest.data()), size);
  }

 private:
  EVP_MD_CTX* context_;
  bool ok_ = false;
};

void PutTime(PackedWriter& out, const std::optional<Time>& time) {
  out.U8(time.has_value() ? 1 : 0);
  if (time.has_value()) out.Signed(time->micros);
}

void PutExternal(PackedWriter& out, const ExternalRef& external) {
  out.Text(external.system);
  out.Text(external.key);
}

// Fields by package and number, which no version of a catalog changes.
void PutAssignment(PackedWriter& out, const catalog::TypeDef* type, const Assignment& assignment) {
  const bool field = assignment.position >= 0 && type != nullptr;
  out.Varint(field ? type->fields[static_cast<size_t>(assignment.position)].package : kHeaderPackage);
  out.Varint(field ? type->fields[static_cast<size_t>(assignment.position)].number : format::HeaderNumber(assignment.position));
  out.U8(assignment.add ? 1 : 0);
  PutTime(out, assignment.effective);
  out.Put(assignment.value);
}

}  // namespace

StatusOr<std::string> ContentHash(const Batch& batch) {
  Hasher hasher;
  std::string bytes;
  PackedWriter out(bytes);
  out.Varint(batch.actor().id.value());
  PutExternal(out, batch.actor().external);
  out.Text(batch.reason());
  out.U8(static_cast<uint8_t>(batch.origin()));
  for (const Change& change : batch.changes()) {
    const catalog::TypeDef* type = batch.catalog()->FindType(change.type);
    out.U8(static_cast<uint8_t>(change.op));
    out.Text(type == nullptr ? std::string_view() : std::string_view(type->name));
    out.Varint(change.target.value());
    if (change.op == Change::Op::kMerge) out.Varint(change.other.value());
    PutExternal(out, change.external);
    out.Varint(change.version);
    PutTime(out, change.effective);
    out.Varint(change.assignments.size());
    for (const Assignment& assignment : change.assignments) PutAssignment(out, type, assignment);
    hasher.Write(bytes);
    bytes.clear();
  }
  hasher.Write(bytes);
  return hasher.Finish();
}

Status EachOutcome(const storage::Reader& reader, const Moment& moment, const OutcomeRow& visit) {
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kIdempotency);
  for (bool more = cursor->SeekAtLeast("k"); more && cursor->key().starts_with("k"); more = cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const Row row, DecodeRow(cursor->value()));
    const uint64_t last = row.outcome.last_sequence;
    if (last == 0 ? row.recorded > moment.recorded : last > moment.sequence) continue;
    visit(cursor->key(), cursor->value());
    visit(TimeKey(row.recorded, cursor->key().substr(1)), {});
  }
  return cursor->status();
}

StatusOr<bool> Applier::Replay(Outcome& outcome) {
  if (request_.idempotency_key.empty()) return false;
  const StatusOr<storage::View> stored = set_.Get(format::kIdempotency, RowKey(request_.idempotency_key));
  if (IsNotFound(stored.status())) return false;
  if (!stored.ok()) return stored.status();
  KITH_ASSIGN_OR_RETURN(Row row, DecodeRow(*stored));
  if (row.recorded.micros + kKeepMicros <= now_.micros) return false;
  if (row.hash != request_.content_hash) {
    return MakeError({.reason = Reason::kIdempotencyMismatch,
                      .value = request_.idempotency_key,
                      .hint = "one key names one batch: take a new key for other content"},
                     "the idempotency key was used for another batch");
  }
  outcome = std::move(row.outcome);
  return true;
}

Status Applier::ForgetOld() {
  std::vector<std::string> rows;
  const std::string end = TimeKey(Time{now_.micros - kKeepMicros}, {});
  const std::unique_ptr<storage::Cursor> cursor = set_.NewCursor(format::kIdempotency);
  for (bool more = cursor->SeekAtLeast("t"); more && rows.size() < kExpireAtOnce; more = cursor->Next()) {
    if (cursor->key() >= end || cursor->key().size() <= end.size()) break;
    rows.emplace_back(cursor->key());
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  for (const std::string& row : rows) {
    set_.Delete(format::kIdempotency, row);
    set_.Delete(format::kIdempotency, RowKey(std::string_view(row).substr(end.size())));
  }
  return absl::OkStatus();
}

// Keys may name whom a batch was about, and its hash lets a guess at its content be tested.
Status Applier::ForgetOutcomesOf(std::span<const Id> ids, EraseReport& report) {
  const std::unordered_set<uint64_t> wanted = [&] {
    std::unordered_set<uint64_t> numbers;
    for (const Id id : ids) numbers.insert(id.value());
    return numbers;
  }();
  std::vector<std::string> rows;
  const std::unique_ptr<storage::Cursor> cursor = set_.NewCursor(format::kIdempotency);
  for (bool more = cursor->SeekAtLeast("k"); more && cursor->key().starts_with("k"); more = cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const Row row, DecodeRow(cursor->value()));
    const auto& made = row.outcome.ids;
    if (std::none_of(made.begin(), made.end(), [&](Id id) { return wanted.contains(id.value()); })) continue;
    rows.emplace_back(cursor->key());
    rows.push_back(TimeKey(row.recorded, cursor->key().substr(1)));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  for (const std::string& row : rows) set_.Delete(format::kIdempotency, row);
  report.idempotency_keys += rows.size() / 2;
  return absl::OkStatus();
}

Status Applier::Remember(const Outcome& outcome) {
  if (request_.idempotency_key.empty()) return absl::OkStatus();
  KITH_RETURN_IF_ERROR(ForgetOld());
  set_.Put(format::kIdempotency, RowKey(request_.idempotency_key), EncodeRow(request_.content_hash, now_, outcome));
  set_.Put(format::kIdempotency, TimeKey(now_, request_.idempotency_key), {});
  return absl::OkStatus();
}

}  // namespace kith::engine
