#include <algorithm>
#include <set>

#include "catalog/package_internal.h"
#include "kith/base/concat.h"
#include "kith/base/limits.h"

namespace kith::catalog {
namespace {

constexpr std::string_view kPrefix = "numbers:";

// {"name": number}: each number once, within [minimum, maximum].
template <typename T>
Status ReadMap(const Json& json, const std::string& path, T minimum, T maximum, std::map<std::string, T, std::less<>>& out) {
  if (!json.is_object()) return MalformedAt(path, "names and their numbers are expected", Shown(json));
  std::set<T> taken;
  for (const auto& [name, value] : json.items()) {
    const std::string member = JoinJsonPath(path, name);
    if (const std::string fault = NameFault(name); !fault.empty()) return MalformedAt(member, fault);
    const bool fits = value.is_number_unsigned() && value.template get<uint64_t>() >= static_cast<uint64_t>(minimum) &&
                      value.template get<uint64_t>() <= static_cast<uint64_t>(maximum);
    if (!fits) {
      return MalformedAt(member, "a number from " + std::to_string(minimum) + " to " + std::to_string(maximum) + " is expected",
                         Shown(value));
    }
    const T number = static_cast<T>(value.template get<uint64_t>());
    if (!taken.insert(number).second) return MalformedAt(member, "the number is taken by another name", Shown(value));
    out[name] = number;
  }
  return absl::OkStatus();
}

StatusOr<TypeNumbers> ReadTypeNumbers(const Json& json, const std::string& path) {
  ObjectReader reader(json, path, Unknown::kRefuse);
  TypeNumbers numbers;
  if (const Json* fields = reader.Find("fields"); fields != nullptr) {
    KITH_RETURN_IF_ERROR(ReadMap(*fields, reader.PathOf("fields"), uint32_t{0}, limits::kFieldsPerTypeAndPackage - 1, numbers.fields));
  }
  for (const auto& [field, choices] : reader.Members("choices")) {
    const std::string choices_path = JoinJsonPath(reader.PathOf("choices"), field);
    if (const std::string fault = NameFault(field); !fault.empty()) return MalformedAt(choices_path, fault);
    KITH_RETURN_IF_ERROR(ReadMap(choices, choices_path, int32_t{1}, limits::kChoiceNumber, numbers.choices[field]));
  }
  KITH_RETURN_IF_ERROR(reader.Finish());
  return numbers;
}

StatusOr<Numbers> ReadNumbersDocument(const Json& json, std::string_view package) {
  ObjectReader reader(json, {}, Unknown::kRefuse);
  std::string named(package);
  reader.Text("package", named);
  if (named != package) reader.Fail("package", "the numbers belong to another package", ToText(Value(named)));
  Numbers numbers;
  for (const auto& [type, members] : reader.Members("types")) {
    if (const std::string fault = NameFault(type); !fault.empty()) return MalformedAt(JoinJsonPath("types", type), fault);
    KITH_ASSIGN_OR_RETURN(numbers[type], ReadTypeNumbers(members, JoinJsonPath("types", type)));
  }
  KITH_RETURN_IF_ERROR(reader.Finish());
  return numbers;
}

// The same error with its path marked as one of the numbers file.
Status InNumbersFile(const Status& status) {
  ErrorInfo info = GetErrorInfo(status);
  info.field = std::string(kPrefix) + info.field;
  return MakeError(info, MessageOf(status));
}

// One line an entry, in the order of the numbers.
template <typename T>
void AppendMap(std::string& out, const std::string& indent, const std::map<std::string, T, std::less<>>& names) {
  std::vector<std::pair<T, std::string_view>> ordered;
  ordered.reserve(names.size());
  for (const auto& [name, number] : names) ordered.emplace_back(number, name);
  std::sort(ordered.begin(), ordered.end());
  out += "{";
  for (size_t i = 0; i < ordered.size(); ++i) {
    out += Concat({i == 0 ? "\n" : ",\n", indent, "  \"", ordered[i].second, "\": ", std::to_string(ordered[i].first)});
  }
  out += ordered.empty() ? "}" : "\n" + indent + "}";
}

}  // namespace

StatusOr<Numbers> ReadNumbers(std::string_view json, std::string_view package) {
  const StatusOr<Json> document = ParseStrict(json);
  if (!document.ok()) return InNumbersFile(document.status());
  StatusOr<Numbers> numbers = ReadNumbersDocument(*document, package);
  if (!numbers.ok()) return InNumbersFile(numbers.status());
  return numbers;
}

std::string WriteNumbers(std::string_view package, const Numbers& numbers) {
  std::string out = "{\n  \"package\": \"";
  out += package;
  out += "\",\n  \"types\": {";
  bool first_type = true;
  for (const auto& [type, members] : numbers) {
    out += first_type ? "\n" : ",\n";
    first_type = false;
    out += Concat({"    \"", type, "\": {\n      \"fields\": "});
    AppendMap(out, "      ", members.fields);
    if (!members.choices.empty()) {
      out += ",\n      \"choices\": {";
      bool first_field = true;
      for (const auto& [field, choices] : members.choices) {
        out += first_field ? "\n" : ",\n";
        first_field = false;
        out += Concat({"        \"", field, "\": "});
        AppendMap(out, "        ", choices);
      }
      out += "\n      }";
    }
    out += "\n    }";
  }
  return out + "\n  }\n}\n";
}

namespace {

template <typename T>
T NextNumber(const std::map<std::string, T, std::less<>>& numbers, T first) {
  T next = first;
  for (const auto& [name, number] : numbers) next = std::max(next, static_cast<T>(number + 1));
  return next;
}

void AppendChoices(const FieldDraft& field, TypeNumbers& numbers) {
  for (const ChoiceDef& choice : field.def.choices) {
    auto& choices = numbers.choices[field.def.name];
    choices.try_emplace(choice.name, NextNumber(choices, int32_t{1}));
  }
}

}  // namespace

StatusOr<std::string> AppendNumbers(const PackageSource& source) {
  KITH_ASSIGN_OR_RETURN(PackageDraft package, ReadPackage(source));
  for (const TypeDraft& type : package.types) {
    TypeNumbers& numbers = package.numbers[type.def.name];
    for (const FieldDraft& field : type.fields) {
      numbers.fields.try_emplace(field.def.name, NextNumber(numbers.fields, uint32_t{0}));
      AppendChoices(field, numbers);
    }
    for (const FieldDraft& addition : type.additions) AppendChoices(addition, numbers);
  }
  std::string text = WriteNumbers(package.def.name, package.numbers);
  KITH_RETURN_IF_ERROR(ReadNumbers(text, package.def.name).status());  // within the limits after growing
  return text;
}

}  // namespace kith::catalog
