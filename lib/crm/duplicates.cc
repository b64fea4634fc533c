#include "kith/crm/duplicates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "kith/index/text.h"
#include "kith/query/search.h"

namespace kith::crm {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

// Roles of a party, and as what they are compared. Those with one name are values of one field: people have several.
struct Role {
  std::string_view role;
  std::string_view field;
  MatchKind kind;
};
constexpr std::array<Role, 17> kRoles = {{{"name", "name", MatchKind::kName},
                                          {"external_name", "name", MatchKind::kName},
                                          {"legal_name", "name", MatchKind::kName},
                                          {"email", "email", MatchKind::kMail},
                                          {"phone", "phone", MatchKind::kPhone},
                                          {"other_phone", "phone", MatchKind::kPhone},
                                          {"birthday", "birthday", MatchKind::kDate},
                                          {"organisation", "organisation", MatchKind::kText},
                                          {"registration", "registration", MatchKind::kIdentifier},
                                          {"website", "website", MatchKind::kWebsite},
                                          {"handle", "handle", MatchKind::kIdentifier},
                                          {"other_handle", "other_handle", MatchKind::kIdentifier},
                                          {"address", "address", MatchKind::kAddress},
                                          {"city", "city", MatchKind::kText},
                                          {"region", "region", MatchKind::kText},
                                          {"postcode", "postcode", MatchKind::kIdentifier},
                                          {"country", "country", MatchKind::kText}}};

// A field to compare, and the record's fields that say it.
struct Compared {
  MatchField field;
  std::vector<const FieldDef*> said_by;
};

bool CanCompare(Kind kind) {
  return kind == Kind::kText || kind == Kind::kTextList || kind == Kind::kDate || kind == Kind::kChoice || kind == Kind::kInt ||
         kind == Kind::kRef;
}

Status NoSuchField(const TypeDef& type, const std::string& name) {
  std::vector<std::string_view> known;
  known.reserve(type.fields.size());
  for (const FieldDef& field : type.fields) known.emplace_back(field.name);
  return MakeError({.reason = Reason::kUnknownField, .type = type.name, .field = name, .hint = NearestHint(name, known)},
                   "there is no such field");
}

StatusOr<std::vector<Compared>> ChosenFields(const TypeDef& type, const std::map<std::string, MatchKind>& chosen) {
  std::vector<Compared> fields;
  for (const auto& [name, kind] : chosen) {
    const FieldDef* field = type.FindField(name);
    if (field == nullptr) return NoSuchField(type, name);
    if (!CanCompare(field->kind)) {
      return MakeError({.reason = Reason::kBadOptions,
                        .type = type.name,
                        .field = name,
                        .hint = "texts, lists of texts, dates, choices, integers and references are compared"},
                       "values of this kind are not compared");
    }
    fields.push_back({{name, kind}, {field}});
  }
  return fields;
}

StatusOr<std::vector<Compared>> FieldsOf(const TypeDef& type, const DuplicateOptions& options) {
  if (!options.fields.empty()) return ChosenFields(type, options.fields);
  std::vector<Compared> fields;
  for (const Role& role : kRoles) {
    const FieldDef* field = type.FindRole("party", role.role);
    if (field == nullptr) continue;
    if (fields.empty() || fields.back().field.name != role.field) fields.push_back({{std::string(role.field), role.kind}, {}});
    fields.back().said_by.push_back(field);
  }
  if (!fields.empty()) return fields;
  return MakeError({.reason = Reason::kBadOptions, .type = type.name, .hint = "say which fields are compared, and as what"},
                   "the type has no behaviour party");
}

StatusOr<const TypeDef*> TypeOf(const Snapshot& snapshot, std::string_view name) {
  const TypeDef* type = snapshot.catalog().FindType(name);
  if (type != nullptr) return type;
  std::vector<std::string_view> known;
  for (const TypeDef& one : snapshot.catalog().types()) known.emplace_back(one.name);
  return MakeError({.reason = Reason::kUnknownType, .type = std::string(name), .hint = NearestHint(name, known)}, "there is no such type");
}

std::string TextOf(record::View view, const FieldDef& field) {
  switch (field.kind) {
    case Kind::kTextList: {
      std::string lines;
      for (size_t item = 0; item < view.GetSize(field.position); ++item)
        lines += (item == 0 ? "" : "\n") + std::string(view.GetTextItem(field.position, item));
      return lines;
    }
    case Kind::kDate:
      return ToText(Date{static_cast<int32_t>(view.GetInt(field.position))});
    case Kind::kChoice: {
      const catalog::ChoiceDef* choice = field.FindChoice(static_cast<int32_t>(view.GetInt(field.position)));
      return choice == nullptr ? std::string() : choice->name;
    }
    case Kind::kInt:
      return absl::StrCat(view.GetInt(field.position));
    case Kind::kRef:
      return absl::StrCat(view.GetRef(field.position).value());
    default:
      return std::string(view.GetText(field.position));
  }
}

// Records as rows. What is not lent by the snapshot is kept here.
class Rows {
 public:
  explicit Rows(const std::vector<Compared>& fields) : fields_(fields), table_{.fields = {}, .columns = {}, .sources = {}} {
    for (const Compared& field : fields) table_.fields.push_back(field.field);
    table_.columns.resize(fields.size());
  }
  void Add(Id id, record::View view) {
    ids_.push_back(id);
    for (size_t i = 0; i < fields_.size(); ++i) table_.columns[i].push_back(CellOf(view, fields_[i]));
  }
  // Of values by the names of the record's fields; no record.
  void Add(const std::map<std::string, std::string>& values) {
    ids_.emplace_back();
    for (size_t i = 0; i < fields_.size(); ++i) {
      std::string lines;
      for (const FieldDef* field : fields_[i].said_by) {
        const auto at = values.find(field->name);
        if (at != values.end()) lines += (lines.empty() ? "" : "\n") + at->second;
      }
      table_.columns[i].push_back(Keep(std::move(lines)));
    }
  }
  [[nodiscard]] const MatchTable& table() const { return table_; }
  [[nodiscard]] Id id(size_t row) const { return ids_[row]; }
  [[nodiscard]] size_t size() const { return ids_.size(); }

