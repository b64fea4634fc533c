// Checks and roll-ups to and from JSON.
#include <algorithm>

#include "catalog/definition_json_internal.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

void ReadFunction(ObjectReader& reader, RollUp& roll_up, Form form) {
  std::string name;
  if (!reader.Text("function", name)) {
    if (reader.ok()) reader.Fail("function", "is missing", {}, "one of: count, sum, min, max, average");
    return;
  }
  const auto it = std::find(kRollUpFunctionNames.begin(), kRollUpFunctionNames.end(), name);
  if (it != kRollUpFunctionNames.end()) {
    roll_up.function = static_cast<RollUp::Function>(it - kRollUpFunctionNames.begin());
  } else if (form == Form::kStored) {
    // Its rows cannot be kept in step, so nothing may be written with this library.
    reader.Fail(MakeError({.reason = Reason::kFormatNewer,
                           .field = reader.PathOf("function"),
                           .value = name,
                           .hint = "open the database with a newer library"},
                          "the roll-up has a function that this library does not know"));
  } else {
    reader.Fail("function", "unknown function", name, NearestHint(name, {kRollUpFunctionNames.begin(), kRollUpFunctionNames.end()}));
  }
}

void ReadMessage(ObjectReader& reader, Labels& message) {
  for (const auto& [language, text] : reader.Members("message")) {
    if (!text.is_string()) {
      return reader.Fail(MalformedAt(JoinJsonPath(reader.PathOf("message"), language), "a text is expected", Shown(text)));
    }
    message[language] = text.get_ref<const std::string&>();
  }
}

}  // namespace

StatusOr<RollUp> ReadRollUp(const Json& json, const std::string& path, Form form) {
  ObjectReader reader(json, path, Unknown::kRefuse);
  RollUp roll_up;
  ReadFunction(reader, roll_up, form);
  if (!reader.Text("of", roll_up.of) && reader.ok()) reader.Fail("of", "is missing", {}, "the type whose records are rolled up");
  if (!reader.Text("by", roll_up.by) && reader.ok()) reader.Fail("by", "is missing", {}, "its reference to this type");
  reader.Text("field", roll_up.field);
  reader.Text("where", roll_up.where);
  if (form == Form::kStored) reader.Number("number", roll_up.number, UINT32_MAX);
  KITH_RETURN_IF_ERROR(reader.Finish());
  return roll_up;
}

Json WriteRollUp(const RollUp& roll_up, Form form) {
  Json json = {{"function", NameOf(roll_up.function)}, {"of", roll_up.of}, {"by", roll_up.by}};
  if (!roll_up.field.empty()) json["field"] = roll_up.field;
  if (!roll_up.where.empty()) json["where"] = roll_up.where;
  if (form == Form::kStored) json["number"] = roll_up.number;
  return json;
}

StatusOr<CheckDef> ReadCheck(const Json& json, const std::string& path, Form form) {
  ObjectReader reader(json, path, UnknownOf(form));
  CheckDef check;
  if (!reader.Text("name", check.name) && reader.ok()) reader.Fail("name", "is missing");
  if (!reader.Text("condition", check.condition) && reader.ok()) reader.Fail("condition", "is missing", {}, "such as \"end >= start\"");
  reader.ReadLabels(check.labels);
  ReadMessage(reader, check.message);
  KITH_RETURN_IF_ERROR(reader.Finish(&check.extra));
  return check;
}

Json WriteCheck(const CheckDef& check) {
  Json json = {{"name", check.name}, {"condition", check.condition}};
  if (!check.labels.empty()) json["labels"] = check.labels;
  if (!check.message.empty()) json["message"] = check.message;
  AddExtra(json, check.extra);
  return json;
}

}  // namespace kith::catalog
