#!/usr/bin/env bash
# The C and C++ sources of the project, one a line; generated ones left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files --cached --others --exclude-standard -- '*.cc' '*.h' '*.c' | grep -v -E '(^|/)generated/|_generated\.h$' || true