 private:
  std::string_view CellOf(record::View view, const Compared& field) {
    std::string_view only;
    std::string lines;
    for (const FieldDef* one : field.said_by) {
      if (!view.has(one->position)) continue;
      const std::string_view text = one->kind == Kind::kText ? view.GetText(one->position) : Keep(TextOf(view, *one));
      if (text.empty()) continue;
      if (only.empty()) {
        only = text;
      } else {
        if (lines.empty()) lines = only;
        lines.append("\n").append(text);
      }
    }
    return lines.empty() ? only : Keep(std::move(lines));
  }
  std::string_view Keep(std::string text) {
    return text.empty() ? std::string_view() : std::string_view(kept_.emplace_back(std::move(text)));
  }

  const std::vector<Compared>& fields_;
  MatchTable table_;
  std::vector<Id> ids_;
  std::deque<std::string> kept_;
};

Status ReadAll(const Snapshot& snapshot, const TypeDef& type, Id but, Rows& rows) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(type.name));
  while (cursor->Next()) {
    if (cursor->id() == but) continue;
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    rows.Add(cursor->id(), view);
  }
  return cursor->status();
}

std::vector<MatchReason> ReasonsOf(const MatchTable& table, const MatchPair& pair) {
  std::vector<MatchReason> reasons;
  for (const MatchPart& part : pair.parts) {
    reasons.push_back({.field = table.fields[part.field].name, .agreement = part.agreement, .bits = static_cast<double>(part.bits)});
  }
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const MatchReason& a, const MatchReason& b) { return std::abs(a.bits) > std::abs(b.bits); });
  return reasons;
}

// --- who somebody is: where to look

constexpr size_t kHits = 100;     // of one search
constexpr size_t kSearched = 60;  // bytes of a value that is searched for
constexpr size_t kPhoneTail = 8;  // digits that a number has with and without its country

// A name in Han as records may have it in Latin: each character's pinyin.
std::string PinyinOf(std::string_view name) {
  std::string spelt;
  for (const index::Word& word : index::QueryWords(name)) {
    if (word.kind != index::WordKind::kHan) continue;
    constexpr size_t kCharacter = 3;
    for (size_t at = 0; at + kCharacter <= word.text.size(); at += kCharacter) {
      for (const index::Word& read : index::WordsOf(word.text.substr(at, kCharacter))) {
        if (read.kind == index::WordKind::kPinyin) spelt += (spelt.empty() ? "" : " ") + read.text;
      }
    }
  }
  return spelt;
}

