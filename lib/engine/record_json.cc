#include <algorithm>

#include "engine/batch_json_internal.h"
#include "engine/format.h"
#include "kith/engine/batch.h"
#include "kith/engine/external_refs.h"
#include "kith/engine/json.h"

namespace kith {
namespace {

using engine::ValueToJson;
// Members keep the order in which they are written here.
using OrderedJson = nlohmann::ordered_json;

std::string Dump(const OrderedJson& json) { return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace); }

std::string_view NameOfHeaderField(int32_t position) {
  for (std::string_view name : {"owner", "unit", "visibility"}) {
    if (catalog::HeaderFieldFromName(name) == position) return name;
  }
  return "header";
}

OrderedJson ActorToJson(const Actor& actor) {
  if (!actor.id.is_null()) return actor.id.value();
  if (actor.is_external()) return {{"system", actor.external.system}, {"key", actor.external.key}};
  return nullptr;
}

Status BadFilter(std::string_view member, std::string_view message) {
  return MakeError({.reason = Reason::kBadOptions,
                    .field = member.empty() ? "filter" : "filter." + std::string(member),
                    .hint = "a filter has types, fields and operations (lists of names) and record (an id)"},
                   message);
}

StatusOr<std::vector<std::string>> NamesOf(std::string_view member, const OrderedJson& given) {
  const bool names = given.is_array() && std::all_of(given.begin(), given.end(), [](const OrderedJson& name) { return name.is_string(); });
  if (!names) return BadFilter(member, "is no list of names");
  return given.get<std::vector<std::string>>();
}

StatusOr<std::vector<Operation>> OperationsOf(const OrderedJson& given) {
  KITH_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesOf("operations", given));
  std::vector<Operation> operations;
  for (const std::string& name : names) {
    for (const Operation operation : {Operation::kCreate, Operation::kChange, Operation::kDelete}) {
      if (NameOf(operation) == name) operations.push_back(operation);
    }
  }
  if (operations.size() != names.size()) return BadFilter("operations", "holds another name than create, change, delete");
  return operations;
}

std::string TypeNameOf(const catalog::Catalog& catalog, Id id) {
  const catalog::TypeDef* type = catalog.FindType(id.type());
  return type == nullptr ? std::to_string(id.type()) : type->name;
}

OrderedJson FieldToJson(const catalog::TypeDef* type, const FieldChange& change) {
  const catalog::FieldDef* field = type == nullptr ? nullptr : FindField(*type, change);
  return {{"field", NameOfField(type, change)},
          {"before", ValueToJson(field, change.before)},
          {"after", ValueToJson(field, change.after)},
          {"effective", ToText(change.effective)}};
}

void AddEntry(const catalog::Catalog& catalog, const HistoryEntry& entry, OrderedJson& item) {
  item["sequence"] = entry.sequence;
  item["operation"] = NameOf(entry.operation);
  item["actor"] = ActorToJson(entry.actor);
  item["reason"] = entry.reason;
  item["recorded"] = ToText(entry.recorded);
  item["effective"] = ToText(entry.effective);
  item["fields"] = OrderedJson::array();
  const catalog::TypeDef* type = catalog.FindType(entry.record.type());
  for (const FieldChange& change : entry.fields) item["fields"].push_back(FieldToJson(type, change));
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
  if (change.package == kHeaderPackage && change.number == kMergedIntoNumber) return "merged_into";
  if (change.package == kHeaderPackage && change.number == kPurgedNumber) return "purged";
  if (change.package == kHeaderPackage && change.number == kLinksNumber) return "links";
  if (change.package == kHeaderPackage) return std::string(NameOfHeaderField(-static_cast<int32_t>(change.number)));
  const catalog::FieldDef* field = type == nullptr ? nullptr : FindField(*type, change);
  return field != nullptr ? field->name : std::to_string(change.package) + "/" + std::to_string(change.number);
}

std::string ActorToJsonText(const Actor& actor) { return Dump(ActorToJson(actor)); }

