#!/usr/bin/env bash
# Every public header compiles alone, by GCC and Clang; kith.h as strict C99 to C++20.
set -euo pipefail
"$KITH_DEV" build kith_headers
"$KITH_DEV" -p asan build kith_headers
