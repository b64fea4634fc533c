#!/usr/bin/env bash
# Ten hot operations take no more instructions than benchmarks/counts/baseline.json says.
set -euo pipefail
command -v valgrind >/dev/null || exit 77
"$KITH_DEV" counts
