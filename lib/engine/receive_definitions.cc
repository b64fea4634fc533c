// Definitions between replicas. Each is a state, the one set last: so pages may come in any order and more than once. Its record keeps the
// stamp of when it was set elsewhere, and is passed on like what is set here, since taking it is a change of that record.
#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "engine/database_internal.h"
#include "engine/replica_internal.h"
#include "kith/catalog/received.h"

namespace kith::engine {
namespace {

using catalog::Catalog;
using catalog::Definition;
using catalog::FieldDef;
using catalog::TypeDef;

std::string TextOf(const Stamp& stamp) {
  return std::to_string(stamp.recorded.micros) + "/" + std::to_string(stamp.node) + "/" + std::to_string(stamp.sequence);
}

StatusOr<Stamp> StampOf(std::string_view text) {
  Stamp stamp;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto number = [&](auto& out) {
    const auto [next, error] = std::from_chars(at, end, out);
    const bool sound = error == std::errc() && (next == end || *next == '/');
    at = next == end ? end : next + 1;
    return sound;
  };
  if (number(stamp.recorded.micros) && number(stamp.node) && number(stamp.sequence) && at == end) return stamp;
  return MakeError({.reason = Reason::kCorrupt, .field = "stamp", .value = std::string(text)}, "the stamp of a definition does not read");
}

struct Setting {
  Stamp stamp;
  Actor actor;
};

// When the definition of a record was set, and by whom.
StatusOr<Setting> SettingOf(const Source& source, const TypeDef& type, const record::View& record) {
  KITH_ASSIGN_OR_RETURN(HistoryEntry last, ReadLastHistory(*source.reader, record.id()));
  Setting setting{.stamp = last.stamp, .actor = std::move(last.actor)};
  const FieldDef* const field = type.FindField("stamp");
  const std::string_view text = field == nullptr ? std::string_view() : record.GetText(field->position);
  if (text.empty()) return setting;
  KITH_ASSIGN_OR_RETURN(setting.stamp, StampOf(text));
  return setting;
}

using Keys = std::map<std::pair<TypeNumber, std::string>, Stamp>;

// Of those among `wanted` that are here, when they were set.
StatusOr<Keys> SettingsHere(const Source& source, const std::vector<catalog::ReceivedDefinition>& wanted) {
  std::set<std::pair<TypeNumber, std::string>> keys;
  for (const catalog::ReceivedDefinition& one : wanted) keys.emplace(one.definition.type, one.definition.key);
  Keys settings;
  for (TypeNumber number = catalog::kPackageType; number <= catalog::kPolicyType; ++number) {
    if (keys.lower_bound({number, {}}) == keys.lower_bound({static_cast<TypeNumber>(number + 1), {}})) continue;
    KITH_ASSIGN_OR_RETURN(const TypeDef* const type, source.catalog->GetType(number));
    const std::unique_ptr<RecordCursor> cursor = NewScanCursor(source, *type, {});
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
      std::pair<TypeNumber, std::string> key(number, record.GetText(type->FindField("key")->position));
      if (!keys.contains(key)) continue;
      KITH_ASSIGN_OR_RETURN(const Setting setting, SettingOf(source, *type, record));
      settings.emplace(std::move(key), setting.stamp);
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  return settings;
}

// Gives what a plan takes the stamp of when it was set. One that is the same here but was set later there is among it too: it is passed on.
DefinitionStamps StampAll(const std::vector<catalog::ReceivedDefinition>& theirs, const Keys& stamps, Catalog::Plan& plan) {
  std::map<std::pair<TypeNumber, std::string>, std::string> after;
  for (Definition& definition : catalog::ToDefinitions(*plan.after)) after[{definition.type, definition.key}] = definition.body;
  std::set<std::pair<TypeNumber, std::string>> planned;
  for (const Definition& definition : plan.definitions) planned.emplace(definition.type, definition.key);
  DefinitionStamps all;
  for (const catalog::ReceivedDefinition& one : theirs) {
    const std::pair key(one.definition.type, one.definition.key);
    all[key] = TextOf(stamps.at(key));
    if (!one.holds || !planned.insert(key).second) continue;
    const auto same = after.find(key);
    plan.definitions.push_back({key.first, key.second, same == after.end() ? one.definition.body : same->second});
  }
  return all;
}

}  // namespace

StatusOr<ReplicaChange> DefinitionChange(const Source& source, const TypeDef& type, const record::View& record) {
  KITH_ASSIGN_OR_RETURN(Setting setting, SettingOf(source, type, record));
  ReplicaChange change;
  HistoryEntry& entry = change.entry;
  entry.record = record.id();
  entry.actor = std::move(setting.actor);
  entry.stamp = setting.stamp;
  entry.recorded = entry.stamp.recorded;
  entry.effective = entry.stamp.recorded;
  for (const std::string_view name : {"key", "body"}) {
    const FieldDef* const field = type.FindField(name);
    if (field == nullptr) continue;
    entry.fields.push_back({.package = field->package,
                            .number = field->number,
                            .before = {},
                            .after = record.Get(field->position),
                            .effective = entry.effective});
  }
  return change;
}

StatusOr<uint64_t> DatabaseImpl::ReceiveDefinitions(const ReplicaPage& page) {
  std::vector<catalog::ReceivedDefinition> theirs;
  std::vector<const ReplicaChange*> changes;
  Time latest;
  for (const ReplicaChange& change : page.changes) {
    if (!IsDefinition(change)) continue;
    KITH_ASSIGN_OR_RETURN(Definition definition, DefinitionIn(change));
    theirs.push_back({.definition = std::move(definition), .holds = false});
    changes.push_back(&change);
    latest = std::max(latest, change.entry.stamp.recorded);
  }
  if (theirs.empty()) return 0;
  const auto raise = [&](storage::WriteSet& set) -> Status {
    KITH_ASSIGN_OR_RETURN(format::State state, ReadState(set));
    state.recorded = std::max(state.recorded, Time{latest.micros + 1});  // what is set here from now on is later
    set.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
    return absl::OkStatus();
  };
  for (int attempt = 1;; ++attempt) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> before, state_->Refresh());
    Keys stamps;
    {
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
      KITH_ASSIGN_OR_RETURN(stamps, SettingsHere({.reader = snapshot.get(), .catalog = before->catalog.get()}, theirs));
    }
    for (size_t i = 0; i < theirs.size(); ++i) {
      const Stamp& there = changes[i]->entry.stamp;
      const auto [here, is_new] = stamps.try_emplace({theirs[i].definition.type, theirs[i].definition.key}, there);
      theirs[i].holds = is_new || here->second < there;
      here->second = std::max(here->second, there);
    }
    KITH_ASSIGN_OR_RETURN(Catalog::Plan plan, catalog::PlanReceived(*before->catalog, theirs, page.packages));
    const DefinitionStamps all = StampAll(theirs, stamps, plan);
    if (plan.definitions.empty()) return 0;
    KITH_RETURN_IF_ERROR(Translated(*plan.after, page).status());  // what the changes are of, before anything is taken
    plan.changes.emplace_back("takes definitions of another replica");
    const Status status = Install(before, plan, false, changes.front()->entry.actor, std::nullopt, raise, all).status();
    if (GetReason(status) == Reason::kCatalogChanged && attempt < kAttempts) continue;
    KITH_RETURN_IF_ERROR(status);
    KITH_RETURN_IF_ERROR(FinishIndexes());
    KITH_RETURN_IF_ERROR(InstallDerivations());
    return plan.definitions.size();
  }
}

