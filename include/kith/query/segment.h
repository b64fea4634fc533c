// Segments: named conditions over the records of one type, whose members are kept with every write. A segment is a record (type "segment"),
// a membership another one (type "segment_member": segment, record): to enter a segment creates one, to leave it deletes one. So history
// tells since when, the feed tells consumers of enters and leaves, and reads as of a time tell who was in it then.
//
// A condition is CEL over the record (expr/expr.h): "kind == 'company' && !related('order', 'account').exists(o, o.status == 'placed')".
// It may follow references and look at related records; what changes there moves members too, whoever made the change. It has no clock:
// time enters through fields. A condition without an answer (something compared has no value) or with an error does not hold.
//
// A segment that is new, or whose condition changed, looks at existing records in steps: the first within the batch that defines it, the
// rest by FillSegments. Until `complete`, records that nothing has touched are missing, or still there by the former condition.
#ifndef KITH_QUERY_SEGMENT_H_
#define KITH_QUERY_SEGMENT_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/engine/database.h"
#include "kith/engine/extension.h"

namespace kith::query {

// Segments have external references of this system, the key is the name.
inline constexpr std::string_view kSegmentSystem = "kith.segment";

struct Segment {
  Id id;  // not read by DefineSegment
  std::string name;
  std::string for_type;
  std::string condition;
  std::map<std::string, std::string, std::less<>> labels;  // by language: "en", "zh"
  bool complete = false;                                   // not read by DefineSegment
};

// Adds a segment to a batch, or gives the one of that name another condition. Applying it is refused when the condition does not compile
// (errors of expr/expr.h, with the position), is no bool (WrongKind), or follows the owner of a type that has no index led by owner
// (UnknownIndex). The type of a segment does not change (BadOptions).
Id DefineSegment(Batch& batch, const Segment& segment);

// Looks at the records that segments have not yet looked at, in batches of their own, until all are complete. Safe to interrupt and repeat.
[[nodiscard]] Status FillSegments(Database& database);

// NotFound, with the nearest name, when there is none.
[[nodiscard]] StatusOr<Segment> GetSegment(const Snapshot& snapshot, std::string_view name);
// In id order, for one type or (empty) for all.
[[nodiscard]] StatusOr<std::vector<Segment>> GetSegments(const Snapshot& snapshot, std::string_view for_type = {});
// At most `limit` members after `after` that the viewer may see, in id order.
[[nodiscard]] StatusOr<std::vector<Id>> Members(const Snapshot& snapshot, Id segment, Id after = {}, size_t limit = SIZE_MAX);
[[nodiscard]] StatusOr<bool> IsMember(const Snapshot& snapshot, Id segment, Id record);
// The members by the condition alone, as a look at every record gives them: what the kept ones are checked against.
[[nodiscard]] StatusOr<std::vector<Id>> ComputeMembers(const Snapshot& snapshot, const Segment& segment);

// The rule "segments", for Extensions::rules after all rules that change records.
[[nodiscard]] const Rule& SegmentsRule();

}  // namespace kith::query

#endif  // KITH_QUERY_SEGMENT_H_
