#!/usr/bin/env bash
# The Python binding passes ruff and mypy.
set -euo pipefail
[ -f bindings/python/pyproject.toml ] || exit 77
cd bindings/python
"$KITH_VENV/bin/ruff" check --quiet --no-cache .
"$KITH_VENV/bin/mypy" --cache-dir="$KITH_BUILD/mypy" .
