// Any bytes as a record: what the verifier accepts is read whole, rewritten by a library that knows half of the fields, and read again.
#include <cstdlib>
#include <string>
#include <vector>

#include "kith/record/record.h"
#include "unit/record/records.h"

namespace {

using kith::record::AllKinds;
using kith::record::Layout;
using kith::record::PageKey;
using kith::record::Slot;
using kith::record::View;

// Every kind in the root and in two pages; every `step`-th field of them.
Layout FixedLayout(size_t step) {
  Layout layout;
  for (const uint32_t page : {Slot::kOwn, PageKey(7, 0), PageKey(7, 64)}) {
    for (size_t i = 0; i < 2 * AllKinds().size(); i += step) {
      layout.fields.push_back({{page, static_cast<uint8_t>(i)}, AllKinds()[i % AllKinds().size()], 2});
    }
  }
  return layout;
}

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Layout whole = FixedLayout(1);
  static const Layout half = FixedLayout(2);
  const std::vector<char> bytes(data, data + size);
  const std::string_view record(bytes.data(), bytes.size());
  if (kith::record::Verify(record, whole).ok()) kith::record::ReadAll(View(record, &whole));
  if (!kith::record::Verify(record, half).ok()) return 0;
  const View view(record, &half);
  kith::record::ReadAll(view);
  std::vector<kith::Value> values;
  for (size_t i = 0; i < half.fields.size(); ++i) values.push_back(view.Get(i));
  kith::record::Builder builder;
  const auto rewritten = builder.Build(view.header(), half, values, view);
  Require(rewritten.ok() && kith::record::Verify(*rewritten, half).ok());
  kith::record::ReadAll(View(*rewritten, &half));
  return 0;
}
