// One person once: candidates, and who somebody might be.
#include "kith/crm/duplicates.h"

#include <cmath>
#include <memory>

#include "answer.h"
#include "members.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions
using namespace kith::crm;   // NOLINT(google-build-using-namespace): and is about its types alone

namespace {

Json Of(const std::vector<MatchReason>& reasons) {
  Json list = Json::array();
  for (const MatchReason& reason : reasons) {
    list.push_back({{"field", reason.field}, {"agreement", NameOf(reason.agreement)}, {"bits", reason.bits}});
  }
  return list;
}

std::string Of(const Duplicates& found) {
  Json pairs = Json::array();
  for (const Duplicate& pair : found.pairs) {
    pairs.push_back({{"a", pair.a.value()},
                     {"b", pair.b.value()},
                     {"bits", pair.bits},
                     {"probability", pair.probability},
                     {"reasons", Of(pair.reasons)}});
  }
  Json groups = Json::array();
  for (const std::vector<kith::Id>& group : found.groups) groups.push_back(IdsJson(group));
  return Dump({{"pairs", std::move(pairs)},
               {"found", found.found},
               {"automatic", found.automatic},
               {"precision", found.precision},
               {"automatic_precision", found.automatic_precision},
               {"recall", found.recall},
               {"records", found.records},
               {"compared", found.compared},
               {"groups", std::move(groups)},
               {"model", ToJson(found.model)}});
}

std::string Of(const Lookalikes& found) {
  Json records = Json::array();
  for (const Lookalike& one : found.records) {
    records.push_back({{"record", one.record.value()}, {"bits", one.bits}, {"probability", one.probability}, {"reasons", Of(one.reasons)}});
  }
  return Dump({{"records", std::move(records)}, {"complete", found.complete}});
}

kith::StatusOr<DuplicateOptions> DuplicateOptionsFrom(Members& question) {
  DuplicateOptions options;
  std::map<std::string, std::string> fields;
  question.Get("fields", fields);
  question.Get("also", options.also);
  question.Get("across", options.across);
  question.Get("review", options.match.review);
  question.Get("automatic", options.match.automatic);
  question.GetCount("limit", options.limit);
  question.GetCount("threads", options.match.threads);
  for (const auto& [name, kind] : fields) {
    KITH_ASSIGN_OR_RETURN(options.fields[name], MatchKindOf(kind));
  }
  return options;
}

// The model handed in, or the one of the snapshot, learnt once and kept with it.
kith::StatusOr<std::shared_ptr<const MatchModel>> ModelOf(SnapshotObject& object, std::string_view type, kith_str model,
                                                          const DuplicateOptions& options) {
  KITH_ASSIGN_OR_RETURN(const std::string_view given, Text(model, "model"));
  if (!given.empty()) {
    KITH_ASSIGN_OR_RETURN(MatchModel read, MatchModelFromJson(given));
    return std::make_shared<const MatchModel>(std::move(read));
  }
  std::string asked(type);
  for (const auto& [name, kind] : options.fields) asked.append("\n").append(name).append("\n").append(NameOf(kind));
  for (const std::string& also : options.also) asked.append("\n\n").append(also);
  std::shared_ptr<const MatchModel>& kept = object.match_models[asked];
  if (kept != nullptr) return kept;
  DuplicateOptions learning = options;
  learning.match.automatic = std::max(options.match.automatic, options.match.review);
  KITH_ASSIGN_OR_RETURN(Duplicates found, FindDuplicates(*object.snapshot, type, learning));
  kept = std::make_shared<const MatchModel>(std::move(found.model));
  return kept;
}

}  // namespace

extern "C" {

kith_code kith_snapshot_duplicates(kith_snapshot* snapshot, const char* type, kith_str question, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(Members asked, Members::Ask(question));
    KITH_ASSIGN_OR_RETURN(const DuplicateOptions options, DuplicateOptionsFrom(asked));
    KITH_RETURN_IF_ERROR(asked.Done());
    KITH_ASSIGN_OR_RETURN(const Duplicates found, FindDuplicates(*object->snapshot, name, options));
    return Of(found);
  });
}

kith_code kith_snapshot_who_is(kith_snapshot* snapshot, const char* type, kith_str question, kith_str model, kith_text** json,
                               kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(Members asked, Members::Ask(question));
    WhoQuestion who;
    asked.Get("record", who.record);
    asked.Get("values", who.values);
    KITH_ASSIGN_OR_RETURN(const DuplicateOptions options, DuplicateOptionsFrom(asked));
    KITH_RETURN_IF_ERROR(asked.Done());
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const MatchModel> learnt, ModelOf(*object, name, model, options));
    KITH_ASSIGN_OR_RETURN(const Lookalikes found, WhoIs(*object->snapshot, name, who, *learnt, options));
    return Of(found);
  });
}

}  // extern "C"
