// Records as another database had them, ids and past included: what a copy of a database is made of (exchange/lines.h).
#ifndef KITH_ENGINE_LOAD_H_
#define KITH_ENGINE_LOAD_H_

#include <string>
#include <vector>

#include "kith/base/value.h"
#include "kith/engine/history.h"
#include "kith/engine/viewer.h"
#include "kith/record/record.h"

namespace kith {

struct LoadedRecord {
  // Id, created, owner, unit, visibility and origin; the rest is given by the loading database.
  record::Header header;
  bool deleted = false;       // has a past alone: only id and history are read
  std::vector<Value> values;  // by position in the type
  std::vector<ExternalRef> external_refs;
  // Oldest first, all of it; empty: nothing but the creation. `record`, `sequence` and `recorded` are given by the loading database: it
  // knows all this from now on and did not know it before, which is what its axis of recorded time says.
  std::vector<HistoryEntry> history;
};

struct LoadOptions {
  Actor actor;         // of creations without a history
  std::string reason;  // likewise
  // As ApplyOptions: where the load stands, kept with it.
  std::string checkpoint;
  std::string checkpoint_value;
};

}  // namespace kith

#endif  // KITH_ENGINE_LOAD_H_
