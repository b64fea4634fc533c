// Documents that continue each other.
#include "kith/crm/document.h"

#include <charconv>

#include "answer.h"
#include "members.h"
#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith::Status ReadQuantities(const std::map<std::string, std::string>& texts, std::map<kith::Id, kith::Decimal>& quantities) {
  for (const auto& [id, text] : texts) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (error != std::errc() || end != id.data() + id.size()) {
      return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "quantities", .value = id}, "is no id of a line");
    }
    KITH_ASSIGN_OR_RETURN(quantities[kith::Id(number)], kith::ParseDecimal(text));
  }
  return absl::OkStatus();
}

kith::StatusOr<kith::crm::ContinueOptions> ContinueOptionsFrom(kith_str text) {
  KITH_ASSIGN_OR_RETURN(Members members, Members::Ask(text));
  kith::crm::ContinueOptions options;
  std::map<std::string, std::string> quantities;
  std::vector<std::string> external;
  members.Get("quantities", quantities);
  members.Get("external", external);
  members.Get("owner", options.owner);
  KITH_RETURN_IF_ERROR(members.Done());
  KITH_RETURN_IF_ERROR(ReadQuantities(quantities, options.quantities));
  if (external.empty()) return options;
  if (external.size() != 2) {
    return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "external", .hint = "[system, key]"}, "is no external reference");
  }
  options.external = {external[0], external[1]};
  return options;
}

}  // namespace

extern "C" {

kith_code kith_db_continue_document(kith_db* db, kith_id document, const char* type, kith_ref actor, kith_str reason, kith_str options,
                                    const kith_apply_options* apply, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const std::string_view to, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(kith::crm::ContinueOptions given, ContinueOptionsFrom(options));
    KITH_ASSIGN_OR_RETURN(const kith::ApplyOptions how, ToApplyOptions(apply));
    given.dry_run = how.dry_run;
    given.viewer = how.viewer;
    KITH_ASSIGN_OR_RETURN(given.actor, ToRef(actor, "actor"));
    KITH_ASSIGN_OR_RETURN(given.reason, Text(reason, "reason"));
    KITH_ASSIGN_OR_RETURN(const kith::crm::Continued made, kith::crm::ContinueDocument(*object->database, kith::Id(document), to, given));
    const Json told = {{"document", made.document.value()},
                       {"lines", made.lines},
                       {"already", made.already},
                       {"sequence", made.outcome.last_sequence},
                       {"effects", made.outcome.effects}};
    if (report != nullptr) *report = NewText(Dump(told));
    return absl::OkStatus();
  });
}

}  // extern "C"