namespace {

// The numbers of one catalog in terms of another, by names.
class Translator {
 public:
  Translator(const Catalog& there, const Catalog& here) : there_(there), here_(here) {}

  // Whether something of the type has another number here. Errors: UnknownType, PackageConflict.
  StatusOr<bool> IsNeeded(TypeNumber number) {
    const auto [needed, unknown] = needed_.try_emplace(number, false);
    if (!unknown) return needed->second;
    KITH_ASSIGN_OR_RETURN(const TypeDef* const there, there_.GetType(number));
    KITH_ASSIGN_OR_RETURN(const TypeDef* const here, here_.GetType(there->name));
    if (here->number != number) {
      return MakeError({.reason = Reason::kPackageConflict,
                        .type = there->name,
                        .value = std::to_string(number),
                        .hint = "replicas declare a new type in one of them, and let the others receive it"},
                       "the type has the number " + std::to_string(here->number) + " here, and ids hold it");
    }
    needed->second = std::any_of(there->fields.begin(), there->fields.end(), [&](const FieldDef& field) {
      const FieldDef* const same = here->FindField(field.name);
      return same == nullptr || same->package != field.package || same->number != field.number || !SameChoices(field, *same);
    });
    return needed->second;
  }

  Status Translate(ReplicaChange& change) const {
    KITH_ASSIGN_OR_RETURN(const TypeDef* const there, there_.GetType(change.entry.record.type()));
    KITH_ASSIGN_OR_RETURN(const TypeDef* const here, here_.GetType(there->name));
    for (FieldChange& given : change.entry.fields) {
      if (given.package == kHeaderPackage) continue;
      const FieldDef* const field = there->FindField(given.package, given.number);
      if (field == nullptr) continue;  // Applier::CheckEntry says so
      KITH_ASSIGN_OR_RETURN(const FieldDef* const same, Catalog::GetField(*here, field->name));
      given.package = same->package;
      given.number = same->number;
      for (Value* value : {&given.before, &given.after}) Translate(*field, *same, *value);
    }
    return absl::OkStatus();
  }