std::string RecordToJson(const catalog::TypeDef& type, record::View view) {
  const record::Header& header = view.header();
  OrderedJson json = {{"id", header.id},
                      {"type", type.name},
                      {"version", header.version},
                      {"created", ToText(Time{header.created})},
                      {"updated", ToText(Time{header.updated})},
                      {"owner", header.owner == 0 ? OrderedJson(nullptr) : OrderedJson(header.owner)},
                      {"unit", header.unit},
                      {"visibility", ValueToJson(nullptr, format::ValueOf(view, catalog::kHeaderVisibility))},
                      {"origin", NameOf(static_cast<Origin>(header.origin))},
                      {"fields", OrderedJson::object()}};
  for (const catalog::FieldDef& field : type.fields) {
    if (view.has(field.position)) json["fields"][field.name] = ValueToJson(&field, view.Get(field.position));
  }
  return Dump(json);
}

std::string HistoryToJson(const catalog::Catalog& catalog, const std::vector<HistoryEntry>& history) {
  OrderedJson json = OrderedJson::array();
  for (const HistoryEntry& entry : history) {
    OrderedJson item = OrderedJson::object();
    AddEntry(catalog, entry, item);
    json.push_back(std::move(item));
  }
  return Dump(json);
}

std::string FeedToJson(const catalog::Catalog& catalog, const FeedPage& page) {
  OrderedJson json = {{"scanned", page.scanned}, {"entries", OrderedJson::array()}};
  for (const HistoryEntry& entry : page.entries) {
    OrderedJson item = {{"record", entry.record.value()}, {"type", TypeNameOf(catalog, entry.record)}};
    AddEntry(catalog, entry, item);
    json["entries"].push_back(std::move(item));
  }
  return Dump(json);
}

std::string DifferencesToJson(const catalog::Catalog& catalog, const DifferencePage& page) {
  OrderedJson json = {{"next", page.next.is_null() ? OrderedJson(nullptr) : OrderedJson(page.next.value())},
                      {"differences", OrderedJson::array()}};
  for (const Difference& difference : page.differences) {
    const catalog::TypeDef* type = catalog.FindType(difference.record.type());
    OrderedJson item = {{"record", difference.record.value()},
                        {"type", TypeNameOf(catalog, difference.record)},
                        {"operation", NameOf(difference.operation)},
                        {"fields", OrderedJson::array()}};
    for (const FieldChange& change : difference.fields) {
      OrderedJson field = FieldToJson(type, change);
      field.erase("effective");
      item["fields"].push_back(std::move(field));
    }
    json["differences"].push_back(std::move(item));
  }
  return Dump(json);
}

std::string HorizonToJson(const Horizon& horizon) {
  const bool whole = horizon.sequence == 0 && horizon.time == Horizon().time;
  return Dump({{"sequence", horizon.sequence}, {"time", whole ? OrderedJson(nullptr) : OrderedJson(ToText(horizon.time))}});
}

StatusOr<FeedFilter> FeedFilterFromJson(std::string_view text) {
  FeedFilter filter;
  if (text.empty()) return filter;
  const OrderedJson json = OrderedJson::parse(text, nullptr, false);
  if (!json.is_object()) return BadFilter("", "is no JSON object");
  for (const auto& [name, given] : json.items()) {
    if (name == "types") {
      KITH_ASSIGN_OR_RETURN(filter.types, NamesOf(name, given));
    } else if (name == "fields") {
      KITH_ASSIGN_OR_RETURN(filter.fields, NamesOf(name, given));
    } else if (name == "operations") {
      KITH_ASSIGN_OR_RETURN(filter.operations, OperationsOf(given));
    } else if (name == "record") {
      if (!given.is_number_unsigned()) return BadFilter(name, "is no id");
      filter.record = Id(given.get<uint64_t>());
    } else {
      return BadFilter(name, "is no part of a filter");
    }
  }
  return filter;
}

}  // namespace kith
