#!/usr/bin/env bash
# The layer check, which runs in every build, catches each kind of wrong include.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# try EXPECTED ROOM BEFORE FILE LINE: writes LINE into FILE and runs the check over ROOM.
try() {
  local expected=$1 room=$2 before=$3 file=$dir/$4 line=$5 result=refused
  rm -rf "$dir/lib" "$dir/include" "$dir/capi"
  mkdir -p "$(dirname "$file")" "$dir/lib/base" "$dir/lib/engine"
  printf '%s\n' "$line" >"$file"
  cmake -DROOT="$dir" -DROOM="$room" -DBEFORE="$before" -DSTAMP="$dir/stamp" -P cmake/CheckLayers.cmake 2>/dev/null && result=allowed
  [ "$result" = "$expected" ] || { echo "$room in $4: '$line' was $result"; exit 1; }
}
try allowed storage base lib/storage/a.cc '#include <lmdb.h>'
try refused engine base,storage lib/engine/a.cc '#include <lmdb.h>'
try allowed engine base,storage lib/engine/a.cc '#include "kith/storage/storage.h"'
try refused storage base lib/storage/a.cc '#include "kith/engine/database.h"'
try refused storage base include/kith/storage/a.h '#  include <kith/engine/database.h>'
try refused storage base lib/storage/a.cc '#include "base/text_internal.h"'
try allowed base '' lib/base/a.cc '#include "base/text_internal.h"'
try refused index base lib/index/a.cc '#include <flatbuffers/flatbuffers.h>'
try allowed record base lib/record/a.cc '#include <flatbuffers/flatbuffers.h>'
try refused base '' include/kith/base/a.h '#include "absl/strings/string_view.h"'
try allowed base '' include/kith/base/a.h '#include "absl/status/statusor.h"'
try refused base '' lib/base/a.cc '#include "absl/synchronization/mutex.h"'
try refused base '' lib/base/a.cc 'extern "C" int f();'
try allowed capi base capi/a.cc 'extern "C" int f();'
try refused capi base capi/kith.h '#include "absl/status/status.h"'