 private:
  static bool SameChoices(const FieldDef& there, const FieldDef& here) {
    return std::all_of(there.choices.begin(), there.choices.end(), [&](const catalog::ChoiceDef& choice) {
      const catalog::ChoiceDef* const same = here.FindChoice(choice.name);
      return same != nullptr && same->number == choice.number;
    });
  }

  static Choice ChoiceHere(const FieldDef& there, const FieldDef& here, Choice choice) {
    const catalog::ChoiceDef* const one = there.FindChoice(choice.number);
    const catalog::ChoiceDef* const same = one == nullptr ? nullptr : here.FindChoice(one->name);
    return same == nullptr ? choice : Choice{same->number};
  }

  static void Translate(const FieldDef& there, const FieldDef& here, Value& value) {
    if (const Choice* one = value.get_if<Choice>()) {
      value = ChoiceHere(there, here, *one);
    } else if (const ChoiceSet* set = value.get_if<ChoiceSet>()) {
      ChoiceSet all;
      for (const Choice one_of : *set) all.push_back(ChoiceHere(there, here, one_of));
      std::sort(all.begin(), all.end());
      value = std::move(all);
    }
  }

  const Catalog& there_;
  const Catalog& here_;
  std::map<TypeNumber, bool> needed_;
};

}  // namespace

StatusOr<std::optional<ReplicaPage>> Translated(const Catalog& here, const ReplicaPage& page) {
  std::optional<ReplicaPage> translated;
  if (page.catalog == nullptr || page.catalog.get() == &here) return translated;
  Translator translator(*page.catalog, here);
  for (size_t i = 0; i < page.changes.size(); ++i) {
    if (IsDefinition(page.changes[i])) continue;
    KITH_ASSIGN_OR_RETURN(const bool needed, translator.IsNeeded(page.changes[i].entry.record.type()));
    if (!needed) continue;
    if (!translated.has_value()) translated = page;
    KITH_RETURN_IF_ERROR(translator.Translate(translated->changes[i]));
  }
  return translated;
}

}  // namespace kith::engine

namespace kith {

StatusOr<catalog::Definition> DefinitionIn(const ReplicaChange& change) {
  catalog::Definition definition{.type = change.entry.record.type(), .key = {}, .body = {}};
  const std::shared_ptr<const catalog::Catalog> built_in = catalog::Catalog::BuiltIn();
  KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* const type, built_in->GetType(definition.type));
  for (const FieldChange& given : change.entry.fields) {
    const catalog::FieldDef* field = type->FindField(given.package, given.number);
    const std::string* text = given.after.get_if<std::string>();
    if (field == nullptr || text == nullptr) continue;
    if (field->name == "key") definition.key = *text;
    if (field->name == "body") definition.body = *text;
  }
  return definition;
}

}  // namespace kith
