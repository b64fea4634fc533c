#include "kith/exchange/replica.h"

#include <limits>
#include <utility>

#include "exchange/lines_import.h"
#include "exchange/lines_read.h"
#include "kith/catalog/received.h"

namespace kith::exchange {
namespace {

using catalog::TypeDef;

constexpr uint64_t kVersion = 1;
constexpr size_t kPageChanges = 1000;

void AppendStamp(std::string& out, std::string_view name, const Stamp& stamp) {
  out.append(",\"").append(name).append("\":[");
  AppendLineValue(out, nullptr, stamp.recorded);
  out.append(",").append(std::to_string(stamp.node)).append(",").append(std::to_string(stamp.sequence)).append("]");
}

StatusOr<Stamp> ReadStamp(LineObject& line, std::string_view name) {
  const Json::array_t& items = line.Items(name);
  const bool numbers = items.size() == 3 && items[1].is_number_unsigned() && items[2].is_number_unsigned();
  if (!numbers || items[1].get<uint64_t>() > std::numeric_limits<uint16_t>::max()) {
    return MalformedLine(name, "a stamp is written [time, node, sequence]");
  }
  KITH_ASSIGN_OR_RETURN(const Value time, ReadLineValue(nullptr, Kind::kTime, items[0]));
  const Time* recorded = time.get_if<Time>();
  if (recorded == nullptr) return MalformedLine(name, "has no time");
  return Stamp{*recorded, static_cast<uint16_t>(items[1].get<uint64_t>()), items[2].get<uint64_t>()};
}

void AppendChangeLine(std::string& out, const TypeDef& type, const ReplicaChange& change) {
  out.append("{\"record\":");
  AppendQuoted(out, type.name);
  out.append(",\"id\":").append(std::to_string(change.entry.record.value()));
  AppendStamp(out, "stamp", change.entry.stamp);
  AppendStamp(out, "life", change.life);
  out.append(",\"origin\":").append(std::to_string(change.origin)).append(",\"refs\":[");
  for (const ExternalRef& ref : change.external_refs) {
    if (out.back() != '[') out += ",";
    AppendQuoted(out += "[", ref.system);
    AppendQuoted(out += ",", ref.key);
    out += "]";
  }
  AppendEntry(out += "],\"entry\":", type, change.entry);
  out += "}\n";
}

StatusOr<ReplicaChange> ReadChangeLine(const Json& json, const catalog::Catalog& catalog) {
  LineObject line(json);
  ReplicaChange change;
  std::string name;
  uint64_t id = 0;
  uint64_t origin = 0;
  line.Text("record", name);
  line.Number("id", id, (uint64_t{1} << 53) - 1);
  line.Number("origin", origin, std::numeric_limits<uint8_t>::max());
  const Json::array_t& refs = line.Items("refs");
  const Json* entry = line.Need("entry");
  StatusOr<Stamp> stamp = ReadStamp(line, "stamp");
  StatusOr<Stamp> life = ReadStamp(line, "life");
  KITH_RETURN_IF_ERROR(line.Finish());
  KITH_ASSIGN_OR_RETURN(const TypeDef* const type, catalog.GetType(name));
  if (Id(id).type() != type->number) return MalformedLine("id", "is of another type", std::to_string(id));
  KITH_ASSIGN_OR_RETURN(change.entry, ReadEntryLine(*entry, *type));
  KITH_ASSIGN_OR_RETURN(change.entry.stamp, std::move(stamp));
  KITH_ASSIGN_OR_RETURN(change.life, std::move(life));
  change.entry.record = Id(id);
  change.origin = static_cast<uint8_t>(origin);
  for (const Json& ref : refs) {
    KITH_ASSIGN_OR_RETURN(ExternalRef external, ReadLineRef(ref, "refs"));
    change.external_refs.push_back(std::move(external));
  }
  return change;
}

struct Head {
  ReplicaPage page;
  uint64_t changes = 0;
};

StatusOr<Head> ReadHead(const Json& json) {
  LineObject line(json);
  Head head;
  std::string kind;
  uint64_t version = 0;
  uint64_t node = 0;
  constexpr uint64_t kAny = std::numeric_limits<uint64_t>::max();
  line.Text("kith", kind);
  line.Number("version", version, kAny);
  line.Number("node", node, std::numeric_limits<uint16_t>::max());
  line.Number("after", head.page.after, kAny);
  line.Number("scanned", head.page.scanned, kAny);
  line.Number("own", head.page.own, kAny);
  line.Flag("more", head.page.more);
  line.Number("changes", head.changes, kAny);
  if (const Json* packages = line.Find("packages"); packages != nullptr && line.ok()) {
    for (const auto& [there, name] : packages->items()) {
      const StatusOr<Value> package = ReadLineValue(nullptr, Kind::kInt, Json::parse(there, nullptr, false));
      const int64_t* of = package.ok() ? package->get_if<int64_t>() : nullptr;
      const bool is_number = of != nullptr && *of >= 0 && *of <= std::numeric_limits<uint32_t>::max();
      if (!is_number || !name.is_string()) return MalformedLine("packages", "names packages by their numbers", there);
      head.page.packages[static_cast<uint32_t>(*of)] = name.get<std::string>();
    }
  }
  if (line.ok() && kind != "replica") return MalformedLine("kith", "is no page of a replica");
  if (line.ok() && version != kVersion) {
    return MakeError({.reason = Reason::kFormatNewer, .value = std::to_string(version), .hint = "read it with a newer library"},
                     "the page is of another version");
  }
  KITH_RETURN_IF_ERROR(line.Finish());
  head.page.node = static_cast<uint16_t>(node);
  return head;
}

// Nothing has happened here yet but that packages came with their seeds.
StatusOr<std::vector<Id>> OnlySeeds(const Snapshot& snapshot, bool& only) {
  std::vector<Id> seeds;
  only = true;
  for (const TypeDef& type : snapshot.catalog().types()) {
    if (type.number < catalog::kFirstOpenType) continue;
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(type.name));
    while (only && cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      KITH_ASSIGN_OR_RETURN(only, IsSeed(snapshot, view));
      seeds.push_back(cursor->id());
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  return seeds;
}

// Seeds with ids of their own would stand beside those of the other database.
Status DropSeeds(Database& into) {
  bool only = false;
  std::vector<Id> seeds;
  {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, into.Read());
    KITH_ASSIGN_OR_RETURN(seeds, OnlySeeds(*snapshot, only));
  }
  if (!only || seeds.empty()) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(Batch batch, into.NewBatch({}, kSeedsGivePlace));
  for (const Id id : seeds) batch.Delete(id);
  return into.Apply(batch).status();
}

}  // namespace

StatusOr<std::string> WriteReplicaPage(const ReplicaPage& page, const catalog::Catalog& catalog) {
  std::string out = "{\"kith\":\"replica\",\"version\":" + std::to_string(kVersion);
  const auto number = [&](std::string_view name, uint64_t value) {
    out.append(",\"").append(name).append("\":").append(std::to_string(value));
  };
  number("node", page.node);
  number("after", page.after);
  number("scanned", page.scanned);
  number("own", page.own);
  out.append(page.more ? ",\"more\":true" : ",\"more\":false");
  number("changes", page.changes.size());
  out += ",\"packages\":{";
  for (const auto& [there, name] : page.packages) {
    AppendQuoted(out.back() == '{' ? out : out += ",", std::to_string(there));
    AppendQuoted(out += ":", name);
  }
  out += "}}\n";
  for (const ReplicaChange& change : page.changes) {
    KITH_ASSIGN_OR_RETURN(const TypeDef* const type, catalog.GetType(change.entry.record.type()));
    AppendChangeLine(out, *type, change);
  }
  return out;
}

namespace {

bool IsDefinitionLine(const Json& json) {
  const auto record = json.is_object() ? json.find("record") : json.end();
  return record != json.end() && record->is_string() && catalog::Catalog::BuiltIn()->FindType(record->get<std::string>()) != nullptr;
}

// The catalog with the definitions that a page has read so far: what its changes are told in terms of. Which of two holds does not matter
// here.
StatusOr<std::shared_ptr<const catalog::Catalog>> WithDefinitions(const catalog::Catalog& catalog, const ReplicaPage& page) {
  std::vector<catalog::ReceivedDefinition> theirs;
  for (const ReplicaChange& change : page.changes) {
    if (change.entry.record.type() >= catalog::kFirstOpenType) continue;
    KITH_ASSIGN_OR_RETURN(catalog::Definition definition, DefinitionIn(change));
    theirs.push_back({.definition = std::move(definition), .holds = false});
  }
  if (theirs.empty()) return catalog.shared_from_this();
  KITH_ASSIGN_OR_RETURN(catalog::Catalog::Plan plan, catalog::PlanReceived(catalog, theirs, page.packages));
  return std::move(plan.after);
}

}  // namespace

StatusOr<ReplicaPage> ReadReplicaPage(std::string_view text, const catalog::Catalog& catalog) {
  Head head;
  int64_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view bytes = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (const Status status = CheckJson(bytes, kLineRules); !status.ok()) return AtLine(number, status);
    const Json json = Json::parse(bytes, nullptr, false);
    if (number == 1) {
      StatusOr<Head> read = ReadHead(json);
      if (!read.ok()) return AtLine(number, read.status());
      head = *std::move(read);
      continue;
    }
    if (head.page.catalog == nullptr && !IsDefinitionLine(json)) {
      KITH_ASSIGN_OR_RETURN(head.page.catalog, WithDefinitions(catalog, head.page));
    }
    StatusOr<ReplicaChange> change = ReadChangeLine(json, head.page.catalog == nullptr ? *catalog::Catalog::BuiltIn() : *head.page.catalog);
    if (!change.ok()) return AtLine(number, change.status());
    // Places there are of use to the reader of the page alone: they tell where a part of it ends.
    change->entry.sequence = head.page.after;
    head.page.changes.push_back(*std::move(change));
  }
  if (number == 0 || head.page.changes.size() != head.changes) {
    return MalformedLine("changes", "the page was cut: it has " + std::to_string(head.page.changes.size()) + " of " +
                                        std::to_string(head.changes) + " changes");
  }
  return std::move(head.page);
}

StatusOr<ReceiveReport> PullReplica(Database& into, Database& from) {
  KITH_ASSIGN_OR_RETURN(uint64_t after, into.ReceivedFrom(from.node()));
  ReceiveReport total;
  bool is_first = after == 0;
  for (bool more = true; more;) {
    KITH_ASSIGN_OR_RETURN(const ReplicaPage page, from.ReadReplica(after, into.node(), kPageChanges));
    if (is_first) {  // definitions that do not fit are refused before seeds give place
      KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const catalog::Catalog> own, into.GetCatalog());
      KITH_RETURN_IF_ERROR(WithDefinitions(*own, page).status());
      KITH_RETURN_IF_ERROR(DropSeeds(into));
      is_first = false;
    }
    KITH_ASSIGN_OR_RETURN(ReceiveReport report, into.Receive(page));
    total.taken += report.taken;
    total.known += report.known;
    total.dropped += report.dropped;
    total.conflicts.insert(total.conflicts.end(), std::make_move_iterator(report.conflicts.begin()),
                           std::make_move_iterator(report.conflicts.end()));
    after = page.scanned;
    more = page.more;
  }
  return total;
}

}  // namespace kith::exchange
