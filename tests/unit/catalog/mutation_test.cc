// Damaged package texts: never a crash, always an error that says where. // E09
#include <random>

#include "support/settings.h"
#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  std::string Mutate(std::string text) {
    for (int edits = 1 + Below(3); edits > 0 && !text.empty(); --edits) Edit(text);
    return text;
  }

 private:
  int Below(size_t end) { return static_cast<int>(std::uniform_int_distribution<size_t>(0, end - 1)(random_)); }

  void Edit(std::string& text) {
    static const std::vector<std::string> kPieces = {"{",        "}",       "[",
                                                     "]",        ":",       ",",
                                                     "\"",       "null",    "true",
                                                     "-1",       "1e999",   "99999999999999999999",
                                                     "\\u0000",  "\\ud800", "\"name\"",
                                                     "\"kind\"", "\"\"",    "[]",
                                                     "{}",       "\xff",    "\"to\": [\"account\"]",
                                                     "\n"};
    const size_t at = static_cast<size_t>(Below(text.size()));
    switch (Below(7)) {
      case 0:
        text[at] = static_cast<char>(Below(256));
        break;
      case 1:
        text.erase(at, static_cast<size_t>(1 + Below(40)));
        break;
      case 2:
        text.insert(at, kPieces[static_cast<size_t>(Below(kPieces.size()))]);
        break;
      case 3:
        text.resize(at);
        break;
      case 4: {  // a stretch again somewhere else
        const std::string stretch = text.substr(static_cast<size_t>(Below(text.size())), static_cast<size_t>(1 + Below(200)));
        text.insert(at, stretch);
        break;
      }
      case 5:
        SwapWords(text);
        break;
      default: {  // a number or word for another
        const size_t quote = text.find('"', at);
        if (quote != std::string::npos) text.insert(quote + 1, "x");
        break;
      }
    }
  }

  // Exchanges two quoted words: the text stays JSON, so that the checks behind the parser have their turn.
  void SwapWords(std::string& text) {
    const auto word = [&](size_t from) {
      const size_t begin = text.find('"', from);
      const size_t end = begin == std::string::npos ? begin : text.find('"', begin + 1);
      return std::pair(begin, end);
    };
    auto [a, a_end] = word(static_cast<size_t>(Below(text.size())));
    auto [b, b_end] = word(static_cast<size_t>(Below(text.size())));
    if (a > b) {
      std::swap(a, b);
      std::swap(a_end, b_end);
    }
    if (a_end == std::string::npos || b_end == std::string::npos || a_end >= b) return;
    const std::string first = text.substr(a, a_end - a);
    const std::string second = text.substr(b, b_end - b);
    text.replace(b, second.size(), first);
    text.replace(a, first.size(), second);
  }

  std::mt19937_64 random_;
};

// A small package that uses everything.
std::string Rich() {
  return Acme(
      R"({"name": "thing", "labels": {"en": "Thing", "zh": "物"}, "behaviours": {"party": {"name": "name"}},
          "fields": [
            {"name": "name", "kind": "text", "required": true, "max_length": 20, "pattern": "[^x]*", "default": "a", "personal": true},
            {"name": "kind", "kind": "choice", "choices": [{"name": "law", "labels": {"zh": "法"}}, {"name": "trade", "retired": true}], "default": "law"},
            {"name": "size", "kind": "decimal", "scale": 2, "min": "0", "max": "10.50"},
            {"name": "fee", "kind": "money", "min": "0", "max": "100.00 CNY"},
            {"name": "link", "kind": "ref", "to": ["thing", "other"], "on_delete": "detach", "about": true},
            {"name": "when", "kind": "time", "min": "2020-01-01T00:00:00Z"}],
          "indexes": [{"name": "by_name", "fields": ["name", "-created"], "unique": true, "cover": ["kind"]}]},
         {"name": "other", "retired": true})",
      R"("labels": {"en": "Acme"}, "needs": [], "seeds": [{"type": "thing", "ref": ["acme", "1"], "set": {"kind": "law", "size": "1.00"}},
         {"type": "thing", "ref": ["acme", "2"], "set": {"link": {"type": "thing", "ref": ["acme", "1"]}}}])");
}

void ExpectATolerableOutcome(const StatusOr<Catalog::Plan>& plan, const std::string& text) {
  if (plan.ok()) {
    // Still a package: then it must hold together.
    const auto back = FromDefinitions(1, ToDefinitions(*plan->after));
    ASSERT_TRUE(back.ok()) << back.status() << "\n" << text;
    ASSERT_EQ((*back)->ToJson(), plan->after->ToJson()) << text;
    return;
  }
  const ErrorInfo info = GetErrorInfo(plan.status());
  ASSERT_NE(info.reason, Reason::kNone) << plan.status() << "\n" << text;
  ASSERT_NE(info.reason, Reason::kInternal) << plan.status() << "\n" << text;
  ASSERT_NE(info.field, "") << plan.status() << "\n" << text;
  ASSERT_TRUE(IsUtf8(info.field)) << text;
}

TEST(Mutation, OfADefinition) {
  Mutator mutator(testing::TestSeed(1));
  const std::string good = Rich();
  ASSERT_TRUE(Plan(good).ok()) << Plan(good).status();
  int accepted = 0;
  for (int i = 0; i < 10'000 * testing::TestScale(); ++i) {
    const std::string text = mutator.Mutate(good);
    const StatusOr<Catalog::Plan> plan = Plan(text);
    accepted += plan.ok() ? 1 : 0;
    ASSERT_NO_FATAL_FAILURE(ExpectATolerableOutcome(plan, text));
  }
  EXPECT_GT(accepted, 50);  // else the mutations reach the parser alone
}

TEST(Mutation, OfAnUpgradeAndItsNumbers) {
  Mutator mutator(testing::TestSeed(2));
  const std::string good = Rich();
  const std::string numbers = *AppendNumbers({good, {}});
  const auto before = Ensured(good, numbers);
  for (int i = 0; i < 3'000 * testing::TestScale(); ++i) {
    const std::string text = i % 2 == 0 ? mutator.Mutate(good) : good;
    const std::string changed = i % 2 == 0 ? numbers : mutator.Mutate(numbers);
    ASSERT_NO_FATAL_FAILURE(ExpectATolerableOutcome(Plan(*before, text, changed), text + changed));
  }
}

TEST(Mutation, OfTheStandardPackage) {
  Mutator mutator(testing::TestSeed(3));
  const PackageSource good = *ShippedPackage("kith.crm");
  for (int i = 0; i < 150 * testing::TestScale(); ++i) {
    const std::string text = mutator.Mutate(good.definition);
    ASSERT_NO_FATAL_FAILURE(ExpectATolerableOutcome(Plan(text, good.numbers), ""));
  }
}

// What a file holds is hostile too: definitions never crash a reader.
TEST(Mutation, OfStoredDefinitions) {
  Mutator mutator(testing::TestSeed(4));
  const std::vector<Definition> good = ToDefinitions(*Ensured(Rich()));
  std::mt19937_64 random(testing::TestSeed(5));
  for (int i = 0; i < 5'000 * testing::TestScale(); ++i) {
    std::vector<Definition> definitions = good;
    Definition& victim = definitions[random() % definitions.size()];
    std::string& part = random() % 4 == 0 ? victim.key : victim.body;
    part = mutator.Mutate(part);
    const auto catalog = FromDefinitions(1, definitions);
    if (catalog.ok()) continue;
    ASSERT_NE(GetReason(catalog.status()), Reason::kNone) << victim.key << " " << victim.body;
  }
}

}  // namespace
}  // namespace kith::catalog
