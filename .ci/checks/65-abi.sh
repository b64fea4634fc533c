#!/usr/bin/env bash
# The C ABI is what capi/abi/ says.
set -euo pipefail
[ -f capi/kith.h ] || exit 77
"$KITH_DEV" abi
