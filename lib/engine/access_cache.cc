// Standings found once and kept while nothing that they are made of is written.
#include <algorithm>
#include <utility>

#include "engine/access_internal.h"
#include "engine/read_internal.h"
#include "kith/base/concat.h"

namespace kith::engine {
namespace {

using catalog::TypeDef;

constexpr size_t kViewers = 1024;
// Feed entries that are looked through rather than that a standing is found anew.
constexpr uint64_t kFeedEntries = 4096;

class ReaderStandingContext final : public StandingContext {
 public:
  ReaderStandingContext(const storage::Reader& reader, const catalog::Catalog& catalog, Time now)
      : source_{.reader = &reader, .catalog = &catalog}, now_(now) {}

  [[nodiscard]] const catalog::Catalog& catalog() const override { return *source_.catalog; }
  [[nodiscard]] Time now() const override { return now_; }
  [[nodiscard]] StatusOr<record::View> Get(Id id) const override { return ReadRecord(source_, id); }
  [[nodiscard]] std::unique_ptr<RecordCursor> Scan(const TypeDef& type) const override { return NewScanCursor(source_, type, {}); }
  [[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> Referring(const TypeDef& type, const catalog::FieldDef& field,
                                                                  Id target) const override {
    const catalog::IndexDef* index = type.FindIndexLedBy(static_cast<int32_t>(field.position));
    if (index == nullptr) {
      return MakeError({.reason = Reason::kUnknownIndex, .type = type.name, .field = field.name}, "the reference leads no index");
    }
    IndexRange range;
    range.equal.emplace_back(target);
    return NewIndexCursor(source_, type, *index, range);
  }

 private:
  Source source_;
  Time now_;
};

std::string KeyOf(const Viewer& viewer) {
  std::string key;
  AppendU64(key, viewer.id.value());
  for (const uint32_t unit : viewer.units) AppendU32(key, unit);
  for (const std::string& role : viewer.roles) key.append(1, '\n').append(role);
  return key;
}

template <typename List>
void SortUnique(List& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

StatusOr<bool> AccessCache::StillHolds(const Entry& entry, const storage::Reader& reader, const catalog::Catalog& catalog,
                                       const format::State& state, Time now) const {
  if (entry.catalog_version != state.catalog_version || state.sequence < entry.sequence) return false;
  if (const std::optional<Time>& until = entry.access->standing().until; until.has_value() && now >= *until) return false;
  if (resolver_ == nullptr || state.sequence == entry.sequence) return true;
  if (state.sequence - entry.sequence > kFeedEntries) return false;
  const std::vector<TypeNumber> types = resolver_->Reads(catalog);
  const std::unique_ptr<storage::Cursor> feed = reader.NewCursor(format::kFeed);
  const uint64_t first = entry.sequence + 1;
  uint64_t seen = 0;
  for (bool more = feed->SeekAtLeast(storage::IntegerKey(first)); more; more = feed->Next()) {
    KITH_ASSIGN_OR_RETURN(const format::FeedValue value, format::DecodeFeed(feed->value()));
    if (std::find(types.begin(), types.end(), value.record.type()) != types.end()) return false;
    ++seen;
  }
  KITH_RETURN_IF_ERROR(feed->status());
  return seen == state.sequence - entry.sequence;  // fewer: some are no longer there to tell
}

void AccessCache::Keep(const std::string& key, Entry entry) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    if (found->second->second.sequence > entry.sequence) return;
    entries_.erase(found->second);
    by_key_.erase(found);
  }
  entries_.emplace_front(key, std::move(entry));
  by_key_[key] = entries_.begin();
  if (entries_.size() <= kViewers) return;
  by_key_.erase(entries_.back().first);
  entries_.pop_back();
}

StatusOr<std::shared_ptr<const Access>> AccessCache::Get(const Viewer& viewer, const storage::Reader& reader,
                                                         const std::shared_ptr<const catalog::Catalog>& catalog, const format::State& state,
                                                         bool keep) {
  Standing standing;
  if (catalog->policy().is_set() && resolver_ != nullptr) {
    const std::string key = KeyOf(viewer);
    const Time now = clock_();
    Entry entry;
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = by_key_.find(key); found != by_key_.end()) entry = found->second->second;
    }
    bool holds = false;
    if (entry.access != nullptr) {
      KITH_ASSIGN_OR_RETURN(holds, StillHolds(entry, reader, *catalog, state, now));
    }
    if (!holds) {
      KITH_ASSIGN_OR_RETURN(standing, resolver_->Resolve(viewer, ReaderStandingContext(reader, *catalog, now)));
      entry.catalog_version = state.catalog_version;
      entry.access = std::make_shared<const Access>(catalog, viewer, std::move(standing));
    }
    if (keep && (!holds || entry.sequence != state.sequence)) {
      entry.sequence = state.sequence;
      Keep(key, entry);
    }
    return entry.access;
  }
  standing.units = viewer.units;
  SortUnique(standing.units);
  standing.roles = viewer.roles;
  SortUnique(standing.roles);
  standing.units_below = standing.units;
  return std::make_shared<const Access>(catalog, viewer, std::move(standing));
}

}  // namespace kith::engine
