// A pipeline as a value: its stages in order, and what each of them asks for.
//
// A record may stand in several pipelines of its type at once. One is the main track: its stage is the record's own, and the funnel is
// about it. A `parallel` pipeline runs beside it, such as legal or technical clearance beside selling: it has moves, a stage and statistics
// of its own and leaves the record's fields alone. Where a record stands there is a record of type `track`.
#ifndef KITH_MODEL_PIPELINE_H_
#define KITH_MODEL_PIPELINE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/id.h"
#include "kith/query/calendar.h"

namespace kith::model {

enum class StageKind : uint8_t { kOpen = 1, kWon = 2, kLost = 3 };

// How records of a pipeline are sold (J07): deal by deal, by staying in touch, or by visits. Those of one way need no next step of their
// own where the customer's rhythm or the visit plan says when (insight/worklist.h).
enum class Selling : uint8_t { kProject = 1, kRelationship = 2, kField = 3 };
[[nodiscard]] std::string_view NameOf(Selling selling);  // "project", "relationship", "field"
[[nodiscard]] std::optional<Selling> SellingFromName(std::string_view name);

// Texts by language, "en" and "zh".
using Labels = std::map<std::string, std::string, std::less<>>;

enum class StageItemKind : uint8_t {
  kEntry = 1,   // must hold of a record that enters the stage, wherever it comes from
  kExit = 2,    // must hold of one that leaves it for a later stage or a won one
  kStep = 3,    // a part of the work, done by a completion (guide.h); a mandatory one is done before the record leaves as by kExit
  kAction = 4,  // suggested while the record is there
  kEvent = 5,  // what brings a record here by itself: a record of another type that comes to meet a condition, such as a quote that is sent
};

// One thing that a stage asks for (D04, D07). Advisory unless mandatory: what is not met is written on the move, and the move goes through.
struct StageItem {
  Id id;
  StageItemKind kind = StageItemKind::kStep;
  std::string name;  // unique in its stage; no "/"
  Labels labels;
  // CEL over the record, related() included. Of a criterion: what must hold; no answer (an empty field) is not met. Of a step or an
  // action: the records that it is for; empty: all.
  std::string condition;
  bool mandatory = false;  // of criteria and steps: a move that does not meet it is refused, unless it is an override with a reason
  // Of a step: the type of the record that is its evidence, "*": any type, empty: none is needed. Of an event: the type of the record that
  // is the event; its condition is over that record, and it happens when such a record first meets it, empty: when there is one.
  std::string evidence;
  std::string by;  // of an event: the reference to the record that is moved; empty: the role deal of a money document
  std::string at;  // of an event: the time, or the day of the database's time zone, that says when; empty: when the change holds from
  bool archived = false;  // asks nothing any more
  friend bool operator==(const StageItem&, const StageItem&) = default;
};

struct Stage {
  Id id;
  std::string name;
  Labels labels;
  int32_t position = 0;  // order within the pipeline
  StageKind kind = StageKind::kOpen;
  bool archived = false;
  int32_t max_dwell_days = 0;  // 0: none. Who is over: insight/health.h
  // Whoever skips the stage is not asked for its exit criteria and steps. A stage that is not optional may be skipped as well; a move that
  // passes over it is asked as if it left it.
  bool optional = false;
  std::vector<StageItem> items;  // by position; read by GetPipeline alone
};

struct Pipeline {
  Id id;
  std::string name;
  std::string for_type;  // name of the pipelined type
  int64_t version = 1;
  bool parallel = false;  // beside the main track; never changes
  Selling selling = Selling::kProject;
  std::vector<Stage> stages;  // by position; open stages before won and lost
  query::Days days;           // by which months of its statistics begin: the database's, never written
  [[nodiscard]] const Stage* Find(Id stage) const;
  [[nodiscard]] const Stage* Find(std::string_view stage_name) const;
};

}  // namespace kith::model

#endif  // KITH_MODEL_PIPELINE_H_
