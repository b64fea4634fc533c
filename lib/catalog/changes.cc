// What differs between two catalogs, for people.
#include <set>

#include "catalog/merge_internal.h"
#include "kith/base/concat.h"

namespace kith::catalog {
namespace {

std::string Counted(size_t count, std::string_view noun) {
  std::string text = std::to_string(count) + " ";
  text += noun;
  return count == 1 ? text : text + "s";
}

// Names of the members that differ between two definitions in JSON.
std::string DifferingMembers(const Json& before, const Json& after) {
  std::set<std::string> names;
  for (const auto& [key, value] : before.items()) {
    if (!after.contains(key) || after[key] != value) names.insert(key);
  }
  for (const auto& [key, value] : after.items()) {
    if (!before.contains(key)) names.insert(key);
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

class Describer {
 public:
  Describer(const Catalog& before, std::vector<std::string>& lines) : before_(before), lines_(lines) {}

  void Package(const PackageDef& after) {
    const PackageDef* before = before_.FindPackage(after.name);
    if (before == nullptr || (before->removed && !after.removed)) return Add("installs package " + after.name + " " + after.version);
    if (after.removed && !before->removed) return Add("removes package " + after.name + " " + after.version);
    if (before->version != after.version)
      return Add("upgrades package " + after.name + " from " + before->version + " to " + after.version);
    Json old_body = WritePackageHead(*before);
    Json body = WritePackageHead(after);
    old_body["seeds"] = before->seeded;
    body["seeds"] = after.seeded;
    Changed("package " + after.name, old_body, body);
  }

  void Type(const TypeDef& after) {
    const TypeDef* before = before_.FindType(after.name);
    if (before == nullptr) return Add("adds type " + after.name + " (" + Counted(after.fields.size(), "field") + ")");
    Retirement("type " + after.name, before->retired, after.retired);
    Json old_head = WriteTypeHead(*before);
    Json head = WriteTypeHead(after);
    old_head.erase("retired");
    head.erase("retired");
    Changed("type " + after.name, old_head, head);
    for (const FieldDef& field : after.fields) Field(after, before->FindField(field.name), field);
    for (const IndexDef& index : after.indexes) Index(after, before->FindIndex(index.name), index);
    for (const IndexDef& index : before->indexes) {
      if (after.FindIndex(index.name) == nullptr) Add(Concat({"drops index ", after.name, ".", index.name}));
    }
    Checks(*before, after);
  }

 private:
  void Add(std::string line) { lines_.push_back(std::move(line)); }
  void Changed(const std::string& subject, const Json& before, const Json& after) {
    if (const std::string members = DifferingMembers(before, after); !members.empty()) Add(Concat({"changes ", subject, ": ", members}));
  }
  void Retirement(const std::string& subject, bool before, bool after) {
    if (!before && after) Add("retires " + subject);
    if (before && !after) Add("takes " + subject + " back into use");
  }

  void Field(const TypeDef& type, const FieldDef* before, const FieldDef& after) {
    const std::string name = type.name + "." + after.name;
    if (before == nullptr) return Add("adds field " + name + " (" + std::string(NameOf(after.kind)) + ")");
    Retirement("field " + name, before->retired, after.retired);
    for (const ChoiceDef& choice : after.choices) {
      const ChoiceDef* old_choice = before->FindChoice(choice.name);
      if (old_choice == nullptr) {
        Add(Concat({"adds choice ", name, ".", choice.name}));
        continue;
      }
      Retirement(Concat({"choice ", name, ".", choice.name}), old_choice->retired, choice.retired);
      if (old_choice->labels != choice.labels) Add(Concat({"changes choice ", name, ".", choice.name, ": labels"}));
    }
    Json old_body = WriteField(*before, Form::kStored);
    Json body = WriteField(after, Form::kStored);
    for (const char* told : {"choices", "retired"}) {
      old_body.erase(told);
      body.erase(told);
    }
    Changed("field " + name, old_body, body);
  }

  void Checks(const TypeDef& before, const TypeDef& after) {
    for (const CheckDef& check : after.checks) {
      const std::string name = after.name + "." + check.name;
      const CheckDef* old = before.FindCheck(check.name);
      if (old == nullptr) {
        Add("adds check " + name);
        continue;
      }
      Changed("check " + name, WriteCheck(*old), WriteCheck(check));
    }
    for (const CheckDef& check : before.checks) {
      if (after.FindCheck(check.name) == nullptr) Add("takes away check " + before.name + "." + check.name);
    }
  }

  void Index(const TypeDef& type, const IndexDef* before, const IndexDef& after) {
    const std::string name = type.name + "." + after.name;
    if (before == nullptr) return Add("adds index " + name);
    if (before->number != after.number) return Add("rebuilds index " + name);
    Changed("index " + name, WriteIndex(*before, Form::kStored), WriteIndex(after, Form::kStored));
  }

  const Catalog& before_;
  std::vector<std::string>& lines_;
};

}  // namespace

void DescribeChanges(const Catalog& before, const Catalog& after, std::vector<std::string>& lines) {
  Describer describer(before, lines);
  for (const PackageDef& package : after.packages()) describer.Package(package);
  for (const TypeDef& type : after.types()) describer.Type(type);
}

}  // namespace kith::catalog
