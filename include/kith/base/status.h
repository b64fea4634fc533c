// Errors of every room: an absl::Status whose payload says which type, record, field and value failed and what to do.
#ifndef KITH_BASE_STATUS_H_
#define KITH_BASE_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kith/base/id.h"
#include "kith/base/reason.h"

namespace kith {

using absl::Status;
using absl::StatusCode;
using absl::StatusOr;

// What failed, for a person and for a program. Empty members are unknown or do not apply.
struct ErrorInfo {
  Reason reason = Reason::kNone;
  // Every member has an initializer, so that naming only some of them is no warning.
  std::string type = {};   // entity type's name
  Id record = {};          // 0: none
  std::string field = {};  // field's name, or a path such as "types[2].fields[0].kind"
  std::string value = {};  // the value that was refused, shortened to 80 bytes
  std::string hint = {};   // what to do
  int os_error = 0;        // errno, 0: none
  int64_t change = -1;     // zero-based index of the change within its batch, -1: none
};

// Builds an error. `message` is one line without a final period; type, record, field and value are added to it in a fixed form.
// The canonical code follows from the reason (see CodeOf).
[[nodiscard]] Status MakeError(ErrorInfo info, std::string_view message);
[[nodiscard]] Status MakeError(Reason reason, std::string_view message);

// The details of an error built by MakeError; a bare absl::Status gives an ErrorInfo with reason kNone.
[[nodiscard]] ErrorInfo GetErrorInfo(const Status& status);
[[nodiscard]] Reason GetReason(const Status& status);

// The same error with members of `info` filled in where they were empty (the outer caller knows the record, the inner one the field).
[[nodiscard]] Status WithContext(const Status& status, const ErrorInfo& info);

// `status` with its error message alone, without the rendered context.
[[nodiscard]] std::string_view MessageOf(const Status& status);

}  // namespace kith

#define KITH_CONCAT_INNER_(a, b) a##b
#define KITH_CONCAT_(a, b) KITH_CONCAT_INNER_(a, b)

// Returns the error of `expr` from the calling function.
#define KITH_RETURN_IF_ERROR(expr)                                                     \
  do {                                                                                 \
    if (::kith::Status kith_status_ = (expr); !kith_status_.ok()) return kith_status_; \
  } while (false)

// KITH_ASSIGN_OR_RETURN(auto x, F()): x is F()'s value, or the error is returned.
#define KITH_ASSIGN_OR_RETURN(lhs, expr) KITH_ASSIGN_OR_RETURN_(KITH_CONCAT_(kith_or_, __LINE__), lhs, expr)
#define KITH_ASSIGN_OR_RETURN_(tmp, lhs, expr)   \
  auto tmp = (expr);                             \
  if (!tmp.ok()) return std::move(tmp).status(); \
  lhs = *std::move(tmp)

#endif  // KITH_BASE_STATUS_H_
