// Care of the file and of people's data: repair, compaction, a moment brought back, export and erasure of a person, overwriting.
#include "json.h"
#include "kith/engine/chain.h"
#include "kith/engine/change_kind.h"
#include "kith/engine/salvage.h"
#include "kith/model/model.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith::StatusOr<kith::EraseOptions> ToEraseOptions(const kith_erase_options* given) {
  KITH_ASSIGN_OR_RETURN(kith_erase_options read, ReadOptions(given, kith_erase_options KITH_ERASE_OPTIONS_INIT));
  kith::EraseOptions options;
  options.dry_run = read.dry_run != 0;
  options.keep_shared = read.keep_shared != 0;
  options.overwrite = read.overwrite != 0;
  KITH_ASSIGN_OR_RETURN(options.actor, ToRef(read.actor, "actor"));
  KITH_ASSIGN_OR_RETURN(const std::string_view reason, Text(read.reason, "reason"));
  options.reason = reason;
  return options;
}

kith::StatusOr<kith::ChangeKindOptions> ToKindOptions(const kith_kind_options* given) {
  KITH_ASSIGN_OR_RETURN(kith_kind_options read, ReadOptions(given, kith_kind_options KITH_KIND_OPTIONS_INIT));
  kith::ChangeKindOptions options;
  options.dry_run = read.dry_run != 0;
  options.drop = read.drop != 0;
  options.abandon = read.abandon != 0;
  KITH_ASSIGN_OR_RETURN(options.actor, ToRef(read.actor, "actor"));
  KITH_ASSIGN_OR_RETURN(const std::string_view currency, Text(read.currency, "currency"));
  KITH_ASSIGN_OR_RETURN(const std::string_view reason, Text(read.reason, "reason"));
  options.currency = currency;
  options.reason = reason;
  return options;
}

kith::StatusOr<kith::SalvageOptions> ToSalvageOptions(const kith_salvage_options* given) {
  KITH_ASSIGN_OR_RETURN(kith_salvage_options read, ReadOptions(given, kith_salvage_options KITH_SALVAGE_OPTIONS_INIT));
  kith::SalvageOptions options;
  options.with_old_pages = read.with_old_pages != 0;
  KITH_ASSIGN_OR_RETURN(const std::string_view other, Text(read.definitions_from, "definitions_from"));
  options.definitions_from = other;
  return options;
}

}  // namespace

extern "C" {

kith_code kith_db_repair(kith_db* db, uint64_t* problems, kith_text** report, kith_error** err) {
  Zero(problems);
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const kith::RepairReport done, object->database->Repair());
    if (problems != nullptr) *problems = done.problems.size();
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

kith_code kith_db_export_person(kith_db* db, kith_id person, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(std::string text, object->database->ExportPerson(kith::Id(person)));
    return text;
  });
}

kith_code kith_db_erase_person(kith_db* db, kith_id person, const kith_erase_options* options, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const kith::EraseOptions erase, ToEraseOptions(options));
    KITH_ASSIGN_OR_RETURN(const kith::EraseReport done, object->database->ErasePerson(kith::Id(person), erase));
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

kith_code kith_db_purge(kith_db* db, const kith_id* records, size_t count, const kith_erase_options* options, kith_text** report,
                        kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    if (count != 0) KITH_RETURN_IF_ERROR(Required(records, "records"));
    KITH_ASSIGN_OR_RETURN(const kith::EraseOptions how, ToEraseOptions(options));
    if (how.keep_shared) {
      return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "keep_shared"}, "has no meaning for a purge");
    }
    KITH_ASSIGN_OR_RETURN(
        const kith::PurgeReport done,
        object->database->Purge(std::vector<kith::Id>(records, records + count),
                                {.actor = how.actor, .reason = how.reason, .dry_run = how.dry_run, .overwrite = how.overwrite}));
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

kith_code kith_db_erasures(kith_db* db, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const std::vector<kith::Erasure> proofs, object->database->Erasures());
    return ToJson(proofs);
  });
}

kith_code kith_db_begin_chain(kith_db* db, kith_text** head, kith_error** err) {
  Zero(head);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const kith::ChainHead begun, kith::BeginChain(*object->database));
    if (head != nullptr) *head = NewText(ToJson(begun));
    return absl::OkStatus();
  });
}

kith_code kith_db_chain_head(kith_db* db, kith_text** head, kith_error** err) {
  return GuardText(head, "head", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const kith::ChainHead now, kith::GetChainHead(*object->database));
    return ToJson(now);
  });
}

kith_code kith_db_verify_chain(kith_db* db, uint64_t sequence, kith_str hash, kith_text** report, kith_error** err) {
  return GuardText(report, "report", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const std::string_view known, Text(hash, "hash"));
    KITH_ASSIGN_OR_RETURN(const kith::ChainReport found, kith::VerifyChain(*object->database, {sequence, std::string(known)}));
    return ToJson(found);
  });
}

kith_code kith_db_change_kind(kith_db* db, const char* type, const char* field, kith_str definition, const kith_kind_options* options,
                              kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const std::string_view type_name, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(const std::string_view field_name, Name(field, "field"));
    KITH_ASSIGN_OR_RETURN(const std::string_view wanted, Text(definition, "definition"));
    KITH_ASSIGN_OR_RETURN(const kith::ChangeKindOptions how, ToKindOptions(options));
    KITH_ASSIGN_OR_RETURN(const kith::ChangeKindReport done, kith::ChangeKind(*object->database, type_name, field_name, wanted, how));
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

kith_code kith_db_restore_to(kith_db* db, kith_str target, uint64_t sequence, int64_t recorded, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const std::string_view path, Text(target, "target"));
    KITH_ASSIGN_OR_RETURN(const kith::RestoreReport done, object->database->RestoreTo(path, {sequence, kith::Time{recorded}}));
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

kith_code kith_salvage(kith_str damaged, kith_str target, const kith_salvage_options* options, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(const std::string_view from, Text(damaged, "damaged"));
    KITH_ASSIGN_OR_RETURN(const std::string_view to, Text(target, "target"));
    KITH_ASSIGN_OR_RETURN(const kith::SalvageOptions salvage, ToSalvageOptions(options));
    kith::OpenOptions open;
    open.extensions = kith::model::StandardExtensions();
    KITH_ASSIGN_OR_RETURN(const kith::SalvageReport done, kith::Salvage(from, to, open, salvage));
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

kith_code kith_db_compact(kith_db* db, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const kith::storage::CompactReport done, object->database->Compact());
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

kith_code kith_db_overwrite_freed(kith_db* db, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const kith::storage::OverwriteReport done, object->database->OverwriteFreed());
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

}  // extern "C"
