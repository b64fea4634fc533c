#include <algorithm>

#include "catalog/definition_json_internal.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

struct OnDeleteName {
  std::string_view name;
  OnDelete value;
};
constexpr std::array<OnDeleteName, 3> kOnDeleteNames = {
    {{"restrict", OnDelete::kRestrict}, {"detach", OnDelete::kDetach}, {"cascade", OnDelete::kCascade}}};

// The flags of a field: their names in JSON.
struct FieldFlag {
  std::string_view name;
  bool FieldDef::*member;
};
constexpr std::array<FieldFlag, 7> kFieldFlags = {{{"required", &FieldDef::required},
                                                   {"personal", &FieldDef::personal},
                                                   {"about", &FieldDef::about},
                                                   {"derived", &FieldDef::derived},
                                                   {"retired", &FieldDef::retired},
                                                   {"ignored_by_insight", &FieldDef::ignored_by_insight},
                                                   {"acyclic", &FieldDef::acyclic}}};

constexpr std::array<std::string_view, 4> kCardinalityNames = {"many_to_many", "many_to_one", "one_to_many", "one_to_one"};

// The flags of a relation: their names in JSON.
struct RelationFlag {
  std::string_view name;
  bool RelationRules::*member;
};
constexpr std::array<RelationFlag, 4> kRelationFlags = {{{"no_loops", &RelationRules::no_loops},
                                                         {"distinct", &RelationRules::distinct},
                                                         {"symmetric", &RelationRules::symmetric},
                                                         {"acyclic", &RelationRules::acyclic}}};

void ReadKind(ObjectReader& reader, FieldDef& field) {
  std::string name;
  if (!reader.Text("kind", name)) {
    if (reader.ok()) reader.Fail("kind", "is missing");
    return;
  }
  if (const std::optional<Kind> kind = KindFromName(name); kind.has_value()) {
    field.kind = *kind;
    return;
  }
  std::vector<std::string_view> names;
  for (int i = 1; NameOf(static_cast<Kind>(i)) != "unknown"; ++i) names.push_back(NameOf(static_cast<Kind>(i)));
  reader.Fail("kind", "unknown kind", name, NearestHint(name, names));
}

void ReadOnDelete(ObjectReader& reader, FieldDef& field) {
  std::string name;
  if (!reader.Text("on_delete", name)) return;
  for (const OnDeleteName& known : kOnDeleteNames) {
    if (known.name == name) {
      field.on_delete = known.value;
      return;
    }
  }
  reader.Fail("on_delete", "unknown rule", name, "known are: restrict, detach, cascade");
}

StatusOr<ChoiceDef> ReadChoiceDef(const Json& json, const std::string& path, Form form) {
  ObjectReader reader(json, path, UnknownOf(form));
  ChoiceDef choice;
  if (!reader.Text("name", choice.name) && reader.ok()) reader.Fail("name", "is missing");
  reader.ReadLabels(choice.labels);
  reader.Flag("retired", choice.retired);
  if (form == Form::kStored) {
    uint32_t number = 0;
    reader.Number("number", number, INT32_MAX);
    choice.number = static_cast<int32_t>(number);
  }
  KITH_RETURN_IF_ERROR(reader.Finish(&choice.extra));
  return choice;
}

void ReadChoices(ObjectReader& reader, FieldDef& field, Form form) {
  const std::vector<Json>& items = reader.Items("choices");
  for (size_t i = 0; i < items.size(); ++i) {
    StatusOr<ChoiceDef> choice = ReadChoiceDef(items[i], JoinJsonPath(reader.PathOf("choices"), i), form);
    if (!choice.ok()) return reader.Fail(choice.status());
    field.choices.push_back(*std::move(choice));
  }
}

// {"draft": ["sent", "cancelled"], ...}
void ReadTransitions(ObjectReader& reader, FieldDef& field) {
  reader.Texts("initial_states", field.initial_states);
  const Json* states = reader.Find("transitions");
  if (states == nullptr) return;
  ObjectReader ways(*states, reader.PathOf("transitions"), Unknown::kRefuse);
  if (states->is_object() && states->empty()) return reader.Fail("transitions", "at least one state is needed");
  if (states->is_object()) {
    for (const auto& [state, next] : states->items()) ways.Texts(state, field.transitions[state]);
  }
  reader.Fail(ways.Finish());
}

void ReadJson(ObjectReader& reader, std::string_view key, Json& out) {
  if (const Json* value = reader.Find(key); value != nullptr) out = *value;
}

