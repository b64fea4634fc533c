#!/usr/bin/env bash
# Clang, thread sanitizer: the rooms where threads meet. All the rest, the C ABI with it, by ./dev -p tsan test.
set -euo pipefail
# Tests of fork start threads in the child; the sanitizer allows that only when told.
export TSAN_OPTIONS="die_after_fork=0 ${TSAN_OPTIONS:-}"
"$KITH_DEV" -p tsan test '^storage_test$' '^engine_test$'
