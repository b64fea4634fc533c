// Optimistic read-modify-write.
#include <algorithm>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "engine/database_internal.h"

namespace kith::engine {

class TrackingSnapshot final : public Snapshot {
 public:
  explicit TrackingSnapshot(std::unique_ptr<Snapshot> snapshot) : snapshot_(std::move(snapshot)) {}

  // What was read: id -> version, 0 for a record that does not exist.
  [[nodiscard]] const std::map<Id, uint64_t>& read() const { return read_; }

  [[nodiscard]] const catalog::Catalog& catalog() const override { return snapshot_->catalog(); }
  [[nodiscard]] const std::shared_ptr<const catalog::Catalog>& shared_catalog() const override { return snapshot_->shared_catalog(); }
  [[nodiscard]] const Viewer& viewer() const override { return snapshot_->viewer(); }
  [[nodiscard]] uint64_t sequence() const override { return snapshot_->sequence(); }
  [[nodiscard]] Time recorded() const override { return snapshot_->recorded(); }
  [[nodiscard]] Status Renew() override { return snapshot_->Renew(); }

  [[nodiscard]] StatusOr<record::View> Get(Id id) const override {
    StatusOr<record::View> record = snapshot_->Get(id);
    if (record.ok()) read_[id] = record->header().version;
    if (IsNotFound(record.status())) read_[id] = 0;
    return record;
  }
  [[nodiscard]] Status GetMany(std::span<const Id> ids, std::span<record::View> out) const override {
    KITH_RETURN_IF_ERROR(snapshot_->GetMany(ids, out));
    for (size_t i = 0; i < ids.size(); ++i) read_[ids[i]] = out[i].is_null() ? 0 : out[i].header().version;
    return absl::OkStatus();
  }
  [[nodiscard]] StatusOr<Id> Find(std::string_view type, const ExternalRef& external) const override {
    return snapshot_->Find(type, external);
  }
  [[nodiscard]] StatusOr<Id> Find(std::string_view type, const Ref& ref) const override { return snapshot_->Find(type, ref); }
  [[nodiscard]] std::vector<ExternalRef> ExternalRefs(Id id) const override { return snapshot_->ExternalRefs(id); }
  [[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> Scan(std::string_view type, Id after) const override {
    return snapshot_->Scan(type, after);
  }
  [[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> ScanIndex(std::string_view type, std::string_view index,
                                                                  const IndexRange& range) const override {
    return snapshot_->ScanIndex(type, index, range);
  }
  [[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> ScanIndex(const catalog::TypeDef& type, const catalog::IndexDef& index,
                                                                  const IndexRange& range) const override {
    return snapshot_->ScanIndex(type, index, range);
  }
  [[nodiscard]] StatusOr<std::unique_ptr<ColumnCursor>> ScanColumns(const catalog::TypeDef& type,
                                                                    std::span<const catalog::IndexDef* const> indexes,
                                                                    Id after) const override {
    return snapshot_->ScanColumns(type, indexes, after);
  }
  [[nodiscard]] StatusOr<std::unique_ptr<TermCursor>> ScanTerm(const catalog::TypeDef& type, const catalog::IndexDef& index,
                                                               std::string_view term) const override {
    return snapshot_->ScanTerm(type, index, term);
  }
  [[nodiscard]] StatusOr<std::vector<Id>> PendingTexts(const catalog::TypeDef& type, const catalog::IndexDef& index) const override {
    return snapshot_->PendingTexts(type, index);
  }
  [[nodiscard]] StatusOr<bool> May(catalog::Right right, Id id) const override { return snapshot_->May(right, id); }
  [[nodiscard]] bool MayCreate(const catalog::TypeDef& type) const override { return snapshot_->MayCreate(type); }
  [[nodiscard]] bool IsMasked(const catalog::TypeDef& type, int32_t position) const override { return snapshot_->IsMasked(type, position); }
  [[nodiscard]] bool IsFixed(const catalog::TypeDef& type, int32_t position) const override { return snapshot_->IsFixed(type, position); }
  [[nodiscard]] StatusOr<Record> GetAsOf(Id id, AsOf as_of) const override { return snapshot_->GetAsOf(id, as_of); }
  [[nodiscard]] StatusOr<std::vector<HistoryEntry>> History(Id id) const override { return snapshot_->History(id); }
  [[nodiscard]] StatusOr<HistoryEntry> Entry(Id record, uint64_t sequence) const override { return snapshot_->Entry(record, sequence); }
  [[nodiscard]] StatusOr<Feed> Changes(uint64_t after, size_t limit) const override { return snapshot_->Changes(after, limit); }
  [[nodiscard]] StatusOr<FeedPage> ReadFeed(uint64_t after, const FeedFilter& filter, size_t limit) const override {
    return snapshot_->ReadFeed(after, filter, limit);
  }
  [[nodiscard]] StatusOr<DifferencePage> Differences(AsOf from, AsOf to, const DifferenceFilter& filter, Id after,
                                                     size_t limit) const override {
    return snapshot_->Differences(from, to, filter, after, limit);
  }
  [[nodiscard]] const Horizon& horizon() const override { return snapshot_->horizon(); }
  [[nodiscard]] StatusOr<std::optional<std::string>> Checkpoint(std::string_view name) const override {
    return snapshot_->Checkpoint(name);
  }
  [[nodiscard]] StatusOr<std::string_view> Aggregate(std::string_view key) const override { return snapshot_->Aggregate(key); }
  [[nodiscard]] Status ScanAggregates(std::string_view prefix, std::string_view from, const AggregateVisit& fn) const override {
    return snapshot_->ScanAggregates(prefix, from, fn);
  }

 private:
  std::unique_ptr<Snapshot> snapshot_;
  mutable std::map<Id, uint64_t> read_;
};

namespace {

constexpr auto kFirstPause = std::chrono::microseconds(100);
constexpr auto kLongestPause = std::chrono::microseconds(10'000);

bool IsConflict(const Status& status) {
  const Reason reason = GetReason(status);
  return reason == Reason::kVersionConflict || reason == Reason::kCatalogChanged;
}

}  // namespace

StatusOr<Outcome> DatabaseImpl::Update(Actor actor, std::string_view reason, const Fill& fill, const ApplyOptions& options, int attempts) {
  KITH_RETURN_IF_ERROR(CheckOptions(options));
  std::string content_hash;
  // The key names the whole operation: what `fill` writes depends on what it reads, so only who and why are compared.
  if (!options.idempotency_key.empty()) {
    KITH_ASSIGN_OR_RETURN(content_hash, ContentHash(Batch(state_->cached()->catalog, actor, reason)));
  }
  auto pause = kFirstPause;
  for (int attempt = 1;; ++attempt) {
    StatusOr<Outcome> outcome = UpdateOnce(actor, reason, fill, options, content_hash);
    if (outcome.ok() || !IsConflict(outcome.status()) || attempt >= attempts) return outcome;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

StatusOr<Outcome> DatabaseImpl::UpdateOnce(const Actor& actor, std::string_view reason, const Fill& fill, const ApplyOptions& options,
                                           const std::string& content_hash) {
  Batch batch(state_->cached()->catalog, actor, reason);
  {
    // The snapshot is given back before the batch is applied, so that it holds no pages.
    KITH_ASSIGN_OR_RETURN(std::unique_ptr<Snapshot> snapshot, Read(options.viewer));
    const TrackingSnapshot tracked(std::move(snapshot));
    batch = Batch(tracked.shared_catalog(), actor, reason);
    KITH_RETURN_IF_ERROR(fill(tracked, batch));
    if (batch.status().ok() && batch.empty() && options.checkpoint.empty() && options.idempotency_key.empty()) return Outcome();
    for (const auto& [id, version] : tracked.read()) {
      if (batch.catalog()->FindType(id.type()) != nullptr) batch.RequireVersion(id, version);
    }
  }
  KITH_RETURN_IF_ERROR(batch.status());
  const Batch* const batches[] = {&batch};
  return std::move(ApplyBatches(batches, options, content_hash)[0]);
}

}  // namespace kith::engine
