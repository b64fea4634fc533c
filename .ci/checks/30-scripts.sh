#!/usr/bin/env bash
# Shell scripts parse, and pass shellcheck where it is installed; Python scripts of the tooling pass ruff.
set -euo pipefail
scripts=$(git ls-files -- dev .ci/run '*.sh')
for script in $scripts; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then
  # shellcheck disable=SC2086
  shellcheck -S warning $scripts
fi
"$KITH_VENV/bin/ruff" check --quiet --no-cache --line-length 140 .ci tests
