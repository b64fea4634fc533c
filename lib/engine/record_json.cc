#include "engine/batch_json_internal.h"
#include "engine/format.h"
#include "kith/engine/batch.h"
#include "kith/engine/json.h"

namespace kith {
namespace {

using engine::ValueToJson;
// Members keep the order in which they are written here.
using Ordered = nlohmann::ordered_json;

std::string Dump(const Ordered& json) { return json.dump(-1, ' ', false, Ordered::error_handler_t::replace); }

std::string_view NameOfHeaderField(int32_t position) {
  for (std::string_view name : {"owner", "unit", "visibility"}) {
    if (catalog::HeaderFieldFromName(name) == position) return name;
  }
  return "header";
}

Ordered ActorToJson(const Actor& actor) {
  if (!actor.id.is_null()) return actor.id.value();
  if (actor.is_external()) return {{"system", actor.external.system}, {"key", actor.external.key}};
  return nullptr;
}

Ordered FieldToJson(const catalog::TypeDef* type, const FieldChange& change) {
  const catalog::FieldDef* field = type == nullptr ? nullptr : FindField(*type, change);
  return {{"field", NameOfField(type, change)},
          {"before", ValueToJson(field, change.before)},
          {"after", ValueToJson(field, change.after)},
          {"effective", ToText(change.effective)}};
}

}  // namespace

std::string_view NameOf(Operation operation) {
  switch (operation) {
    case Operation::kCreate:
      return "create";
    case Operation::kChange:
      return "change";
    case Operation::kDelete:
      return "delete";
  }
  return "unknown";
}

const catalog::FieldDef* FindField(const catalog::TypeDef& type, const FieldChange& change) {
  if (change.package == kHeaderPackage) return nullptr;
  for (const catalog::FieldDef& field : type.fields) {
    if (field.package == change.package && field.number == change.number) return &field;
  }
  return nullptr;
}

std::string NameOfField(const catalog::TypeDef* type, const FieldChange& change) {
  if (change.package == kHeaderPackage && change.number == format::kExternalRefsNumber) return "external_refs";
  if (change.package == kHeaderPackage) return std::string(NameOfHeaderField(-static_cast<int32_t>(change.number)));
  const catalog::FieldDef* field = type == nullptr ? nullptr : FindField(*type, change);
  return field != nullptr ? field->name : std::to_string(change.package) + "/" + std::to_string(change.number);
}

std::string ActorToJsonText(const Actor& actor) { return Dump(ActorToJson(actor)); }

std::string RecordToJson(const catalog::TypeDef& type, record::View view) {
  const record::Header& header = view.header();
  Ordered json = {{"id", header.id},
                  {"type", type.name},
                  {"version", header.version},
                  {"created", ToText(Time{header.created})},
                  {"updated", ToText(Time{header.updated})},
                  {"owner", header.owner == 0 ? Ordered(nullptr) : Ordered(header.owner)},
                  {"unit", header.unit},
                  {"visibility", ValueToJson(nullptr, format::ValueOf(view, catalog::kHeaderVisibility))},
                  {"origin", NameOf(static_cast<Origin>(header.origin))},
                  {"fields", Ordered::object()}};
  for (const catalog::FieldDef& field : type.fields) {
    if (view.has(field.position)) json["fields"][field.name] = ValueToJson(&field, view.Get(field.position));
  }
  return Dump(json);
}

std::string HistoryToJson(const catalog::Catalog& catalog, const std::vector<HistoryEntry>& history) {
  Ordered json = Ordered::array();
  for (const HistoryEntry& entry : history) {
    Ordered item = {{"sequence", entry.sequence}, {"operation", NameOf(entry.operation)}, {"actor", ActorToJson(entry.actor)},
                    {"reason", entry.reason},     {"recorded", ToText(entry.recorded)},   {"effective", ToText(entry.effective)},
                    {"fields", Ordered::array()}};
    const catalog::TypeDef* type = catalog.FindType(entry.record.type());
    for (const FieldChange& change : entry.fields) item["fields"].push_back(FieldToJson(type, change));
    json.push_back(std::move(item));
  }
  return Dump(json);
}

}  // namespace kith
