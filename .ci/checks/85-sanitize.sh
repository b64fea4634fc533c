#!/usr/bin/env bash
# Clang, address and undefined behaviour sanitizers: every test but those that kill or install.
set -euo pipefail
"$KITH_DEV" -p asan test
# Once more with every view a copy that dies with its snapshot: a view kept too long is then a use after free.
KITH_DEBUG_VIEWS=1 "$KITH_DEV" -p asan test '^engine_test$' '^capi_test$' '^model_test$'