Json WriteChoice(const ChoiceDef& choice, Form form) {
  Json json = {{"name", choice.name}};
  if (form == Form::kStored) json["number"] = choice.number;
  if (!choice.labels.empty()) json["labels"] = choice.labels;
  if (choice.retired) json["retired"] = true;
  AddExtra(json, choice.extra);
  return json;
}

void WriteConstraints(const FieldDef& field, Json& json) {
  if (field.minimum.has_value()) json["min"] = WriteValue(*field.minimum, field);
  if (field.maximum.has_value()) json["max"] = WriteValue(*field.maximum, field);
  if (field.initial.has_value()) json["default"] = WriteValue(*field.initial, field);
  if (field.max_length != 0) json["max_length"] = field.max_length;
  if (!field.pattern.empty()) json["pattern"] = field.pattern;
}

std::vector<IndexPart> ReadParts(ObjectReader& reader, std::string_view key, bool ordered) {
  std::vector<std::string> texts;
  reader.Texts(key, texts);
  std::vector<IndexPart> parts;
  for (std::string& text : texts) {
    IndexPart part;
    if (ordered && !text.empty() && text[0] == '-') {
      part.order = Order::kDescending;
      text.erase(0, 1);
    }
    part.field = std::move(text);
    parts.push_back(std::move(part));
  }
  return parts;
}

Json WriteParts(const std::vector<IndexPart>& parts) {
  Json json = Json::array();
  for (const IndexPart& part : parts) json.push_back((part.order == Order::kDescending ? "-" : "") + part.field);
  return json;
}

// An index of a kind that this library does not know cannot be kept up to date, so nothing may be written with it.
void ReadIndexKind(ObjectReader& reader, IndexDef& index, Form form) {
  std::string name;
  if (!reader.Text("kind", name)) return;
  const auto it = std::find(kIndexKindNames.begin(), kIndexKindNames.end(), name);
  if (it != kIndexKindNames.end()) {
    index.kind = static_cast<IndexKind>(it - kIndexKindNames.begin());
  } else if (form == Form::kStored) {
    reader.Fail(MakeError(
        {.reason = Reason::kFormatNewer, .field = reader.PathOf("kind"), .value = name, .hint = "open the database with a newer library"},
        "the index is of a kind that this library does not know"));
  } else {
    reader.Fail("kind", "unknown kind of index", name, NearestHint(name, {kIndexKindNames.begin(), kIndexKindNames.end()}));
  }
}

// One number a field, in their order.
void ReadWeights(ObjectReader& reader, std::vector<IndexPart>& parts) {
  if (reader.Find("weights") == nullptr) return;
  const std::vector<Json>& weights = reader.Items("weights");
  if (reader.ok() && weights.size() != parts.size()) return reader.Fail("weights", "there is one weight a field");
  for (size_t i = 0; i < weights.size() && reader.ok(); ++i) {
    if (!weights[i].is_number_unsigned() || weights[i] < 1U || weights[i] > limits::kIndexWeight) {
      return reader.Fail(MalformedAt(JoinJsonPath(reader.PathOf("weights"), i), "a weight is a whole number from 1 to limits::kIndexWeight",
                                     Shown(weights[i])));
    }
    parts[i].weight = weights[i].get<uint32_t>();
  }
}

void WriteWeights(const std::vector<IndexPart>& parts, Json& json) {
  if (std::all_of(parts.begin(), parts.end(), [](const IndexPart& part) { return part.weight == 1; })) return;
  for (const IndexPart& part : parts) json["weights"].push_back(part.weight);
}

void ReadBehaviours(ObjectReader& reader, TypeDef& type) {
  for (const auto& [name, roles] : reader.Members("behaviours")) {
    const std::string path = JoinJsonPath(reader.PathOf("behaviours"), name);
    BehaviourDef behaviour;
    behaviour.name = name;
    if (!roles.is_object()) return reader.Fail(MalformedAt(path, "roles and their fields are expected", Shown(roles)));
    for (const auto& [role, field] : roles.items()) {
      if (!field.is_string()) return reader.Fail(MalformedAt(JoinJsonPath(path, role), "the name of a field is expected", Shown(field)));
      behaviour.roles[role] = field.get_ref<const std::string&>();
    }
    type.behaviours.push_back(std::move(behaviour));
  }
}

void ReadRelationRules(ObjectReader& reader, RelationRules& rules) {
  for (const RelationFlag& flag : kRelationFlags) reader.Flag(flag.name, rules.*flag.member);
  std::string name;
  if (!reader.Text("cardinality", name)) return;
  const auto* it = std::find(kCardinalityNames.begin(), kCardinalityNames.end(), name);
  if (it == kCardinalityNames.end()) {
    return reader.Fail("cardinality", "unknown cardinality", name, "known are: many_to_many, many_to_one, one_to_many, one_to_one");
  }
  rules.cardinality = static_cast<Cardinality>(it - kCardinalityNames.begin());
}

