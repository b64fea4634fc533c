// Interactions and ties read from a snapshot.
#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "kith/engine/referring.h"
#include "model/fields_internal.h"
#include "model/tie_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

constexpr std::string_view kInteraction = "interaction";
constexpr Time kEver{INT64_MIN};  // before everything

Time After(Time at) { return at == kTimeMax ? at : Time{at.micros + 1}; }

std::string_view ChoiceAt(record::View view, const FieldDef* field) {
  if (field == nullptr || !view.has(field->position)) return {};
  const catalog::ChoiceDef* choice = field->FindChoice(static_cast<int32_t>(view.GetInt(field->position)));
  return choice == nullptr ? std::string_view() : std::string_view(choice->name);
}

// Interactions of one type with somebody at one end, of [from, end) where `end` is given.
Status Scan(const Snapshot& snapshot, const InteractionRoles& roles, const FieldDef& end_field, Id person, Time from, Time end,
            const std::function<void(const InteractionRecord&)>& visit) {
  const auto look = [&](record::View view) {
    if (!view.has(roles.at->position)) return absl::OkStatus();  // masked: it names no moment
    const InteractionRecord interaction = roles.Read(view);
    if (interaction.at >= from && interaction.at < end) visit(interaction);
    return absl::OkStatus();
  };
  std::unique_ptr<RecordCursor> cursor;
  if (end != kTimeMax) {
    IndexRange range;
    range.equal.emplace_back(person);
    range.low = Value(from);
    range.high = Value(end);
    const auto timed = [&](const IndexDef& index) { return index.parts.size() > 1 && index.parts[1].field == roles.at->name; };
    KITH_ASSIGN_OR_RETURN(cursor, ScanLedBy(snapshot, *roles.type, end_field, range, timed));
  }
  if (cursor == nullptr) return ForEachWith(snapshot, *roles.type, end_field, Value(person), look);
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    KITH_RETURN_IF_ERROR(look(view));
  }
  return cursor->status();
}

// The pairs of one person: `mine` is the end that the person stands at.
class Pairs {
 public:
  Pairs(const Snapshot& snapshot, bool contact, Id person, Time at) : snapshot_(snapshot), contact_(contact), person_(person), at_(at) {}

  StatusOr<std::vector<PairTie>> Read() {
    KITH_RETURN_IF_ERROR(snapshot_.viewer().is_system() ? ReadRows() : Visible(kEver, After(at_), +1));
    std::vector<PairTie> ties;
    ties.reserve(rows_.size());
    for (const auto& [other, row] : rows_) {
      const TieSums sums = SumsOf(row, at_);
      if (sums.theirs + sums.outreach <= 0) continue;
      ties.push_back(contact_ ? PairTie{other, person_, sums} : PairTie{person_, other, sums});
    }
    return ties;
  }

 private:
  // What is visible of [from, end), added or taken out.
  Status Visible(Time from, Time end, int sign) {
    for (const InteractionRoles& roles : InteractionRoles::All(snapshot_.catalog())) {
      if (!roles.pairs()) continue;
      KITH_RETURN_IF_ERROR(Scan(snapshot_, roles, contact_ ? *roles.contact : *roles.employee, person_, from, end,
                                [&](const InteractionRecord& interaction) {
                                  const Id other = contact_ ? interaction.employee : interaction.contact;
                                  if (!other.is_null()) AddToRow(rows_[other], EventOf(interaction), sign);
                                }));
    }
    return absl::OkStatus();
  }

  Status ReadRows() {
    Status status;
    std::vector<Id> others;
    const auto take = [&](std::string_view key, std::string_view value) {
      const Id other = OtherOf(key);
      if (contact_) {
        status = Decode(value, rows_[other]);
      } else {
        others.push_back(other);
      }
      return status.ok();
    };
    KITH_RETURN_IF_ERROR(snapshot_.ScanAggregates(contact_ ? TiesOfContactPrefix(person_) : TiesOfEmployeePrefix(person_), take));
    KITH_RETURN_IF_ERROR(status);
    for (const Id other : others) {
      KITH_ASSIGN_OR_RETURN(const std::string_view stored, snapshot_.Aggregate(TieKey(other, person_)));
      KITH_RETURN_IF_ERROR(Decode(stored, rows_[other]));
    }
    if (rows_.empty()) return absl::OkStatus();
    // The rows count the moment's block to its end.
    return Visible(After(at_), StartOfTieBlock(int64_t{TieBlockOf(at_)} + 1), -1);
  }

  const Snapshot& snapshot_;
  bool contact_;
  Id person_;
  Time at_;
  std::map<Id, TieRow> rows_;
};

}  // namespace

std::optional<InteractionRoles> InteractionRoles::Of(const TypeDef& type) {
  if (type.FindBehaviour(kInteraction) == nullptr) return std::nullopt;
  InteractionRoles roles;
  roles.type = &type;
  roles.at = type.FindRole(kInteraction, "at");
  roles.kind = type.FindRole(kInteraction, "kind");
  roles.direction = type.FindRole(kInteraction, "direction");
  roles.minutes = type.FindRole(kInteraction, "minutes");
  roles.employee = type.FindRole(kInteraction, "employee");
  roles.contact = type.FindRole(kInteraction, "contact");
  roles.externals = type.FindRole(kInteraction, "externals");
  if (roles.at == nullptr || roles.kind == nullptr) return std::nullopt;
  return roles;
}

std::vector<InteractionRoles> InteractionRoles::All(const catalog::Catalog& catalog) {
  std::vector<InteractionRoles> all;
  for (const TypeDef* type : catalog.TypesWith(kInteraction)) {
    if (const std::optional<InteractionRoles> roles = Of(*type); roles.has_value()) all.push_back(*roles);
  }
  return all;
}

InteractionRecord InteractionRoles::Read(record::View view) const {
  InteractionRecord read;
  read.id = view.id();
  read.employee = RefAt(view, employee);
  read.contact = RefAt(view, contact);
  read.kind = InteractionKindFromName(ChoiceAt(view, kind));
  const std::string_view way = ChoiceAt(view, direction);
  read.from_them = way == "in";
  read.mutual = way == "mutual";
  if (minutes != nullptr && view.has(minutes->position)) read.minutes = view.GetInt(minutes->position);
  if (externals != nullptr && view.has(externals->position)) read.externals = view.GetInt(externals->position);
  read.at = Time{view.GetInt(at->position)};
  return read;
}

std::optional<InteractionRecord> ReadInteraction(const TypeDef& type, record::View view) {
  const std::optional<InteractionRoles> roles = InteractionRoles::Of(type);
  if (!roles.has_value() || view.is_null() || !view.has(roles->at->position)) return std::nullopt;
  return roles->Read(view);
}

Status ForEachInteraction(const Snapshot& snapshot, Id contact, const std::function<void(const InteractionRecord&)>& visit) {
  for (const InteractionRoles& roles : InteractionRoles::All(snapshot.catalog())) {
    if (roles.contact == nullptr) continue;
    KITH_RETURN_IF_ERROR(Scan(snapshot, roles, *roles.contact, contact, kEver, kTimeMax, visit));
  }
  return absl::OkStatus();
}

StatusOr<std::vector<PairTie>> TiesOfContact(const Snapshot& snapshot, Id contact, Time at) {
  return Pairs(snapshot, true, contact, at).Read();
}

StatusOr<std::vector<PairTie>> TiesOfEmployee(const Snapshot& snapshot, Id employee, Time at) {
  return Pairs(snapshot, false, employee, at).Read();
}

}  // namespace kith::model