std::string Cut(std::string_view text) {
  size_t size = std::min(text.size(), kSearched);
  while (size > 0 && size < text.size() && (static_cast<uint8_t>(text[size]) & 0xC0) == 0x80) --size;
  return std::string(text.substr(0, size));
}

std::vector<std::string> SearchesFor(MatchKind kind, std::string_view value) {
  switch (kind) {
    case MatchKind::kName: {
      std::vector<std::string> texts = {Cut(value)};
      if (std::string pinyin = PinyinOf(texts[0]); !pinyin.empty()) texts.push_back(std::move(pinyin));
      return texts;
    }
    case MatchKind::kPhone: {
      std::string digits(value);
      std::erase_if(digits, [](char c) { return c < '0' || c > '9'; });
      return {digits.substr(digits.size() - std::min(digits.size(), kPhoneTail))};
    }
    case MatchKind::kMail:
    case MatchKind::kIdentifier:
    case MatchKind::kWebsite:
      return {Cut(value)};
    case MatchKind::kText:
    case MatchKind::kAddress:
    case MatchKind::kDate:
      return {};
  }
  return {};
}

// Records that share something with row 0.
class Candidates {
 public:
  Candidates(const Snapshot& snapshot, const TypeDef& type) : snapshot_(snapshot), type_(type) {}

  Status Look(const std::vector<Compared>& fields, const MatchTable& asked) {
    for (size_t i = 0; i < fields.size(); ++i) {
      const std::string_view cell = asked.columns[i][0];
      for (size_t begin = 0; begin < cell.size();) {
        const size_t end = std::min(cell.find('\n', begin), cell.size());
        KITH_RETURN_IF_ERROR(LookFor(fields[i], cell.substr(begin, end - begin)));
        begin = end + 1;
      }
    }
    return absl::OkStatus();
  }
  [[nodiscard]] const std::set<Id>& ids() const { return ids_; }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  Status LookFor(const Compared& field, std::string_view value) {
    for (const std::string& text : SearchesFor(field.field.kind, value)) KITH_RETURN_IF_ERROR(Search(text));
    for (const FieldDef* one : field.said_by) {
      const IndexDef* index = one->kind == Kind::kText ? type_.FindIndexLedBy(static_cast<int32_t>(one->position)) : nullptr;
      if (index != nullptr && field.field.kind != MatchKind::kText && MayRead(*index)) KITH_RETURN_IF_ERROR(Scan(*index, value));
    }
    return absl::OkStatus();
  }
  [[nodiscard]] bool MayRead(const IndexDef& index) const {
    const auto masked = [&](const catalog::IndexPart& part) { return snapshot_.IsMasked(type_, part.position); };
    return std::none_of(index.parts.begin(), index.parts.end(), masked) && std::none_of(index.cover.begin(), index.cover.end(), masked);
  }
  // More words than a search takes: without the last ones.
  Status Search(std::string text) {
    std::vector<index::Word> words = index::QueryWords(text);
    if (words.empty()) return absl::OkStatus();
    if (words.size() > limits::kSearchWords) {
      text.clear();
      for (size_t i = 0; i < limits::kSearchWords; ++i) text += words[i].text + " ";
    }
    query::SearchOptions options;
    options.types = {type_.name};
    options.limit = kHits;
    KITH_ASSIGN_OR_RETURN(const query::SearchResult result, query::Search(snapshot_, text, options));
    for (const query::SearchHit& hit : result.hits) ids_.insert(hit.id);
    complete_ = complete_ && result.complete && result.hits.size() < kHits;
    return absl::OkStatus();
  }
  Status Scan(const IndexDef& index, std::string_view value) {
    IndexRange range;
    range.equal.emplace_back(value);
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot_.ScanIndex(type_, index, range));
    size_t hits = 0;
    while (hits < kHits && cursor->Next()) {
      ids_.insert(cursor->id());
      ++hits;
    }
    complete_ = complete_ && hits < kHits;
    return cursor->status();
  }

  const Snapshot& snapshot_;
  const TypeDef& type_;
  std::set<Id> ids_;
  bool complete_ = true;
};

