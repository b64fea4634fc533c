#include "storage/store_check.h"

#include <optional>

#include "storage/seal.h"
#include "storage/store_state.h"

namespace kith::storage {
namespace {

// Verifies seals and adds up digests while the pages are walked.
class ContentCheck final : public EntryVisitor {
 public:
  explicit ContentCheck(std::span<const KeyspaceSpec> specs) {
    for (const KeyspaceSpec& spec : specs)
      keyspaces_.push_back({.name = spec.name, .sealed = spec.sealed, .salt = KeyspaceSalt(spec.name)});
  }

  void OnEntry(std::string_view keyspace, std::string_view key, std::string_view value) override {
    if (keyspace.empty()) {
      OnPrivateEntry(key, value);
      return;
    }
    if (current_ == nullptr || current_->name != keyspace) Select(keyspace);
    if (current_ == nullptr) return;  // a keyspace of a newer library
    std::string_view visible;
    if (current_->sealed && !OpenSeal(current_->salt, key, value, visible)) ++current_->bad_seals;
    current_->sum += EntryDigest(current_->salt, current_->sealed, key, value);
  }

  // `transaction`: of the file. Adds what is wrong.
  void Finish(uint64_t transaction, std::vector<std::string>& problems) {
    for (const Keyspace& keyspace : keyspaces_) {
      if (keyspace.bad_seals == 0) continue;
      problems.push_back(std::to_string(keyspace.bad_seals) + " values of keyspace '" + keyspace.name + "' do not match their checksums");
    }
    if (!header_.ok()) problems.emplace_back(MessageOf(header_));
    if (!state_.has_value()) {
      problems.emplace_back("the state record is missing or damaged");
      return;
    }
    // A compacted copy begins again at transaction 1 and keeps the record of its source until its first write.
    if (transaction > 1 && state_->transaction != transaction) problems.emplace_back("the state record belongs to another transaction");
    for (const Keyspace& keyspace : keyspaces_) {
      if (state_->DigestOf(keyspace.salt) == keyspace.sum) continue;
      problems.push_back("the content of keyspace '" + keyspace.name + "' is not what was last committed");
    }
  }

 private:
  struct Keyspace {
    std::string name;
    bool sealed = false;
    uint64_t salt = 0;
    uint64_t sum = 0;
    uint64_t bad_seals = 0;
  };

  void Select(std::string_view name) {
    current_ = nullptr;
    for (Keyspace& keyspace : keyspaces_) {
      if (keyspace.name == name) current_ = &keyspace;
    }
  }

  void OnPrivateEntry(std::string_view key, std::string_view value) {
    if (key == kStateKey) state_ = DecodeState(value);
    if (key == kHeaderKey) header_ = DecodeHeader(value).status();
  }

  std::vector<Keyspace> keyspaces_;
  Keyspace* current_ = nullptr;
  Status header_ = MakeError(Reason::kFormatUnknown, "the format record is missing");
  std::optional<StoreState> state_;
};

}  // namespace

CheckReport CheckStore(int fd, const format::Meta& meta, std::span<const KeyspaceSpec> keyspaces) {
  ContentCheck content(keyspaces);
  PageCheckResult pages = CheckPages(fd, meta, CheckDepth::kFull, &content);
  // With a broken structure entries are missing anyway, so that digests would say nothing.
  if (pages.problems.empty()) content.Finish(meta.transaction, pages.problems);
  return {.pages = pages.pages, .entries = pages.entries, .problems = std::move(pages.problems)};
}

}  // namespace kith::storage
