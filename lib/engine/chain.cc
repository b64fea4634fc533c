#include "engine/chain.h"

#include <openssl/rand.h>

#include <algorithm>
#include <utility>

#include "engine/database_internal.h"
#include "kith/base/packed.h"

namespace kith::engine {
namespace {

constexpr size_t kSaltBytes = 16;
constexpr size_t kLinksAtOnce = 1024;

Status Malformed() {
  return MakeError({.reason = Reason::kCorrupt, .hint = "restore a backup; VerifyChain tells where the chain is broken"},
                   "a link of the hash chain is malformed");
}

std::string LinkKey(uint64_t first) {
  std::string key(kMetaChainPrefix);
  AppendU64(key, first);
  return key;
}

StatusOr<std::string> RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  if (count > 0 && RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    return MakeError(Reason::kInternal, "the system gives no random bytes");
  }
  return bytes;
}

void PutState(storage::WriteSet& set, const ChainState& state) {
  std::string bytes;
  PackedWriter out(bytes);
  out.U8(state.whole ? 1 : 0);
  out.Varint(state.after);
  out.Varint(state.last);
  out.Text(state.genesis);
  out.Text(state.head);
  format::AppendPadding(bytes);
  set.Put(format::kMeta, kMetaChain, bytes);
}

size_t BytesOf(ChainEntry::Tag tag) {
  return tag == ChainEntry::Tag::kSalt ? kSaltBytes : tag == ChainEntry::Tag::kDigest ? Sha256::kBytes : 0;
}

// The first link that ends at or after a sequence number.
StatusOr<std::optional<ChainLink>> FindLink(const storage::Reader& reader, uint64_t sequence) {
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kMeta);
  if (!cursor->SeekAtMost(LinkKey(sequence)) || !cursor->key().starts_with(kMetaChainPrefix)) {
    KITH_RETURN_IF_ERROR(cursor->status());
    return std::optional<ChainLink>();
  }
  KITH_ASSIGN_OR_RETURN(ChainLink link, DecodeLink(cursor->key(), cursor->value()));
  return link.last() < sequence ? std::optional<ChainLink>() : std::optional(std::move(link));
}

// One step of making what is there into a chain.
class BeginJob final : public storage::Job {
 public:
  explicit BeginJob(const WriterCatalog& catalog) : catalog_(catalog) {}
  [[nodiscard]] bool done() const { return done_; }

  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    KITH_ASSIGN_OR_RETURN(const format::State now, ReadState(set));
    if (now.catalog_version != catalog_.version) return MakeError(Reason::kCatalogChanged, "the catalog has changed");
    KITH_RETURN_IF_ERROR(catalog_.writable);
    KITH_ASSIGN_OR_RETURN(std::optional<ChainState> state, ReadChainState(set));
    if (!state.has_value()) {
      KITH_ASSIGN_OR_RETURN(const Horizon horizon, ReadHorizon(set));
      KITH_ASSIGN_OR_RETURN(std::string genesis, RandomBytes(Sha256::kBytes));
      state = ChainState{.whole = false, .after = horizon.sequence, .last = horizon.sequence, .genesis = genesis, .head = genesis};
    }
    done_ = state->whole;
    if (done_) return Verdict::kDiscard;
    const Source source{.reader = &set, .catalog = catalog_.catalog.get()};
    KITH_RETURN_IF_ERROR(Chain(source, &set).Extend(*state, now.sequence));
    // Of what is being pruned meanwhile the digests stay.
    KITH_ASSIGN_OR_RETURN(const Horizon pruned, ReadHorizon(set));
    if (pruned.sequence > 0) KITH_RETURN_IF_ERROR(Chain(source, &set).Withhold(0, std::min(pruned.sequence, state->last)));
    state->whole = done_ = state->last == now.sequence;
    PutState(set, *state);
    return Verdict::kKeep;
  }

 private:
  const WriterCatalog& catalog_;
  bool done_ = false;
};

class StripJob final : public storage::Job {
 public:
  StripJob(uint64_t from, uint64_t last) : from_(from), last_(last) {}
  [[nodiscard]] uint64_t next() const { return next_; }
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    KITH_ASSIGN_OR_RETURN(next_, Chain({.reader = &set, .catalog = nullptr}, &set).Strip(from_, last_, kLinksAtOnce));
    return Verdict::kKeep;
  }

 private:
  uint64_t from_;
  uint64_t last_;
  uint64_t next_ = 0;
};

}  // namespace