// {"acyclic": true, "kinds": {"partner": {"symmetric": true}}}
void ReadRelation(ObjectReader& reader, RelationDef& relation) {
  const Json* json = reader.Find("relation");
  if (json == nullptr) return;
  ObjectReader own(*json, reader.PathOf("relation"), Unknown::kRefuse);
  ReadRelationRules(own, relation.rules);
  for (const auto& [name, rules] : own.Members("kinds")) {
    ObjectReader kind(rules, JoinJsonPath(own.PathOf("kinds"), name), Unknown::kRefuse);
    ReadRelationRules(kind, relation.kinds[name]);
    own.Fail(kind.Finish());
  }
  reader.Fail(own.Finish());
}

Json WriteRelationRules(const RelationRules& rules) {
  Json json = Json::object();
  for (const RelationFlag& flag : kRelationFlags) {
    if (rules.*flag.member) json[std::string(flag.name)] = true;
  }
  if (rules.cardinality != Cardinality::kManyToMany) json["cardinality"] = NameOf(rules.cardinality);
  return json;
}

Json WriteRelation(const RelationDef& relation) {
  Json json = WriteRelationRules(relation.rules);
  for (const auto& [name, rules] : relation.kinds) json["kinds"][name] = WriteRelationRules(rules);
  return json;
}

}  // namespace

std::string_view NameOf(Cardinality cardinality) { return kCardinalityNames.at(static_cast<size_t>(cardinality)); }

void AddExtra(Json& object, const std::string& extra) {
  if (extra.empty()) return;
  const Json members = Json::parse(extra, nullptr, false);
  if (!members.is_object()) return;
  for (const auto& [key, value] : members.items()) {
    if (!object.contains(key)) object[key] = value;
  }
}

StatusOr<FieldDraft> ReadField(const Json& json, const std::string& path, Form form) {
  ObjectReader reader(json, path, UnknownOf(form));
  FieldDraft draft;
  draft.path = path;
  FieldDef& field = draft.def;
  if (!reader.Text("name", field.name) && reader.ok() && form == Form::kPackage) reader.Fail("name", "is missing");
  ReadKind(reader, field);
  uint32_t scale = 0;
  reader.Number("scale", scale, UINT8_MAX);
  field.scale = static_cast<uint8_t>(scale);
  for (const FieldFlag& flag : kFieldFlags) reader.Flag(flag.name, field.*flag.member);
  reader.Texts("to", field.refers_to);
  ReadOnDelete(reader, field);
  ReadChoices(reader, field, form);
  ReadTransitions(reader, field);
  ReadJson(reader, "min", draft.minimum);
  ReadJson(reader, "max", draft.maximum);
  ReadJson(reader, "default", draft.initial);
  reader.Number("max_length", field.max_length, UINT32_MAX);
  reader.Text("pattern", field.pattern);
  reader.Text("formula", field.formula);
  reader.Text("auto_number", field.auto_number);
  if (const Json* roll_up = reader.Find("roll_up"); roll_up != nullptr) {
    KITH_ASSIGN_OR_RETURN(field.roll_up, ReadRollUp(*roll_up, reader.PathOf("roll_up"), form));
  }
  reader.ReadLabels(field.labels);
  if (form == Form::kStored) reader.Number("number", field.number, UINT32_MAX);
  KITH_RETURN_IF_ERROR(reader.Finish(&field.extra));
  return draft;
}

StatusOr<FieldDraft> ReadAddition(const Json& json, const std::string& path) {
  ObjectReader reader(json, path, Unknown::kRefuse);
  FieldDraft draft;
  draft.path = path;
  if (!reader.Text("field", draft.def.name) && reader.ok()) reader.Fail("field", "is missing");
  ReadChoices(reader, draft.def, Form::kPackage);
  ReadTransitions(reader, draft.def);
  KITH_RETURN_IF_ERROR(reader.Finish());
  if (draft.def.choices.empty()) return MalformedAt(JoinJsonPath(path, "choices"), "at least one choice is needed");
  return draft;
}

Status ResolveValues(FieldDraft& draft) {
  struct Member {
    std::string_view key;
    const Json& json;
    std::optional<Value>& value;
  };
  FieldDef& field = draft.def;
  const std::array<Member, 3> members = {
      {{"min", draft.minimum, field.minimum}, {"max", draft.maximum, field.maximum}, {"default", draft.initial, field.initial}}};
  for (const Member& member : members) {
    if (member.json.is_null()) continue;
    KITH_ASSIGN_OR_RETURN(member.value, ReadValue(member.json, field, JoinJsonPath(draft.path, member.key)));
  }
  return absl::OkStatus();
}

