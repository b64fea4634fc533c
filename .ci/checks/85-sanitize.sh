#!/usr/bin/env bash
# Clang, address and undefined behaviour sanitizers: every test but those that kill or install.
set -euo pipefail
"$KITH_DEV" -p asan test
