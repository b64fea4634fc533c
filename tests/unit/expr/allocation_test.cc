// Common filters allocate nothing once an evaluator has run: counted in the operator new of this program.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "kith/expr/expr.h"
#include "support/sanitized.h"

// A sanitizer has an operator new of its own.
#if !KITH_SANITIZED

namespace {
std::atomic<int64_t> allocations = 0;

void* Allocate(size_t size, size_t alignment) {
  ++allocations;
  void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

// Not inlined: GCC takes free() beside an inlined new for a mistake.
[[gnu::noinline]] void* operator new(size_t size) { return Allocate(size, alignof(std::max_align_t)); }
[[gnu::noinline]] void* operator new(size_t size, std::align_val_t alignment) { return Allocate(size, static_cast<size_t>(alignment)); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace kith::expr {
namespace {

TEST(Allocation, CommonFiltersNeedNone) {
  const catalog::PackageSource package = *catalog::ShippedPackage("kith.crm");
  Environment environment;
  environment.catalog = catalog::Catalog::BuiltIn()->PlanEnsure({&package, 1})->after;
  environment.record = environment.catalog->FindType("opportunity");
  environment.variables = {{"floor", TypeKind::kMoney}, {"names", Type::List(TypeKind::kString)}};
  const catalog::TypeDef& type = *environment.record;
  std::vector<Value> values(type.fields.size());
  values[type.FindField("name")->position] = "A deal whose name is longer than what a string holds within itself";
  values[type.FindField("amount")->position] = Money{1'250'000, *Currency::FromCode("CNY")};
  values[type.FindField("close_date")->position] = *ParseDate("2026-07-01");
  values[type.FindField("tags")->position] = TextList{"hot", "new"};
  record::Builder builder;
  const record::Header header = {.id = Id::Of(type.number, 0, 1).value(), .version = 1, .created = 1'782'000'000'000'000};
  const record::View view(*builder.Build(header, type.layout, values), &type.layout);
  const std::vector<Any> variables = {Money{100, *Currency::FromCode("CNY")},
                                      AnyList{"another name that does not fit into a small string"}};
  Evaluator evaluator;
  for (const char* text : {
           "amount > money('10000', 'CNY') && close_date >= date('2026-01-01')",
           "amount > floor && !(name in names)",
           "name.contains('longer') && name.startsWith('A deal') && size(name) > 20",
           "name.matches('l.nger')",
           "'hot' in tags && tags.exists(t, t == 'new')",
           "created > timestamp('2026-01-01T00:00:00Z') && created.getMonth('Asia/Shanghai') == 5",
           "description == null || description == 'x'",
           "(close_date == null ? date('2026-01-01') : close_date) < date('2027-01-01')",
           "amount * 2 + money('1', 'CNY') > floor",
       }) {
    const Program program = *Program::Compile(text, environment, TypeKind::kBool);
    ASSERT_EQ(evaluator.Test(program, view, variables), Match::kYes) << text << " " << evaluator.error();
    const int64_t before = allocations;
    ASSERT_GT(before, 0);
    for (int i = 0; i < 100; ++i) (void)evaluator.Test(program, view, variables);
    EXPECT_EQ(allocations - before, 0) << text;
  }
}

}  // namespace
}  // namespace kith::expr

#endif  // !KITH_SANITIZED
