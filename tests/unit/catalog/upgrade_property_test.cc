// Random additive upgrades: what was given a number keeps it, and so keeps its place in every record.
#include <map>
#include <random>

#include "support/settings.h"
#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

// The package's text as a naive author keeps it: lists that only grow, in random places.
struct AuthoredField {
  std::string name;
  std::string kind;
  std::vector<std::string> choices;
  bool retired = false;
};
struct AuthoredType {
  std::string name;
  std::vector<AuthoredField> fields;
};

class Author {
 public:
  explicit Author(uint64_t seed) : random_(seed) {}

  void Change() {
    switch (types_.empty() ? 0 : Below(8)) {
      case 0:
        Insert(types_, {.name = "type_" + Next(), .fields = {}});
        break;
      case 1:
      case 2:
      case 3: {
        static const std::vector<std::string> kKinds = {"text", "int", "money", "ref", "choice", "bool", "choice_set", "time"};
        AuthoredField field{.name = "field_" + Next(), .kind = Pick(kKinds), .choices = {}, .retired = false};
        if (field.kind.rfind("choice", 0) == 0) field.choices = {"choice_" + Next()};
        Insert(Pick(types_).fields, field);
        break;
      }
      case 4:
      case 5: {
        AuthoredType& type = Pick(types_);
        if (type.fields.empty()) break;
        AuthoredField& field = Pick(type.fields);
        if (!field.choices.empty()) Insert(field.choices, "choice_" + Next());
        break;
      }
      case 6: {
        AuthoredType& type = Pick(types_);
        if (!type.fields.empty()) Pick(type.fields).retired ^= true;
        break;
      }
      default:
        std::shuffle(types_.begin(), types_.end(), random_);  // the order of a file means nothing once numbers are given
        for (AuthoredType& type : types_) std::shuffle(type.fields.begin(), type.fields.end(), random_);
        break;
    }
  }

  [[nodiscard]] std::string Text() const {
    std::string text;
    for (const AuthoredType& type : types_) {
      if (!text.empty()) text += ",\n";
      text += R"({"name": ")" + type.name + R"(", "fields": [)";
      for (size_t i = 0; i < type.fields.size(); ++i) text += (i > 0 ? ",\n" : "") + FieldText(type.fields[i]);
      text += "]}";
    }
    return Acme(text);
  }

  bool Chance() { return Below(2) == 0; }

 private:
  static std::string FieldText(const AuthoredField& field) {
    std::string text = R"({"name": ")" + field.name + R"(", "kind": ")" + field.kind + "\"";
    if (field.retired) text += R"(, "retired": true)";
    if (!field.choices.empty()) {
      text += R"(, "choices": [)";
      for (size_t i = 0; i < field.choices.size(); ++i) text += (i > 0 ? R"(, {"name": ")" : R"({"name": ")") + field.choices[i] + "\"}";
      text += "]";
    }
    return text + "}";
  }
  size_t Below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }
  template <typename T>
  T& Pick(std::vector<T>& list) {
    return list[Below(list.size())];
  }
  template <typename T>
  const T& Pick(const std::vector<T>& list) {
    return list[Below(list.size())];
  }
  template <typename T>
  void Insert(std::vector<T>& list, T item) {
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(Below(list.size() + 1)), std::move(item));
  }
  std::string Next() { return std::to_string(next_++); }

  std::mt19937_64 random_;
  std::vector<AuthoredType> types_;
  int next_ = 0;
};

// Everything that stands in records and keys, by what a person calls it.
std::map<std::string, std::string> NumbersOf(const Catalog& catalog) {
  std::map<std::string, std::string> numbers;
  for (const TypeDef& type : catalog.types()) {
    numbers["type " + type.name] = std::to_string(type.number);
    for (const FieldDef& field : type.fields) {
      const std::string name = type.name + "." + field.name;
      numbers["field " + name] = std::to_string(field.package) + "/" + std::to_string(field.number) + " at " +
                                 std::to_string(field.stored.slot.page) + "/" + std::to_string(field.stored.slot.index) + " " +
                                 std::string(NameOf(field.kind));
      for (const ChoiceDef& choice : field.choices) numbers["choice " + name + "." + choice.name] = std::to_string(choice.number);
    }
    for (const IndexDef& index : type.indexes) numbers["index " + type.name + "." + index.name] = std::to_string(index.number);
  }
  return numbers;
}

