#!/usr/bin/env bash
# Every benchmark still runs: a small run of each, its figures not judged.
set -euo pipefail
"$KITH_DEV" bench --small
