// What the database, imports and searches report, as JSON text.
#include "json.h"

#include "answer.h"
#include "kith/engine/json.h"
#include "kith/model/model.h"

namespace kith::capi {
namespace {

// Lists and maps with string keys as JSON has them, numbers within what JSON keeps exact; the rest as CEL writes it.
Json Of(const expr::Any& any) {
  if (any.is_null()) return nullptr;
  if (const auto* v = any.get_if<bool>()) return *v;
  if (const auto* v = any.get_if<int64_t>()) return *v;
  if (const auto* v = any.get_if<uint64_t>()) return *v;
  if (const auto* v = any.get_if<double>()) return Number(*v);
  if (const auto* v = any.get_if<std::string>()) return *v;
  if (const auto* v = any.get_if<Id>()) return v->value();
  if (const auto* v = any.get_if<expr::AnyList>()) {
    Json list = Json::array();
    for (const expr::Any& item : *v) list.push_back(Of(item));
    return list;
  }
  if (const auto* v = any.get_if<expr::AnyMap>()) {
    Json map = Json::object();
    for (size_t i = 0; i < v->keys.size(); ++i) {
      const auto* key = v->keys[i].get_if<std::string>();
      map[key != nullptr ? *key : ToText(v->keys[i])] = Of(v->values[i]);
    }
    return map;
  }
  return ToText(any);
}

}  // namespace

std::string ToJson(const EnsureReport& report) {
  return Dump(
      {{"catalog_version", report.catalog_version}, {"changes", report.changes}, {"notes", report.notes}, {"warnings", report.warnings}});
}

std::string ToJson(const RemoveReport& report) {
  Json data = Json::array();
  for (const RemoveReport::Data& part : report.data) {
    Json entry = {{"what", NameOf(part.what)}, {"type", part.type}, {"count", part.count}};
    if (!part.field.empty()) entry["field"] = part.field;
    if (!part.choice.empty()) entry["choice"] = part.choice;
    data.push_back(std::move(entry));
  }
  return Dump({{"catalog_version", report.catalog_version},
               {"changes", report.changes},
               {"data", std::move(data)},
               {"obstacles", report.obstacles}});
}

std::string ToJson(const VerifyReport& report) {
  return Dump({{"records", report.records},
               {"index_entries", report.index_entries},
               {"history_entries", report.history_entries},
               {"aggregates", report.aggregates},
               {"problems", report.problems},
               {"findings", report.findings}});
}

namespace {

Json OverwriteJson(const storage::OverwriteReport& report) {
  return {{"pages", report.pages}, {"gap_bytes", report.gap_bytes}, {"kept_back", report.kept_back}};
}

}  // namespace

std::string ToJson(const storage::OverwriteReport& report) { return Dump(OverwriteJson(report)); }

std::string ToJson(const RepairReport& report) { return Dump({{"changes", report.changes}, {"problems", report.problems}}); }

std::string ToJson(const EraseReport& report) {
  return Dump({{"records", IdsJson(report.records)},
               {"shared", IdsJson(report.shared)},
               {"values", report.values},
               {"history_values", report.history_values},
               {"reasons", report.reasons},
               {"external_refs", report.external_refs},
               {"idempotency_keys", report.idempotency_keys},
               {"sequence", report.sequence},
               {"overwritten", OverwriteJson(report.overwritten)}});
}

std::string ToJson(const PurgeReport& report) {
  return Dump({{"records", report.records},
               {"history_values", report.history_values},
               {"reasons", report.reasons},
               {"idempotency_keys", report.idempotency_keys},
               {"overwritten", OverwriteJson(report.overwritten)}});
}

std::string ToJson(const ReceiveReport& report) {
  Json conflicts = Json::array();
  for (const ReplicaConflict& conflict : report.conflicts) {
    conflicts.push_back({{"type", conflict.type},
                         {"record", conflict.record.value()},
                         {"field", conflict.field},
                         {"value", conflict.value},
                         {"other", conflict.other.value()},
                         {"message", conflict.message}});
  }
  return Dump({{"taken", report.taken}, {"known", report.known}, {"dropped", report.dropped}, {"conflicts", conflicts}});
}

std::string ToJson(const std::vector<Erasure>& proofs) {
  Json json = Json::array();
  for (const Erasure& proof : proofs) {
    json.push_back({{"sequence", proof.sequence},
                    {"recorded", ToText(proof.recorded)},
                    {"actor", Json::parse(ActorToJsonText(proof.actor))},
                    {"reason", proof.reason},
                    {"person", proof.person.value()},
                    {"records", proof.records},
                    {"values", proof.values},
                    {"external_refs", proof.external_refs},
                    {"digest", proof.digest}});
  }
  return Dump(json);
}

std::string ToJson(const PruneReport& report) {
  return Dump({{"horizon", Json::parse(HorizonToJson(report.horizon))},
               {"feed_entries", report.feed_entries},
               {"history_entries", report.history_entries},
               {"forgotten_records", report.forgotten_records}});
}

namespace {

Json HeadJson(const ChainHead& head) { return {{"sequence", head.sequence}, {"hash", head.hash}}; }

}  // namespace

std::string ToJson(const ChainHead& head) { return Dump(HeadJson(head)); }

std::string ToJson(const ChainReport& report) {
  return Dump({{"head", HeadJson(report.head)},
               {"links", report.links},
               {"entries", report.entries},
               {"withheld", report.withheld},
               {"broken", report.broken},
               {"problem", report.problem}});
}

std::string ToJson(const ChangeKindReport& report) {
  Json failures = Json::array();
  for (const ChangeKindReport::Failure& failure : report.failures) {
    failures.push_back({{"record", failure.record.value()}, {"value", failure.value}, {"message", failure.message}});
  }
  return Dump({{"records", report.records},
               {"values", report.values},
               {"failed", report.failed},
               {"failures", failures},
               {"former", report.former},
               {"changes", report.changes},
               {"catalog_version", report.catalog_version}});
}

std::string ToJson(const RestoreReport& report) {
  return Dump({{"sequence", report.sequence},
               {"recorded", ToText(report.recorded)},
               {"records", report.records},
               {"history_entries", report.history_entries},
               {"brought_back", report.brought_back},
               {"notes", report.notes},
               {"problems", report.problems}});
}

std::string ToJson(const storage::CompactReport& report) {
  return Dump({{"bytes_before", report.bytes_before}, {"bytes_after", report.bytes_after}});
}

std::string ToJson(const SalvageReport& report) {
  Json types = Json::array();
  for (const SalvageReport::Lost& type : report.types) {
    Json ranges = Json::array();
    for (const auto& [first, last] : type.lost_ids) ranges.push_back(Json::array({first.value(), last.value()}));
    types.push_back({{"type", type.type}, {"records", type.records}, {"lost", type.lost}, {"lost_ids", ranges}});
  }
  const storage::FileSalvage& file = report.file;
  return Dump({{"file",
                {{"pages", file.pages},
                 {"free_pages", file.free_pages},
                 {"leaf_pages", file.leaf_pages},
                 {"orphans", file.orphans},
                 {"damaged_pages", file.damaged_pages},
                 {"newest_state", file.newest_state},
                 {"free_list", file.free_list}}},
               {"records", report.records},
               {"history_entries", report.history_entries},
               {"feed_entries", report.feed_entries},
               {"external_refs", report.external_refs},
               {"external_refs_lost", report.external_refs_lost},
               {"definitions_taken", report.definitions_taken},
               {"types", types},
               {"changes", report.changes},
               {"problems", report.problems}});
}

std::string ToJson(const std::vector<ExternalRef>& refs) {
  Json json = Json::array();
  for (const ExternalRef& ref : refs) json.push_back(Json::array({ref.system, ref.key}));
  return Dump(json);
}

std::string ToJson(const exchange::ImportReport& report) {
  Json json = {{"seconds", Number(report.seconds)}, {"rejected", report.rejected()}, {"files", Json::array()}, {"problems", Json::array()}};
  for (const exchange::FileReport& file : report.files) {
    json["files"].push_back({{"file", file.file},
                             {"rows", file.rows},
                             {"created", file.created},
                             {"changed", file.changed},
                             {"unchanged", file.unchanged},
                             {"skipped", file.skipped},
                             {"rejected", file.rejected},
                             {"moves", file.moves}});
  }
  for (const exchange::RowProblem& problem : report.problems) {
    json["problems"].push_back({{"file", problem.file},
                                {"line", problem.line},
                                {"column", problem.column},
                                {"value", problem.value},
                                {"reason", problem.reason},
                                {"code", kith::NameOf(problem.code)}});
  }
  return Dump(json);
}

std::string ToJson(const std::vector<model::Pipeline>& pipelines) {
  Json json = Json::array();
  for (const model::Pipeline& pipeline : pipelines) json.push_back(Json::parse(model::ToJson(pipeline)));
  return Dump(json);
}

std::string ToJson(const query::SearchResult& result) {
  Json hits = Json::array();
  for (const query::SearchHit& hit : result.hits) {
    hits.push_back({{"id", hit.id.value()}, {"type", hit.type}, {"field", hit.field}, {"score", hit.score}, {"misspelt", hit.misspelt}});
  }
  return Dump({{"hits", std::move(hits)}, {"complete", result.complete}, {"records", result.records}});
}

std::string ToJson(const std::vector<query::Segment>& segments) {
  Json list = Json::array();
  for (const query::Segment& segment : segments) {
    list.push_back({{"id", segment.id.value()},
                    {"name", segment.name},
                    {"for_type", segment.for_type},
                    {"condition", segment.condition},
                    {"labels", segment.labels},
                    {"complete", segment.complete}});
  }
  return Dump(list);
}

std::string ToJson(const expr::Any& value) {
  return Dump({{"type", ToText(expr::Type(value.kind()))}, {"value", Of(value)}, {"text", ToText(value)}});
}

}  // namespace kith::capi