void ExpectKept(const std::map<std::string, std::string>& before, const std::map<std::string, std::string>& after) {
  for (const auto& [name, number] : before) {
    const auto it = after.find(name);
    ASSERT_NE(it, after.end()) << name << " is gone";
    ASSERT_EQ(it->second, number) << name;
  }
}

TEST(Upgrades, KeepNumbers) {
  const uint64_t seed = testing::TestSeed(21);
  for (int run = 0; run < 30 * testing::TestScale(); ++run) {
    Author author(seed + static_cast<uint64_t>(run));
    std::shared_ptr<const Catalog> catalog = Catalog::BuiltIn();
    for (int step = 0; step < 25; ++step) {
      author.Change();
      const std::string text = author.Text();
      const StatusOr<Catalog::Plan> plan = Plan(*catalog, text);
      ASSERT_TRUE(plan.ok()) << plan.status() << "\n" << text;
      ASSERT_NO_FATAL_FAILURE(ExpectKept(NumbersOf(*catalog), NumbersOf(*plan->after))) << text;
      // What a plan tells and what it writes go together.
      ASSERT_EQ(plan->changes.empty(), plan->definitions.empty());
      ASSERT_EQ(plan->after == catalog, plan->definitions.empty());

      // Writing the changed records over the old ones gives the same catalog.
      std::map<std::pair<TypeNumber, std::string>, std::string> stored;
      for (const Definition& d : ToDefinitions(*catalog)) stored[{d.type, d.key}] = d.body;
      for (const Definition& d : plan->definitions) stored[{d.type, d.key}] = d.body;
      std::vector<Definition> definitions;
      for (const auto& [key, body] : stored) definitions.push_back({key.first, key.second, body});
      const auto read = FromDefinitions(plan->after->version(), definitions);
      ASSERT_TRUE(read.ok()) << read.status();
      ASSERT_EQ((*read)->ToJson(), plan->after->ToJson());
      catalog = author.Chance() ? plan->after : *read;
    }
  }
}

// A numbers file that only ever grows gives every database the same numbers, whichever versions it went through.
TEST(Upgrades, ANumbersFileMakesDatabasesAlike) {
  const uint64_t seed = testing::TestSeed(22);
  for (int run = 0; run < 20 * testing::TestScale(); ++run) {
    Author author(seed + static_cast<uint64_t>(run));
    std::string numbers;
    std::shared_ptr<const Catalog> often = Catalog::BuiltIn();
    std::shared_ptr<const Catalog> seldom = Catalog::BuiltIn();
    for (int step = 0; step < 25; ++step) {
      author.Change();
      const StatusOr<std::string> grown = AppendNumbers({author.Text(), numbers});
      ASSERT_TRUE(grown.ok()) << grown.status();
      numbers = *grown;
      often = Ensured(often, author.Text(), numbers);
      if (author.Chance()) seldom = Ensured(seldom, author.Text(), numbers);
    }
    seldom = Ensured(seldom, author.Text(), numbers);
    for (const TypeDef& type : often->types()) {
      const TypeDef* other = seldom->FindType(type.name);
      ASSERT_NE(other, nullptr);
      ASSERT_EQ(other->fields.size(), type.fields.size());
      for (const FieldDef& field : type.fields) {
        const FieldDef* same = other->FindField(field.name);
        ASSERT_NE(same, nullptr);
        ASSERT_EQ(same->stored.slot, field.stored.slot) << type.name << "." << field.name;
        for (const ChoiceDef& choice : field.choices) ASSERT_EQ(same->FindChoice(choice.name)->number, choice.number);
      }
    }
  }
}

}  // namespace
}  // namespace kith::catalog
