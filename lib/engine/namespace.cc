// Batches on a vendor's behalf: what each change may touch.
#include "engine/apply_internal.h"
#include "kith/base/concat.h"

namespace kith::engine {
namespace {

constexpr std::string_view kLibrary = "kith";

// Whether a change writes its target, other than by values.
bool Writes(Change::Op op) {
  switch (op) {
    case Change::Op::kExisting:
    case Change::Op::kRequireVersion:
    case Change::Op::kRequireValue:
    case Change::Op::kRequireAbsent:
    case Change::Op::kPatch:  // by its values alone
      return false;
    default:
      return true;
  }
}

}  // namespace

Status Applier::CheckNamespace(const catalog::TypeDef& type, const catalog::FieldDef* field) const {
  if (request_.vendor.empty()) return absl::OkStatus();
  const catalog::PackageDef* const package = catalog_.FindPackage(field == nullptr ? type.package : field->package);
  const std::string_view owner = package == nullptr ? std::string_view() : catalog::VendorOf(package->name);
  if (owner.empty() || owner == kLibrary || owner == request_.vendor) return absl::OkStatus();
  return MakeError({.reason = Reason::kForeignNamespace,
                    .type = type.name,
                    .field = field == nullptr ? std::string() : field->name,
                    .value = request_.vendor,
                    .hint = Concat({"it belongs to package ", package->name, ": ask its vendor, or let the host apply the batch"})},
                   Concat({"vendor ", request_.vendor, " may not write what is vendor ", owner, "'s"}));
}

Status Applier::CheckNamespaces() const {
  const std::vector<Change>& changes = request_.batch->changes();
  for (size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    const catalog::TypeDef* const type = catalog_.FindType(change.type);
    if (type == nullptr || change.op == Change::Op::kRequireValue) continue;  // refused later; reads alone
    Status status = Writes(change.op) ? CheckNamespace(*type) : absl::OkStatus();
    for (const Assignment& assignment : change.assignments) {
      if (!status.ok()) break;
      // A part of the header is the record's own.
      status = CheckNamespace(*type, type->FieldAt(assignment.position));
    }
    if (!status.ok()) return WithContext(status, {.record = change.target, .change = static_cast<int64_t>(i)});
  }
  return absl::OkStatus();
}

}  // namespace kith::engine
