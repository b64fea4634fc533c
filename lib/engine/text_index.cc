#include "engine/text_index.h"

#include "kith/base/key.h"
#include "kith/base/packed.h"
#include "kith/index/text.h"

namespace kith::engine {
namespace {

constexpr size_t kTagAt = sizeof(uint32_t);  // after the index's number
constexpr size_t kFirstBytes = 6;

Status Corrupt(const catalog::IndexDef& index, std::string_view what) {
  return MakeError({.reason = Reason::kCorrupt, .field = index.name, .hint = "verify the database"}, what);
}

void AppendTerms(std::string_view text, std::vector<std::string>& terms) {
  for (const index::Word& word : index::WordsOf(text)) index::AppendTerms(word, terms);
}

}  // namespace

std::string TextPrefix(const catalog::IndexDef& index, char sort) {
  std::string key;
  AppendU32(key, index.number);
  key.push_back(sort);
  return key;
}

std::string TermPrefix(const catalog::IndexDef& index, std::string_view term) {
  std::string key = TextPrefix(index, kTextBlockSort);
  key.append(term).push_back('\0');
  return key;
}

void SetBlockKey(std::string& key, size_t prefix, uint64_t first) {
  key.resize(prefix);
  AppendU64(key, first);
  key.erase(prefix, sizeof(uint64_t) - kFirstBytes);
}

std::string PendingKey(const catalog::IndexDef& index, Id id) {
  std::string key = TextPrefix(index, kTextPendingSort);
  AppendU64(key, id.value());
  return key;
}

std::optional<BlockKey> ParseBlockKey(std::string_view key) {
  // One letter at least and the NUL after it.
  if (key.size() < kTagAt + 3 + kFirstBytes || key[kTagAt] != kTextBlockSort) return std::nullopt;
  const size_t end = key.size() - kFirstBytes - 1;
  if (key[end] != '\0') return std::nullopt;
  BlockKey parsed{.term = key.substr(kTagAt + 1, end - kTagAt - 1)};
  for (size_t i = end + 1; i < key.size(); ++i) parsed.first = parsed.first << 8 | static_cast<uint8_t>(key[i]);
  return parsed;
}

std::optional<Id> ParsePendingKey(std::string_view key) {
  if (key.size() != kTagAt + 1 + sizeof(uint64_t) || key[kTagAt] != kTextPendingSort) return std::nullopt;
  return Id(ReadU64(key.data() + kTagAt + 1));
}

StatusOr<uint64_t> ReadPendingCount(const storage::Reader& reader, const catalog::IndexDef& index) {
  const StatusOr<storage::View> stored = reader.Get(format::kIndex, TextPrefix(index, kTextCountSort));
  if (IsNotFound(stored.status())) return uint64_t{0};
  KITH_RETURN_IF_ERROR(stored.status());
  if (stored->size() != sizeof(uint64_t)) return Corrupt(index, "the count of a text index is malformed");
  return ReadU64(stored->data());
}

std::string PackTexts(const catalog::IndexDef& index, const format::ValueAt& get) {
  std::string packed;
  PackedWriter out(packed);
  bool any = false;
  for (const catalog::IndexPart& part : index.parts) {
    const Value value = get(part.position);
    any |= !value.is_null();
    out.Put(value);
  }
  return any ? packed : std::string();
}

Status AppendTermsOf(const catalog::IndexDef& index, std::string_view packed, std::vector<std::string>& terms) {
  if (packed.empty()) return absl::OkStatus();
  PackedReader in(packed);
  for (size_t i = 0; i < index.parts.size(); ++i) {
    const Value value = in.Get();
    if (const auto* text = value.get_if<std::string>()) AppendTerms(*text, terms);
    if (const auto* list = value.get_if<TextList>()) {
      for (const std::string& item : *list) AppendTerms(item, terms);
    }
  }
  return in.done() ? absl::OkStatus() : Corrupt(index, "a record that waits for a text index is malformed");
}

void ForEachText(const catalog::IndexDef& index, record::View record, const std::function<void(std::string_view)>& visit) {
  for (const catalog::IndexPart& part : index.parts) {
    if (part.position < 0) continue;  // the header has no texts
    const auto at = static_cast<size_t>(part.position);
    const Kind kind = record.layout().fields[at].kind;
    if (kind == Kind::kText) {
      visit(record.GetText(at));
    } else if (kind == Kind::kTextList) {
      const size_t items = record.GetSize(at);
      for (size_t i = 0; i < items; ++i) visit(record.GetTextItem(at, i));
    }
  }
}

}  // namespace kith::engine