// The record asked about, null for values. One that was merged is the one into which it was.
StatusOr<Id> AddAsked(const Snapshot& snapshot, const TypeDef& type, const WhoQuestion& question, Rows& rows) {
  if (question.record.is_null()) {
    for (const auto& [name, value] : question.values) {
      if (type.FindField(name) == nullptr) return NoSuchField(type, name);
    }
    rows.Add(question.values);
    return Id();
  }
  if (question.record.type() != type.number) {
    return MakeError({.reason = Reason::kBadOptions, .type = type.name, .record = question.record}, "the record is of another type");
  }
  KITH_ASSIGN_OR_RETURN(const record::View view, snapshot.Get(question.record));
  rows.Add(view.id(), view);
  return view.id();
}

}  // namespace

StatusOr<Duplicates> FindDuplicates(const Snapshot& snapshot, std::string_view type, const DuplicateOptions& options) {
  KITH_ASSIGN_OR_RETURN(const TypeDef* const def, TypeOf(snapshot, type));
  KITH_ASSIGN_OR_RETURN(const std::vector<Compared> fields, FieldsOf(*def, options));
  Rows rows(fields);
  KITH_RETURN_IF_ERROR(ReadAll(snapshot, *def, Id(), rows));
  KITH_ASSIGN_OR_RETURN(MatchReport report, FindMatches(rows.table(), options.match));
  Duplicates found;
  found.records = rows.size();
  found.compared = report.compared;
  found.found = report.pairs.size();
  found.automatic = report.automatic;
  found.precision = report.precision;
  found.automatic_precision = report.automatic_precision;
  found.recall = report.recall;
  for (const std::vector<uint32_t>& group : MatchGroups(report.pairs, options.match.automatic)) {
    std::vector<Id>& ids = found.groups.emplace_back();
    for (const uint32_t row : group) ids.push_back(rows.id(row));
  }
  for (size_t i = 0; i < std::min(options.limit, report.pairs.size()); ++i) {
    const MatchPair& pair = report.pairs[i];
    found.pairs.push_back({.a = rows.id(pair.a),
                           .b = rows.id(pair.b),
                           .bits = pair.bits,
                           .probability = pair.probability,
                           .reasons = ReasonsOf(rows.table(), pair)});
  }
  found.model = std::move(report.model);
  return found;
}

StatusOr<Lookalikes> WhoIs(const Snapshot& snapshot, std::string_view type, const WhoQuestion& question, const MatchModel& model,
                           const DuplicateOptions& options) {
  KITH_ASSIGN_OR_RETURN(const TypeDef* const def, TypeOf(snapshot, type));
  KITH_ASSIGN_OR_RETURN(const std::vector<Compared> fields, FieldsOf(*def, options));
  Rows rows(fields);
  KITH_ASSIGN_OR_RETURN(const Id asked, AddAsked(snapshot, *def, question, rows));
  Lookalikes found;
  if (def->FindIndex(catalog::IndexKind::kText) != nullptr) {
    Candidates candidates(snapshot, *def);
    KITH_RETURN_IF_ERROR(candidates.Look(fields, rows.table()));
    for (const Id id : candidates.ids()) {
      if (id == asked) continue;
      KITH_ASSIGN_OR_RETURN(const record::View view, snapshot.Get(id));
      rows.Add(id, view);
    }
    found.complete = candidates.complete();
  } else {
    KITH_RETURN_IF_ERROR(ReadAll(snapshot, *def, asked, rows));
  }
  KITH_ASSIGN_OR_RETURN(const std::vector<MatchPair> pairs, MatchFirst(rows.table(), model, options.match.review));
  for (size_t i = 0; i < std::min(options.limit, pairs.size()); ++i) {
    const MatchPair& pair = pairs[i];
    found.records.push_back(
        {.record = rows.id(pair.b), .bits = pair.bits, .probability = pair.probability, .reasons = ReasonsOf(rows.table(), pair)});
  }
  return found;
}

}  // namespace kith::crm
