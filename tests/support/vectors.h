// The vectors in tests/conformance, for the languages that GoogleTest runs: what a step means stands here once, a language says how to do
// it.
#ifndef KITH_TESTS_SUPPORT_VECTORS_H_
#define KITH_TESTS_SUPPORT_VECTORS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace kith::testing {

// How a call ended: "OK", or the error's code, reason and field by name.
struct Told {
  std::string code = "OK";
  std::string reason;
  std::string field;
  std::string message;
};

struct Applied {
  bool replayed = false;
  bool changed = false;
};

// A new temporary database, reached by one language. Texts are JSON; a viewer of 0 is the system; times are µs, INT64_MAX: now.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual Told Apply(const std::string& batch, const std::string& key, bool dry_run, uint64_t viewer, Applied& applied) = 0;
  // The rows as a list of objects.
  virtual Told Query(const std::string& query, const std::string& parameters, int64_t effective, int64_t recorded, uint64_t viewer,
                     std::string& rows) = 0;
  // A page of the feed from its beginning.
  virtual Told Feed(const std::string& filter, uint64_t viewer, std::string& page) = 0;
  // The report of a conversion.
  virtual Told Convert(uint64_t record, const std::string& options, std::string& report) = 0;
  // The report of a document that continues another; options as kith_db_continue_document has them.
  virtual Told Continue(uint64_t document, const std::string& type, const std::string& options, std::string& report) = 0;
  // {"tracks": [{"stage_name", "kind", "next": [{"name", "refused", "unmet": [{"name"}]}]}]}
  virtual Told Guide(uint64_t record, std::string& guide) = 0;
  virtual Told SetPolicy(const std::string& policy) = 0;
  virtual Told Find(const std::string& type, const std::string& system, const std::string& key, uint64_t& id) = 0;
};

// Runs every vector, each on a subject of its own.
void RunVectors(const std::function<std::unique_ptr<Subject>()>& make);

}  // namespace kith::testing

#endif  // KITH_TESTS_SUPPORT_VECTORS_H_
