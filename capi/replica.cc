// Replicas: changes read for another, taken from another, and brought over within one process.
#include "kith/exchange/replica.h"

#include "json.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith::StatusOr<uint16_t> ToNode(uint32_t node, std::string_view field) {
  if (node <= UINT16_MAX) return static_cast<uint16_t>(node);
  return kith::MakeError(
      {.reason = kith::Reason::kBadOptions, .field = std::string(field), .value = std::to_string(node), .hint = "0 to 511"},
      "the node is out of range");
}

}  // namespace

extern "C" {

kith_code kith_db_node(kith_db* db, uint32_t* node, kith_error** err) {
  Zero(node);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(node, "node"));
    KITH_ASSIGN_OR_RETURN(DatabaseObject * object, Use(db));
    *node = object->database->node();
    return absl::OkStatus();
  });
}

kith_code kith_db_received_from(kith_db* db, uint32_t node, uint64_t* after, kith_error** err) {
  Zero(after);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(after, "after"));
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const uint16_t from, ToNode(node, "node"));
    KITH_ASSIGN_OR_RETURN(*after, object->database->ReceivedFrom(from));
    return absl::OkStatus();
  });
}

kith_code kith_db_read_replica(kith_db* db, uint64_t after, uint32_t receiver, uint64_t limit, kith_text** page, kith_error** err) {
  return GuardText(page, "page", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const uint16_t node, ToNode(receiver, "receiver"));
    KITH_ASSIGN_OR_RETURN(const kith::ReplicaPage read, object->database->ReadReplica(after, node, limit));
    KITH_ASSIGN_OR_RETURN(const auto catalog, object->database->GetCatalog());
    KITH_ASSIGN_OR_RETURN(std::string text, kith::exchange::WriteReplicaPage(read, *catalog));
    return text;
  });
}

kith_code kith_db_receive(kith_db* db, kith_str page, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const std::string_view text, Text(page, "page"));
    KITH_ASSIGN_OR_RETURN(const auto catalog, object->database->GetCatalog());
    KITH_ASSIGN_OR_RETURN(const kith::ReplicaPage read, kith::exchange::ReadReplicaPage(text, *catalog));
    KITH_ASSIGN_OR_RETURN(const kith::ReceiveReport done, object->database->Receive(read));
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

kith_code kith_db_pull_replica(kith_db* db, kith_db* from, kith_text** report, kith_error** err) {
  Zero(report);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<DatabaseObject> other, Share(from));
    KITH_ASSIGN_OR_RETURN(const kith::ReceiveReport done, kith::exchange::PullReplica(*object->database, *other->database));
    if (report != nullptr) *report = NewText(ToJson(done));
    return absl::OkStatus();
  });
}

}  // extern "C"
