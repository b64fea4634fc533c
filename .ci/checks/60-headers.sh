#!/usr/bin/env bash
# Every public header compiles alone; kith.h as strict C99 to C++20 by GCC and Clang. GCC reads the C++ headers wherever they are used.
set -euo pipefail
"$KITH_DEV" build kith_c_headers
"$KITH_DEV" -p asan build kith_headers
