#!/usr/bin/env bash
# Sources stand as ./dev format leaves them.
set -euo pipefail
.ci/sources.sh | xargs -r -n 20 -P "$JOBS" clang-format --dry-run -Werror
