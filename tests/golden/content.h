// What a golden database holds, and the questions that every later build must answer as the build did that wrote it.
#ifndef KITH_TESTS_GOLDEN_CONTENT_H_
#define KITH_TESTS_GOLDEN_CONTENT_H_

#include <nlohmann/json.hpp>
#include <string>

#include "../capi/host.h"

namespace golden {

// Opens `path`, with a clock that stands still and a seed, so that the same writes give the same bytes. Null after a failed expectation.
[[nodiscard]] host::Db Open(const std::string& path, bool create);
// package.json, batches.json and moves through the standard pipeline.
void Fill(kith_db* db);
// How many problems Verify finds.
[[nodiscard]] uint64_t Problems(kith_db* db);
// All records with what they hold now and held before, their history and external references; pages of indexes, searches, the funnel, a
// timeline. Forecasts are left out: a better model may change them.
[[nodiscard]] nlohmann::json Answers(kith_db* db);
// Where `now` lacks something that `then` has, with both; empty: nowhere. Members that a later build adds are allowed.
[[nodiscard]] std::string Missing(const nlohmann::json& then, const nlohmann::json& now, const std::string& path = "");

// A command of the shell, expected to succeed.
void Shell(const std::string& command);

}  // namespace golden

#endif  // KITH_TESTS_GOLDEN_CONTENT_H_
