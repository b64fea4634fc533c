#!/usr/bin/env bash
# clang-tidy over lib/ and capi/; what has not changed since it last passed is not read again.
set -euo pipefail
"$KITH_DEV" lint