StatusOr<std::optional<ChainState>> ReadChainState(const storage::Reader& reader) {
  const StatusOr<storage::View> stored = reader.Get(format::kMeta, kMetaChain);
  if (IsNotFound(stored.status())) return std::optional<ChainState>();
  KITH_RETURN_IF_ERROR(stored.status());
  KITH_ASSIGN_OR_RETURN(const std::string_view content, format::WithoutPadding(*stored));
  PackedReader in(content);
  ChainState state;
  state.whole = in.U8() != 0;
  state.after = in.Varint();
  state.last = in.Varint();
  state.genesis = in.Text();
  state.head = in.Text();
  if (!in.done() || state.genesis.size() != Sha256::kBytes || state.head.size() != Sha256::kBytes) return Malformed();
  return std::optional(std::move(state));
}

StatusOr<ChainLink> DecodeLink(std::string_view key, std::string_view value) {
  if (key.size() != kMetaChainPrefix.size() + sizeof(uint64_t)) return Malformed();
  ChainLink link;
  link.first = ReadU64(key.data() + kMetaChainPrefix.size());
  KITH_ASSIGN_OR_RETURN(const std::string_view stored, format::WithoutPadding(value));
  PackedReader in(stored);
  link.count = in.Varint();
  link.bare = in.U8() != 0;
  std::string_view rest = in.rest();
  const auto take = [&rest](size_t size) {
    const std::string_view part = rest.substr(0, size);
    rest.remove_prefix(std::min(size, rest.size()));
    return std::string(part);
  };
  link.content = take(Sha256::kBytes);
  link.link = take(Sha256::kBytes);
  if (!in.ok() || link.count == 0 || link.link.size() != Sha256::kBytes || link.count > UINT64_MAX - link.first) return Malformed();
  for (uint64_t i = 0; !link.bare && i < link.count; ++i) {
    const std::string tag = take(1);
    if (tag.empty() || static_cast<uint8_t>(tag[0]) > static_cast<uint8_t>(ChainEntry::Tag::kLost)) return Malformed();
    ChainEntry& entry = link.entries.emplace_back();
    entry.tag = static_cast<ChainEntry::Tag>(tag[0]);
    entry.bytes = take(BytesOf(entry.tag));
    if (entry.bytes.size() != BytesOf(entry.tag)) return Malformed();
  }
  if (!rest.empty()) return Malformed();
  return link;
}

void Chain::Put(const ChainLink& link) {
  std::string bytes;
  PackedWriter out(bytes);
  out.Varint(link.count);
  out.U8(link.bare ? 1 : 0);
  bytes.append(link.content).append(link.link);
  for (const ChainEntry& entry : link.entries) {
    out.U8(static_cast<uint8_t>(entry.tag));
    bytes.append(entry.bytes);
  }
  format::AppendPadding(bytes);
  set_->Put(format::kMeta, LinkKey(link.first), bytes);
}

// What a creation gave is in the record, or in what history says that it was.
StatusOr<std::string> Chain::GivenBy(HistoryEntry creation) const {
  const size_t own = creation.fields.size();
  KITH_RETURN_IF_ERROR(ReadCompletely(source_, creation));
  std::vector<FieldChange> given(std::make_move_iterator(creation.fields.begin()),
                                 std::make_move_iterator(creation.fields.end() - static_cast<ptrdiff_t>(own)));
  // In an order that does not change when a type gets further fields.
  std::sort(given.begin(), given.end(),
            [](const FieldChange& a, const FieldChange& b) { return std::pair(a.package, a.number) < std::pair(b.package, b.number); });
  std::string bytes;
  PackedWriter out(bytes);
  for (const FieldChange& field : given) {
    out.Varint(field.package);
    out.Varint(field.number);
    out.Put(field.after);
  }
  return bytes;
}

