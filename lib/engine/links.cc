#include "engine/links.h"

#include <algorithm>

#include "kith/engine/external_refs.h"

namespace kith::engine {
namespace {

bool Contains(const std::vector<ExternalRef>& refs, const ExternalRef& external) {
  return std::find(refs.begin(), refs.end(), external) != refs.end();
}

std::vector<ExternalRef> Without(std::vector<ExternalRef> refs, const std::vector<ExternalRef>& others) {
  std::erase_if(refs, [&](const ExternalRef& external) { return Contains(others, external); });
  return refs;
}

bool IsHeaderChange(const FieldChange& change, uint32_t number) { return change.package == kHeaderPackage && change.number == number; }

}  // namespace

bool Links::Names(const ExternalRef& external) const { return Contains(added, external) || Contains(taken, external); }

Links LinksOf(const HistoryEntry& entry) {
  // What the record had of them before and after a received change is what a whole page made of it.
  const bool own = entry.stamp.recorded == entry.recorded && entry.stamp.sequence == entry.sequence;
  Links links;
  for (const FieldChange& change : entry.fields) {
    if (IsHeaderChange(change, kLinksNumber)) return {.added = RefsIn(change.after), .taken = RefsIn(change.before)};
    if (!IsHeaderChange(change, kExternalRefsNumber) || entry.operation != Operation::kChange || !own) continue;
    const std::vector<ExternalRef> before = RefsIn(change.before);
    const std::vector<ExternalRef> after = RefsIn(change.after);
    links = {.added = Without(after, before), .taken = Without(before, after)};
  }
  return links;
}

FieldChange ChangeOf(const Links& links, Time effective) {
  return {.package = kHeaderPackage,
          .number = kLinksNumber,
          .before = ListOfRefs(links.taken),
          .after = ListOfRefs(links.added),
          .effective = effective};
}

bool IsOfLinks(const FieldChange& change) { return IsHeaderChange(change, kExternalRefsNumber) || IsHeaderChange(change, kLinksNumber); }

Value ListOfRefs(std::span<const ExternalRef> refs) {
  TextList list;
  for (const ExternalRef& external : refs) list.insert(list.end(), {external.system, external.key});
  return list.empty() ? Value() : Value(std::move(list));
}

std::vector<ExternalRef> RefsIn(const Value& list) {
  std::vector<ExternalRef> refs;
  const auto* texts = list.get_if<TextList>();
  for (size_t i = 0; texts != nullptr && i + 1 < texts->size(); i += 2) refs.push_back({(*texts)[i], (*texts)[i + 1]});
  return refs;
}

}  // namespace kith::engine
