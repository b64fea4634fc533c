#!/usr/bin/env bash
# Clang, address and undefined behaviour sanitizers: unit tests, the C ABI, fuzz corpora, conformance, golden files.
set -euo pipefail
"$KITH_DEV" test-in asan -L '^(unit|capi|examples|fuzz|conformance|golden)$'