StatusOr<std::optional<Sha256::Digest>> Chain::DigestOf(uint64_t sequence, std::string_view salt) {
  const StatusOr<storage::View> in_feed = source_.reader->Get(format::kFeed, storage::IntegerKey(sequence));
  if (IsNotFound(in_feed.status())) return std::optional<Sha256::Digest>();
  KITH_RETURN_IF_ERROR(in_feed.status());
  KITH_ASSIGN_OR_RETURN(const format::FeedValue feed, format::DecodeFeed(*in_feed));
  const StatusOr<storage::View> stored = source_.reader->Get(format::kHistory, format::HistoryKey(feed.record, sequence));
  if (IsNotFound(stored.status())) return std::optional<Sha256::Digest>();
  KITH_RETURN_IF_ERROR(stored.status());
  std::string given;
  if (feed.operation == Operation::kCreate) {
    KITH_ASSIGN_OR_RETURN(HistoryEntry creation, format::DecodeHistory(feed.record, sequence, *stored));
    KITH_ASSIGN_OR_RETURN(given, GivenBy(std::move(creation)));
  }
  const uint64_t facts[] = {feed.record.value(), sequence, stored->size()};
  sha_.Begin().Add(salt);
  for (const uint64_t fact : facts) sha_.AddNumber(fact);
  KITH_ASSIGN_OR_RETURN(const Sha256::Digest digest, sha_.Add(*stored).Add(given).Finish());
  return std::optional(digest);
}

StatusOr<Sha256::Digest> Chain::ContentOf(const std::vector<std::optional<Sha256::Digest>>& digests) {
  static constexpr Sha256::Digest kNone{};
  sha_.Begin();
  for (const std::optional<Sha256::Digest>& digest : digests) sha_.Add(ViewOf(digest.has_value() ? *digest : kNone));
  return sha_.Finish();
}

StatusOr<Sha256::Digest> Chain::LinkOf(std::string_view before, const ChainLink& link) {
  return sha_.Begin().Add(before).AddNumber(link.first).AddNumber(link.count).Add(link.content).Finish();
}

Status Chain::Extend(ChainState& state, uint64_t last) {
  if (state.last >= last) return absl::OkStatus();
  ChainLink link{
      .first = state.last + 1, .count = std::min(last - state.last, kLinkEntries), .bare = false, .content = {}, .link = {}, .entries = {}};
  KITH_ASSIGN_OR_RETURN(const std::string salts, RandomBytes(kSaltBytes * link.count));
  std::vector<std::optional<Sha256::Digest>> digests;
  for (uint64_t i = 0; i < link.count; ++i) {
    ChainEntry entry{.tag = ChainEntry::Tag::kSalt, .bytes = salts.substr(kSaltBytes * i, kSaltBytes)};
    KITH_ASSIGN_OR_RETURN(const std::optional<Sha256::Digest> digest, DigestOf(link.first + i, entry.bytes));
    if (!digest.has_value()) entry = {.tag = ChainEntry::Tag::kLost, .bytes = {}};
    digests.push_back(digest);
    link.entries.push_back(std::move(entry));
  }
  KITH_ASSIGN_OR_RETURN(const Sha256::Digest content, ContentOf(digests));
  link.content = ViewOf(content);
  KITH_ASSIGN_OR_RETURN(const Sha256::Digest hash, LinkOf(state.head, link));
  link.link = ViewOf(hash);
  Put(link);
  state.last = link.last();
  state.head = link.link;
  return absl::OkStatus();
}

Status Chain::Withhold(uint64_t first, uint64_t last) {
  KITH_ASSIGN_OR_RETURN(std::optional<ChainLink> link, FindLink(*source_.reader, last));
  if (!link.has_value() || link->bare) return absl::OkStatus();
  for (uint64_t sequence = std::max(first, link->first); sequence <= last; ++sequence) {
    KITH_RETURN_IF_ERROR(Withhold(*link, sequence));
  }
  Put(*link);
  return absl::OkStatus();
}

Status Chain::Withhold(ChainLink& link, uint64_t sequence) {
  ChainEntry& entry = link.entries[sequence - link.first];
  if (entry.tag != ChainEntry::Tag::kSalt) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const std::optional<Sha256::Digest> digest, DigestOf(sequence, entry.bytes));
  if (digest.has_value()) entry = {.tag = ChainEntry::Tag::kDigest, .bytes = std::string(ViewOf(*digest))};
  return absl::OkStatus();
}

Status Chain::Withhold(std::vector<uint64_t> sequences) {
  std::sort(sequences.begin(), sequences.end());
  for (size_t i = 0; i < sequences.size();) {
    KITH_ASSIGN_OR_RETURN(std::optional<ChainLink> link, FindLink(*source_.reader, sequences[i]));
    if (!link.has_value() || link->bare) {  // before the chain, or after it
      const uint64_t last = link.has_value() ? link->last() : sequences[i];
      while (i < sequences.size() && sequences[i] <= last) ++i;
      continue;
    }
    for (; i < sequences.size() && sequences[i] <= link->last(); ++i) KITH_RETURN_IF_ERROR(Withhold(*link, sequences[i]));
    Put(*link);
  }
  return absl::OkStatus();
}

