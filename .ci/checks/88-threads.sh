#!/usr/bin/env bash
# Clang, thread sanitizer: the rooms where threads meet, and the C ABI.
set -euo pipefail
"$KITH_DEV" -p tsan test '^storage_test$' '^engine_test$' '^capi_test$'
