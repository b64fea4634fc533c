// Micro benchmarks of expressions: compiling, and filters over records in memory.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "kith/expr/expr.h"

namespace kith::expr {
namespace {

// Opportunities of the standard model, some fields of some of them without a value.
class Deals {
 public:
  static constexpr size_t kCount = 4096;

  Deals() {
    const catalog::PackageSource package = *catalog::ShippedPackage("kith.crm");
    environment_.catalog = catalog::Catalog::BuiltIn()->PlanEnsure({&package, 1})->after;
    environment_.record = environment_.catalog->FindType("opportunity");
    environment_.variables = {{"floor", TypeKind::kMoney}};
    const catalog::TypeDef& type = *environment_.record;
    std::mt19937_64 dice(1);
    record::Builder builder;
    for (uint32_t i = 1; i <= kCount; ++i) {
      std::vector<Value> values(type.fields.size());
      const auto set = [&](std::string_view name, Value value) { values[type.FindField(name)->position] = std::move(value); };
      set("name", "Deal number " + std::to_string(i));
      if (dice() % 10 != 0) set("amount", Money{static_cast<int64_t>(dice() % 2'000'000), *Currency::FromCode("CNY")});
      set("close_date", Date{20'000 + static_cast<int32_t>(dice() % 1000)});
      if (dice() % 2 == 0) set("tags", TextList{"hot", "new"});
      record::Header header;
      header.id = Id::Of(type.number, 0, i).value();
      bytes_.emplace_back(*builder.Build(header, type.layout, values));
    }
  }
  [[nodiscard]] const Environment& environment() const { return environment_; }
  [[nodiscard]] record::View View(size_t i) const { return {bytes_[i % kCount], &environment_.record->layout}; }

 private:
  Environment environment_;
  std::vector<std::string> bytes_;
};

const Deals& AllDeals() {
  static const Deals& deals = *new Deals();
  return deals;
}

// Time a record; `matched` is the share that matches.
void Filter(benchmark::State& state, const char* text) {
  const Program program = *Program::Compile(text, AllDeals().environment(), TypeKind::kBool);
  const std::vector<Any> variables = {Money{1'000'000, *Currency::FromCode("CNY")}};
  Evaluator evaluator;
  size_t i = 0;
  size_t matched = 0;
  for (auto _ : state) matched += evaluator.Test(program, AllDeals().View(i++), variables) == Match::kYes ? 1 : 0;
  state.SetItemsProcessed(state.iterations());
  state.counters["matched"] = static_cast<double>(matched) / static_cast<double>(state.iterations());
}
BENCHMARK_CAPTURE(Filter, one_amount, "amount > money('10000', 'CNY')");
BENCHMARK_CAPTURE(Filter, variable, "amount > floor");
BENCHMARK_CAPTURE(Filter, two_fields, "amount > money('10000', 'CNY') && close_date >= date('2026-01-01')");
BENCHMARK_CAPTURE(Filter, text, "name.contains('99') || name.startsWith('Deal number 1')");
BENCHMARK_CAPTURE(Filter, pattern, "name.matches('9[0-9]$')");
BENCHMARK_CAPTURE(Filter, list, "'hot' in tags");
BENCHMARK_CAPTURE(Filter, macro, "tags.exists(t, t == 'new')");
BENCHMARK_CAPTURE(Filter, arithmetic, "amount * 2 + money('1', 'CNY') > floor");

void Compile(benchmark::State& state, const char* text) {
  for (auto _ : state) benchmark::DoNotOptimize(Program::Compile(text, AllDeals().environment()));
}
BENCHMARK_CAPTURE(Compile, one_amount, "amount > money('10000', 'CNY')");
BENCHMARK_CAPTURE(Compile, path, "account.parent.industry in ['law', 'trade'] && name.matches('9[0-9]$')");

}  // namespace
}  // namespace kith::expr