Status WithholdHistories(storage::WriteSet& set, const catalog::Catalog& catalog, std::span<const Id> records) {
  KITH_ASSIGN_OR_RETURN(const std::optional<ChainState> state, ReadChainState(set));
  if (!state.has_value()) return absl::OkStatus();
  std::vector<uint64_t> sequences;
  const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(format::kHistory);
  for (const Id id : records) {
    const std::string prefix = format::HistoryKey(id, 0).substr(0, sizeof(uint64_t));
    for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
      if (cursor->key().size() == 2 * sizeof(uint64_t)) sequences.push_back(ReadU64(cursor->key().data() + sizeof(uint64_t)));
    }
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return Chain({.reader = &set, .catalog = &catalog}, &set).Withhold(std::move(sequences));
}

StatusOr<uint64_t> Chain::Strip(uint64_t from, uint64_t last, size_t limit) {
  std::vector<ChainLink> links;
  uint64_t next = 0;
  const std::unique_ptr<storage::Cursor> cursor = source_.reader->NewCursor(format::kMeta);
  for (bool more = cursor->SeekAtLeast(LinkKey(from)); more && cursor->key().starts_with(kMetaChainPrefix); more = cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(ChainLink link, DecodeLink(cursor->key(), cursor->value()));
    if (link.last() > last) break;
    if (links.size() == limit) {
      next = link.first;
      break;
    }
    if (!link.bare) links.push_back(std::move(link));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  for (ChainLink& link : links) {
    link.bare = true;
    link.entries.clear();
    Put(link);
  }
  return next;
}

Status Applier::ExtendChain() {
  KITH_ASSIGN_OR_RETURN(std::optional<ChainState> state, ReadChainState(set_));
  if (!state.has_value() || !state->whole) return absl::OkStatus();
  Chain chain({.reader = &set_, .catalog = &catalog_}, &set_);
  while (state->last < state_.sequence) KITH_RETURN_IF_ERROR(chain.Extend(*state, state_.sequence));
  PutState(set_, *state);
  return absl::OkStatus();
}

Status Applier::Withhold(uint64_t sequence) { return Chain({.reader = &set_, .catalog = &catalog_}, &set_).Withhold(sequence, sequence); }

Status DatabaseImpl::StripChain(uint64_t last) {
  uint64_t from = 1;
  do {
    StripJob job(from, last);
    KITH_RETURN_IF_ERROR(RunJob(job));
    from = job.next();
  } while (from != 0);
  return absl::OkStatus();
}

StatusOr<ChainHead> DatabaseImpl::BeginChain() {
  KITH_RETURN_IF_ERROR(CheckOptions({}));
  for (bool done = false; !done;) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
    BeginJob job(*catalog);
    const Status status = RunJob(job);
    if (GetReason(status) == Reason::kCatalogChanged) continue;
    KITH_RETURN_IF_ERROR(status);
    done = job.done();
  }
  return GetChainHead();
}

StatusOr<ChainHead> DatabaseImpl::GetChainHead() {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
  KITH_ASSIGN_OR_RETURN(const std::optional<ChainState> state, ReadChainState(*snapshot));
  if (!state.has_value() || !state->whole) return ChainHead();
  return ChainHead{.sequence = state->last, .hash = Hex(state->head)};
}

StatusOr<ChainReport> DatabaseImpl::VerifyChain(const ChainHead& known) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
  KITH_ASSIGN_OR_RETURN(const format::State state, ReadState(*snapshot));
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const catalog::Catalog> catalog, state_->catalogs().Get(*snapshot, state.catalog_version));
  return FollowChain({.reader = snapshot.get(), .catalog = catalog.get()}, known);
}

}  // namespace kith::engine

namespace kith {

StatusOr<ChainHead> BeginChain(Database& db) {
  KITH_ASSIGN_OR_RETURN(engine::DatabaseImpl* const impl, engine::ImplOf(db));
  return impl->BeginChain();
}

StatusOr<ChainHead> GetChainHead(Database& db) {
  KITH_ASSIGN_OR_RETURN(engine::DatabaseImpl* const impl, engine::ImplOf(db));
  return impl->GetChainHead();
}

StatusOr<ChainReport> VerifyChain(Database& db, const ChainHead& known) {
  KITH_ASSIGN_OR_RETURN(engine::DatabaseImpl* const impl, engine::ImplOf(db));
  return impl->VerifyChain(known);
}

}  // namespace kith
