#include "kith/crm/duplicates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "kith/engine/referring.h"
#include "kith/index/text.h"
#include "kith/query/search.h"

namespace kith::crm {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

// Roles of a party, and as what they are compared. Those with one name are values of one field: people have several.
struct Role {
  std::string_view role;
  std::string_view field;
  MatchKind kind;
};
constexpr std::array<Role, 18> kRoles = {{{"name", "name", MatchKind::kName},
                                          {"external_name", "name", MatchKind::kName},
                                          {"legal_name", "name", MatchKind::kName},
                                          {"email", "email", MatchKind::kMail},
                                          {"phone", "phone", MatchKind::kPhone},
                                          {"other_phone", "phone", MatchKind::kPhone},
                                          {"birthday", "birthday", MatchKind::kDate},
                                          {"organisation", "organisation", MatchKind::kText},
                                          {"organisation_name", "organisation", MatchKind::kText},
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

// The type's fields by role, those of one name together; a field that only other types have is said by nothing.
std::vector<Compared> FieldsByRole(const TypeDef& type) {
  std::vector<Compared> fields;
  for (const Role& role : kRoles) {
    if (fields.empty() || fields.back().field.name != role.field) fields.push_back({{std::string(role.field), role.kind}, {}});
    if (const FieldDef* field = type.FindRole("party", role.role)) fields.back().said_by.push_back(field);
  }
  return fields;
}

// Whether records of other types belong to those of this one.
bool IsOrganisation(const catalog::Catalog& catalog, const TypeDef& type) {
  for (const TypeDef* person : catalog.TypesWith("party")) {
    const FieldDef* field = person == &type ? nullptr : person->FindRole("party", "organisation");
    if (field != nullptr && std::find(field->refers_to.begin(), field->refers_to.end(), type.name) != field->refers_to.end()) return true;
  }
  return false;
}

// A type whose records are compared, and its fields: as many as every other has, in the same order.
struct Source {
  const TypeDef* type = nullptr;
  std::vector<Compared> fields;
};

StatusOr<const TypeDef*> TypeOf(const Snapshot& snapshot, std::string_view name) {
  const TypeDef* type = snapshot.catalog().FindType(name);
  if (type != nullptr) return type;
  std::vector<std::string_view> known;
  for (const TypeDef& one : snapshot.catalog().types()) known.emplace_back(one.name);
  return MakeError({.reason = Reason::kUnknownType, .type = std::string(name), .hint = NearestHint(name, known)}, "there is no such type");
}

// Beside organisations somebody stands for the one that they name.
void StandForOrganisation(Source& source) {
  const FieldDef* named = source.type->FindRole("party", "organisation_name");
  for (Compared& compared : source.fields) {
    compared.said_by.clear();
    if (compared.field.name == "name" && named != nullptr) compared.said_by = {named};
  }
}

StatusOr<std::vector<Source>> SourcesOf(const Snapshot& snapshot, const TypeDef& first, const DuplicateOptions& options) {
  std::vector<Source> sources = {{&first, {}}};
  for (const std::string& name : options.also) {
    KITH_ASSIGN_OR_RETURN(const TypeDef* const type, TypeOf(snapshot, name));
    const bool there = std::any_of(sources.begin(), sources.end(), [&](const Source& source) { return source.type == type; });
    if (!there) sources.push_back({type, {}});
  }
  if (!options.fields.empty() && sources.size() == 1) {
    KITH_ASSIGN_OR_RETURN(sources[0].fields, ChosenFields(first, options.fields));
    return sources;
  }
  const auto organisations =
      std::count_if(sources.begin(), sources.end(), [&](const Source& source) { return IsOrganisation(snapshot.catalog(), *source.type); });
  for (Source& source : sources) {
    source.fields = FieldsByRole(*source.type);
    if (organisations > 0 && !IsOrganisation(snapshot.catalog(), *source.type)) StandForOrganisation(source);
    const bool any = std::any_of(source.fields.begin(), source.fields.end(), [](const Compared& c) { return !c.said_by.empty(); });
    if (any && options.fields.empty()) continue;
    return MakeError(
        {.reason = Reason::kBadOptions,
         .type = source.type->name,
         .hint = sources.size() == 1 ? "say which fields are compared, and as what" : "types are compared together by roles of a party"},
        any ? "fields are chosen of one type alone" : "the type has no behaviour party by which it could be compared");
  }
  for (size_t i = sources[0].fields.size(); i-- > 0;) {
    const bool said = std::any_of(sources.begin(), sources.end(), [&](const Source& source) { return !source.fields[i].said_by.empty(); });
    if (said) continue;
    for (Source& source : sources) source.fields.erase(source.fields.begin() + static_cast<ptrdiff_t>(i));
  }
  if (sources.size() == 1) return sources;
  for (Source& source : sources) {
    for (Compared& compared : source.fields) {
      if (compared.field.name == "organisation") compared.field.kind = MatchKind::kName;
    }
  }
  return sources;
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
  // `name`: of the record that a reference names; unset: its id stands for it.
  explicit Rows(const std::vector<Compared>& fields, std::function<std::string(Id)> name = {})
      : name_(std::move(name)), table_{.fields = {}, .columns = {}, .sources = {}} {
    for (const Compared& field : fields) table_.fields.push_back(field.field);
    table_.columns.resize(fields.size());
  }
  void Add(Id id, record::View view, const std::vector<Compared>& fields) {
    ids_.push_back(id);
    for (size_t i = 0; i < fields.size(); ++i) table_.columns[i].push_back(CellOf(view, fields[i]));
  }
  // Of values by the names of the record's fields; no record.
  void Add(const std::map<std::string, std::string>& values, const std::vector<Compared>& fields) {
    ids_.emplace_back();
    for (size_t i = 0; i < fields.size(); ++i) {
      std::string lines;
      for (const FieldDef* field : fields[i].said_by) {
        const auto at = values.find(field->name);
        if (at == values.end()) continue;
        uint64_t id = 0;
        const bool named = field->kind == Kind::kRef && name_ != nullptr && absl::SimpleAtoi(at->second, &id);
        const std::string text = named ? name_(Id(id)) : at->second;
        if (!text.empty()) lines += (lines.empty() ? "" : "\n") + text;
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
      const bool named = one->kind == Kind::kRef && name_ != nullptr;
      const std::string_view text = one->kind == Kind::kText ? view.GetText(one->position)
                                    : named                  ? std::string_view(NameOf(view.GetRef(one->position)))
                                                             : Keep(TextOf(view, *one));
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

  const std::string& NameOf(Id id) {
    const auto [at, added] = names_.try_emplace(id);
    if (added) at->second = name_(id);
    return at->second;
  }

  std::function<std::string(Id)> name_;
  std::map<Id, std::string> names_;
  MatchTable table_;
  std::vector<Id> ids_;
  std::deque<std::string> kept_;
};

Rows RowsOf(const Snapshot& snapshot, const std::vector<Source>& sources) {
  if (sources.size() == 1) return Rows(sources[0].fields);
  return Rows(sources[0].fields, [&snapshot](Id id) -> std::string {
    const TypeDef* type = snapshot.catalog().FindType(id.type());
    const FieldDef* field = type == nullptr ? nullptr : type->FindRole("party", "name");
    const StatusOr<record::View> view = snapshot.Get(id);
    return field == nullptr || !view.ok() || !view->has(field->position) ? std::string() : std::string(view->GetText(field->position));
  });
}

Status ReadAll(const Snapshot& snapshot, const Source& source, Id but, Rows& rows) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(source.type->name));
  while (cursor->Next()) {
    if (cursor->id() == but) continue;
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    rows.Add(cursor->id(), view, source.fields);
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

// Leaves the pairs of two types; what is expected of them follows from their probabilities. Of how many are found nothing is known.
void KeepAcross(const Rows& rows, double automatic, MatchReport& report) {
  std::erase_if(report.pairs, [&](const MatchPair& pair) { return rows.id(pair.a).type() == rows.id(pair.b).type(); });
  const auto mean = [&](size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; ++i) sum += report.pairs[i].probability;
    return count == 0 ? 1 : sum / static_cast<double>(count);
  };
  report.automatic = static_cast<size_t>(
      std::count_if(report.pairs.begin(), report.pairs.end(), [&](const MatchPair& pair) { return pair.probability >= automatic; }));
  report.precision = mean(report.pairs.size());
  report.automatic_precision = mean(report.automatic);
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
    if (field.field.name == "organisation") return absl::OkStatus();  // all who belong there share it
    for (const std::string& text : SearchesFor(field.field.kind, value)) KITH_RETURN_IF_ERROR(Search(text));
    for (const FieldDef* one : field.said_by) {
      if (one->kind == Kind::kText && field.field.kind != MatchKind::kText) KITH_RETURN_IF_ERROR(Scan(*one, value));
    }
    return absl::OkStatus();
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
  // Where an index leads to it.
  Status Scan(const FieldDef& field, std::string_view value) {
    IndexRange range;
    range.equal.emplace_back(value);
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, ScanLedBy(snapshot_, type_, field, range));
    if (cursor == nullptr) return absl::OkStatus();
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
StatusOr<Id> AddAsked(const Snapshot& snapshot, const std::vector<Source>& sources, const WhoQuestion& question, Rows& rows) {
  const TypeDef& type = *sources[0].type;
  if (question.record.is_null()) {
    for (const auto& [name, value] : question.values) {
      if (type.FindField(name) == nullptr) return NoSuchField(type, name);
    }
    rows.Add(question.values, sources[0].fields);
    return Id();
  }
  for (const Source& source : sources) {
    if (question.record.type() != source.type->number) continue;
    KITH_ASSIGN_OR_RETURN(const record::View view, snapshot.Get(question.record));
    rows.Add(view.id(), view, source.fields);
    return view.id();
  }
  return MakeError({.reason = Reason::kBadOptions, .type = type.name, .record = question.record}, "the record is of another type");
}

// Adds the records of a type that row 0 might be. False: not all were looked at.
StatusOr<bool> AddCandidates(const Snapshot& snapshot, const Source& source, Id asked, Rows& rows) {
  if (source.type->FindIndex(catalog::IndexKind::kText) == nullptr) {
    KITH_RETURN_IF_ERROR(ReadAll(snapshot, source, asked, rows));
    return true;
  }
  Candidates candidates(snapshot, *source.type);
  KITH_RETURN_IF_ERROR(candidates.Look(source.fields, rows.table()));
  for (const Id id : candidates.ids()) {
    if (id == asked) continue;
    KITH_ASSIGN_OR_RETURN(const record::View view, snapshot.Get(id));
    rows.Add(id, view, source.fields);
  }
  return candidates.complete();
}

}  // namespace

StatusOr<Duplicates> FindDuplicates(const Snapshot& snapshot, std::string_view type, const DuplicateOptions& options) {
  KITH_ASSIGN_OR_RETURN(const TypeDef* const def, TypeOf(snapshot, type));
  KITH_ASSIGN_OR_RETURN(const std::vector<Source> sources, SourcesOf(snapshot, *def, options));
  Rows rows = RowsOf(snapshot, sources);
  for (const Source& source : sources) KITH_RETURN_IF_ERROR(ReadAll(snapshot, source, Id(), rows));
  KITH_ASSIGN_OR_RETURN(MatchReport report, FindMatches(rows.table(), options.match));
  if (options.across) KeepAcross(rows, options.match.automatic, report);
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
  KITH_ASSIGN_OR_RETURN(const std::vector<Source> sources, SourcesOf(snapshot, *def, options));
  Rows rows = RowsOf(snapshot, sources);
  KITH_ASSIGN_OR_RETURN(const Id asked, AddAsked(snapshot, sources, question, rows));
  const TypeNumber own = asked.is_null() ? def->number : asked.type();
  Lookalikes found;
  for (const Source& source : sources) {
    if (options.across && source.type->number == own) continue;
    KITH_ASSIGN_OR_RETURN(const bool complete, AddCandidates(snapshot, source, asked, rows));
    found.complete = found.complete && complete;
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
