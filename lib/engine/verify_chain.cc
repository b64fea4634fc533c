// The hash chain followed from its beginning to its first fault.
#include <utility>

#include "engine/chain.h"

namespace kith::engine {
namespace {

class Walk {
 public:
  Walk(const Source& source, const ChainState& state, const Horizon& horizon, const ChainHead& known, ChainReport& report)
      : chain_(source), source_(source), state_(state), horizon_(horizon), known_(known), report_(report) {}

  Status Run() {
    std::string before = state_.genesis;
    uint64_t last = state_.after;
    const std::unique_ptr<storage::Cursor> cursor = source_.reader->NewCursor(format::kMeta);
    for (bool more = cursor->SeekAtLeast(kMetaChainPrefix); more && cursor->key().starts_with(kMetaChainPrefix); more = cursor->Next()) {
      StatusOr<ChainLink> link = DecodeLink(cursor->key(), cursor->value());
      if (!link.ok()) return Break(last + 1, MessageOf(link.status()));
      KITH_RETURN_IF_ERROR(Check(*link, last, before));
      if (report_.broken != 0) return absl::OkStatus();
      last = link->last();
      before = std::move(link->link);
      ++report_.links;
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    if (last != state_.last || before != state_.head) return Break(last + 1, "the chain does not end where it should");
    if (known_.hash.empty() || found_) return absl::OkStatus();
    return Break(std::max<uint64_t>(known_.sequence, 1), "no link ends with the change that the known head names");
  }

 private:
  Status Break(uint64_t at, std::string_view problem) {
    report_.broken = at;
    report_.problem = problem;
    return absl::OkStatus();
  }

  Status Check(const ChainLink& link, uint64_t last, std::string_view before) {
    if (link.first != last + 1) return Break(link.last(), "a link before this one is missing");
    KITH_ASSIGN_OR_RETURN(const Sha256::Digest hash, chain_.LinkOf(before, link));
    if (ViewOf(hash) != link.link) return Break(link.last(), "the link does not follow from the one before it");
    KITH_RETURN_IF_ERROR(CheckEntries(link));
    if (report_.broken != 0 || known_.hash.empty() || known_.sequence != link.last()) return absl::OkStatus();
    found_ = true;
    return known_.hash == Hex(link.link) ? absl::OkStatus() : Break(link.last(), "the known head is another one");
  }

  Status CheckEntries(const ChainLink& link) {
    if (link.last() <= horizon_.sequence) {
      report_.withheld += link.count;
      return absl::OkStatus();
    }
    if (link.bare) return Break(link.last(), "the link has no entries, and nothing was pruned there");
    std::vector<std::optional<Sha256::Digest>> digests;
    for (uint64_t i = 0; i < link.count; ++i) {
      const ChainEntry& entry = link.entries[i];
      if (entry.tag == ChainEntry::Tag::kDigest) {
        std::copy(entry.bytes.begin(), entry.bytes.end(), digests.emplace_back(Sha256::Digest())->begin());
        ++report_.withheld;
        continue;
      }
      StatusOr<std::optional<Sha256::Digest>> digest = chain_.DigestOf(link.first + i, entry.bytes);
      if (!digest.ok() && GetReason(digest.status()) != Reason::kCorrupt) return digest.status();
      digests.push_back(digest.ok() ? *digest : std::nullopt);
      ++report_.entries;
    }
    KITH_ASSIGN_OR_RETURN(const Sha256::Digest content, chain_.ContentOf(digests));
    return ViewOf(content) == link.content ? absl::OkStatus() : Break(link.last(), "an entry of the link is not what it was");
  }

  Chain chain_;
  const Source& source_;
  const ChainState& state_;
  const Horizon& horizon_;
  const ChainHead& known_;
  ChainReport& report_;
  bool found_ = false;
};

}  // namespace

StatusOr<ChainReport> FollowChain(const Source& source, const ChainHead& known) {
  ChainReport report;
  KITH_ASSIGN_OR_RETURN(const std::optional<ChainState> state, ReadChainState(*source.reader));
  if (!state.has_value() || !state->whole) {
    return MakeError({.reason = Reason::kPreconditionFailed, .hint = "begin one, and keep its heads elsewhere"},
                     "the database has no hash chain");
  }
  KITH_ASSIGN_OR_RETURN(const Horizon horizon, ReadHorizon(*source.reader));
  report.head = {.sequence = state->last, .hash = Hex(state->head)};
  KITH_RETURN_IF_ERROR(Walk(source, *state, horizon, known, report).Run());
  return report;
}

}  // namespace kith::engine
