#!/usr/bin/env bash
# Programs built against a former kith.h work with today's libkith.so: the C ABI's tests as they were last before today's baseline (or at the commit
# KITH_FORMER), compiled with the header of then, linked with the library of now.
set -euo pipefail
baseline=$(git log -1 --format=%H -- capi/abi/symbols.txt 2>/dev/null || true)
former=${KITH_FORMER:-$(git rev-parse --verify --quiet "$baseline^" || true)}
[ -n "$former" ] || { echo "no former baseline is in this clone"; exit 77; }
"$KITH_DEV" build kith_shared
folder=$KITH_BUILD/former
rm -rf "$folder/source"
mkdir -p "$folder/source"
git archive "$former" capi/kith.h tests/capi tests/conformance tests/support | tar x -C "$folder/source"
cache=$(command -v ccache || true)
compile() { (cd "$folder/source" && $cache g++ -std=c++20 -O0 -w -DKITH_TESTS_DIR='"tests"' -Icapi -Itests -I"$KITH_ROOT/include" -c "$1" -o "$folder/$(basename "$1" .cc).o"); }
export -f compile
export cache folder KITH_ROOT
rm -f "$folder"/*.o
(cd "$folder/source" && ls tests/capi/*_test.cc tests/support/paths.cc tests/support/settings.cc tests/support/vectors.cc) | xargs -P "$JOBS" -I{} bash -c 'compile {}'
g++ "$folder"/*.o -o "$folder/capi_test" -L"$KITH_BUILD/dev/capi" -Wl,-rpath,"$KITH_BUILD/dev/capi" -lkith -lgmock_main -lgmock -lgtest -lpthread
echo "the C ABI's tests of $(git log -1 --format='%h, %ad' --date=short "$former")"
(cd "$folder/source" && "$folder/capi_test" --gtest_brief=1)
