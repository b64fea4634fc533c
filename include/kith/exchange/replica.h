// Changes of replicas (engine/replica.h) carried between processes and machines, and between two databases of one process.
//
// A page as text is JSON Lines in UTF-8, for a host to send by whatever it has (a file, a queue, a request):
//
//   {"kith":"replica","version":1,"node":1,"after":40,"scanned":95,"own":38,"more":true,"changes":52}
//   {"record":"account","id":8796093022209,"stamp":["2026-07-01T12:30:00Z",1,41],"life":["2026-07-01T12:30:00Z",1,41],"origin":"manual",
//    "refs":[["erp","17"]],"entry":{"history":"create",...}}
//
// Types and fields stand by their names, an entry as in exchange/lines.h. It is as private as the records themselves: encrypt it on its
// way.
#ifndef KITH_EXCHANGE_REPLICA_H_
#define KITH_EXCHANGE_REPLICA_H_

#include <string>
#include <string_view>

#include "kith/base/status.h"
#include "kith/engine/database.h"

namespace kith::exchange {

[[nodiscard]] StatusOr<std::string> WriteReplicaPage(const ReplicaPage& page, const catalog::Catalog& catalog);
// Errors: LinesMalformed (the message names the line), FormatNewer, UnknownType, UnknownField, PackageConflict (definitions that do not fit
// those of `catalog`), and those of values.
[[nodiscard]] StatusOr<ReplicaPage> ReadReplicaPage(std::string_view text, const catalog::Catalog& catalog);

// Everything that is new in `from` taken into `into`: definitions first, then changes page by page. `into` is a replica of `from`, or holds
// nothing but untouched seeds, which then give place to those of `from`: so the feed of one database is replayed into an empty one. Errors:
// those of ReadReplica and Receive, among them PackageConflict (definitions of the two do not fit together); what came in before an error
// stays, and the next call goes on.
[[nodiscard]] StatusOr<ReceiveReport> PullReplica(Database& into, Database& from);

}  // namespace kith::exchange

#endif  // KITH_EXCHANGE_REPLICA_H_
