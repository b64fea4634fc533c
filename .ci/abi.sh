#!/usr/bin/env bash
# abi.sh LIBKITH [--update]: the C ABI against its baseline in capi/abi/. With --update writes the baseline anew.
#   symbols.txt  every exported function, one a line
#   constants.txt   every constant of kith.h and its value: no function's type shows them
#   kith-<abi>.abi  the types behind the functions (abidw)
# abidiff alone does not rate a changed struct as incompatible, so any difference fails: an intended one is written with --update
# and reviewed as part of the commit.
set -euo pipefail
library=$(readlink -f "$1")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
abi=$(sed -n 's/^set(KITH_ABI_MAJOR \([0-9]*\)).*/\1/p' "$root/CMakeLists.txt")
baseline=$root/capi/abi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

exported() { nm -D --defined-only "$library" | awk '$2 != "A" {print $3}' | sed 's/@.*//' | LC_ALL=C sort; }
# The declarations of functions in kith.h, those marked to be visible, one a line.
declarations() { gcc -E -P -x c -std=c99 "$root/capi/kith.h" | tr '\n' ' ' | tr ';{}' '\n' | grep 'visibility("default")'; }
declared() { declarations | awk 'match($0, /kith_[a-z0-9_]+ *\(/) {print substr($0, RSTART, RLENGTH - 1)}' | tr -d ' ' | LC_ALL=C sort -u; }
# The types, which kith.h alone decides: the library does not compile where it differs. So they are read from a library of empty functions,
# and that of the build needs no debug information.
describe() {
  { echo '#include "kith.h"'; declarations | sed 's/$/ { __builtin_trap(); }/'; } >"$work/described.c"
  gcc -w -g -std=c99 -fPIC -shared -Wl,-soname,"libkith.so.$abi" -Wl,--version-script="$root/capi/kith.map" -I"$root/capi" "$work/described.c" -o "$work/described.so"
  abidw --headers-dir "$root/capi" --drop-private-types --exported-interfaces-only --type-id-style hash --no-show-locs --no-corpus-path \
    --no-comp-dir-path --no-elf-needed --no-architecture "$work/described.so" | sed "s#path='[^']*/capi/#path='#"
}
# Enumerators and integer macros of kith.h, printed by a program that includes it.
constants() {
  local names
  names=$( (gcc -E -P -x c -std=c99 "$root/capi/kith.h" | grep -oE '\bKITH_[A-Z0-9_]+\b' || true
            gcc -E -dM -x c -std=c99 "$root/capi/kith.h" | sed -nE 's/^#define (KITH_[A-Z0-9_]+) [-(]*(UINT64_C\()?[0-9].*/\1/p') |
           sed '/^KITH_VERSION/d' | LC_ALL=C sort -u)
  { echo '#include "kith.h"'; echo '#include <stdio.h>'; echo 'int main(void) {'
    for name in $names; do echo "  printf(\"%s %lld\\n\", \"$name\", (long long)($name));"; done
    echo '  return 0; }'; } >"$work/constants.c"
  gcc -w -std=c99 -I"$root/capi" "$work/constants.c" -o "$work/constants" && "$work/constants"
}

exported >"$work/symbols.txt"
constants >"$work/constants.txt"
if [ "${2:-}" = --update ]; then
  mkdir -p "$baseline"
  cp "$work/symbols.txt" "$work/constants.txt" "$baseline/"
  describe >"$baseline/kith-$abi.abi"
  echo "capi/abi/: $(wc -l <"$baseline/symbols.txt") functions"
  exit 0
fi

failed=0
complain() { echo "ABI: $1"; failed=1; }
[ -f "$baseline/symbols.txt" ] || { echo "ABI: there is no baseline; ./dev abi --update writes it"; exit 1; }
diff -u "$baseline/symbols.txt" "$work/symbols.txt" || complain "the exported symbols are not those of capi/abi/symbols.txt"
diff -u "$baseline/constants.txt" "$work/constants.txt" || complain "a constant of kith.h is not that of capi/abi/constants.txt"
declared >"$work/declared.txt"
diff -u "$work/declared.txt" "$work/symbols.txt" || complain "kith.h declares (-) other functions than the library exports (+)"

dynamic=$(readelf -dW "$library")
grep -q "SONAME.*\[libkith\.so\.$abi\]" <<<"$dynamic" || complain "the soname is not libkith.so.$abi"
! grep -q TEXTREL <<<"$dynamic" || complain "the library has text relocations"
grep -q 'BIND_NOW\|FLAGS.*NOW' <<<"$dynamic" || complain "the library is not linked with -z now"
! readelf --dyn-syms -W "$library" | grep -q ' UNIQUE ' || complain "the library has STB_GNU_UNIQUE symbols"

describe >"$work/now.abi"
abidiff --no-show-locs "$baseline/kith-$abi.abi" "$work/now.abi" || complain "the types are not those of capi/abi/kith-$abi.abi"
[ $failed = 0 ] || echo "ABI: an intended change is written with ./dev abi --update"
exit $failed
