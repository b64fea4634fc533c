// LMDB's return codes as errors for people.
#ifndef KITH_LIB_STORAGE_LMDB_STATUS_H_
#define KITH_LIB_STORAGE_LMDB_STATUS_H_

#include <string>
#include <string_view>

#include "kith/base/status.h"

namespace kith::storage {

// `what` says what was being done: "beginning a read". `directory` lets a failed write be told apart: disk full or I/O error (R16); it may
// be empty.
[[nodiscard]] Status LmdbError(int code, std::string_view what, const std::string& directory);

// An errno as an error; `what` says what was being done.
[[nodiscard]] Status OsError(int code, std::string_view what);

[[nodiscard]] Status CorruptError(std::string_view what);

// NotFound as the contract wants it: no allocation, no payload.
[[nodiscard]] inline Status NotFound() { return Status(StatusCode::kNotFound, ""); }

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_LMDB_STATUS_H_
