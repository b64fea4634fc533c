#include "kith/base/reason.h"

namespace kith {

absl::StatusCode CodeOf(Reason reason) {
  switch (reason) {
#define KITH_REASON_CODE(name, number, code) \
  case Reason::k##name:                      \
    return absl::StatusCode::code;
    KITH_REASONS(KITH_REASON_CODE)
#undef KITH_REASON_CODE
  }
  return absl::StatusCode::kUnknown;
}

std::string_view NameOf(Reason reason) {
  switch (reason) {
#define KITH_REASON_NAME(name, number, code) \
  case Reason::k##name:                      \
    return #name;
    KITH_REASONS(KITH_REASON_NAME)
#undef KITH_REASON_NAME
  }
  return "None";
}

}  // namespace kith