Json WriteField(const FieldDef& field, Form form) {
  if (field.kind == Kind::kNull) return Json::parse(field.extra, nullptr, false);
  Json json = {{"kind", std::string(NameOf(field.kind))}};
  if (form == Form::kPackage) json["name"] = field.name;
  if (form == Form::kStored) json["number"] = field.number;
  if (field.scale != 0) json["scale"] = field.scale;
  for (const FieldFlag& flag : kFieldFlags) {
    if (field.*flag.member) json[std::string(flag.name)] = true;
  }
  if (!field.refers_to.empty()) json["to"] = field.refers_to;
  if (field.on_delete != OnDelete::kRestrict) json["on_delete"] = kOnDeleteNames[static_cast<size_t>(field.on_delete)].name;
  if (!field.choices.empty()) {
    Json& choices = json["choices"] = Json::array();
    for (const ChoiceDef& choice : field.choices) choices.push_back(WriteChoice(choice, form));
  }
  if (!field.transitions.empty()) json["transitions"] = field.transitions;
  if (!field.initial_states.empty()) json["initial_states"] = field.initial_states;
  WriteConstraints(field, json);
  if (!field.formula.empty()) json["formula"] = field.formula;
  if (!field.auto_number.empty()) json["auto_number"] = field.auto_number;
  if (field.roll_up.has_value()) json["roll_up"] = WriteRollUp(*field.roll_up, form);
  if (!field.labels.empty()) json["labels"] = field.labels;
  AddExtra(json, field.extra);
  return json;
}

StatusOr<IndexDef> ReadIndex(const Json& json, const std::string& path, Form form) {
  ObjectReader reader(json, path, UnknownOf(form));
  IndexDef index;
  if (!reader.Text("name", index.name) && reader.ok() && form == Form::kPackage) reader.Fail("name", "is missing");
  reader.Require("fields");
  ReadIndexKind(reader, index, form);
  index.parts = ReadParts(reader, "fields", true);
  ReadWeights(reader, index.parts);
  index.cover = ReadParts(reader, "cover", false);
  reader.Flag("unique", index.unique);
  if (form == Form::kStored) {
    reader.Number("number", index.number, UINT32_MAX);
    reader.Flag("automatic", index.automatic);
  }
  KITH_RETURN_IF_ERROR(reader.Finish(&index.extra));
  return index;
}

Json WriteIndex(const IndexDef& index, Form form) {
  Json json = {{"fields", WriteParts(index.parts)}};
  if (form == Form::kPackage) json["name"] = index.name;
  if (form == Form::kStored) {
    json["number"] = index.number;
    if (index.automatic) json["automatic"] = true;
  }
  if (index.kind != IndexKind::kOrdered) json["kind"] = NameOf(index.kind);
  WriteWeights(index.parts, json);
  if (index.unique) json["unique"] = true;
  if (!index.cover.empty()) json["cover"] = WriteParts(index.cover);
  AddExtra(json, index.extra);
  return json;
}

void ReadTypeHead(ObjectReader& reader, TypeDef& type) {
  reader.ReadLabels(type.labels);
  ReadBehaviours(reader, type);
  ReadRelation(reader, type.relation);
  reader.Flag("retired", type.retired);
}

Json WriteTypeHead(const TypeDef& type) {
  Json json = Json::object();
  if (!type.labels.empty()) json["labels"] = type.labels;
  if (type.retired) json["retired"] = true;
  if (!type.behaviours.empty()) {
    Json& behaviours = json["behaviours"] = Json::object();
    for (const BehaviourDef& behaviour : type.behaviours) {
      Json& roles = behaviours[behaviour.name] = Json::object();
      for (const auto& [role, field] : behaviour.roles) roles[role] = field;
    }
  }
  if (type.relation != RelationDef()) json["relation"] = WriteRelation(type.relation);
  AddExtra(json, type.extra);
  return json;
}

void ReadPackageHead(ObjectReader& reader, PackageDef& package) {
  if (!reader.Text("version", package.version) && reader.ok()) reader.Fail("version", "is missing", {}, "such as \"1.0.0\"");
  reader.Texts("needs", package.needs);
  reader.ReadLabels(package.labels);
}

Json WritePackageHead(const PackageDef& package) {
  Json json = {{"version", package.version}};
  if (!package.needs.empty()) json["needs"] = package.needs;
  if (!package.labels.empty()) json["labels"] = package.labels;
  AddExtra(json, package.extra);
  return json;
}

}  // namespace kith::catalog
