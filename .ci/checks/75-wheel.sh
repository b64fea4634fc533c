#!/usr/bin/env bash
# The wheel carries every library that it needs and works in an environment that has nothing else.
set -euo pipefail
[ -f bindings/python/pyproject.toml ] || exit 77
"$KITH_DEV" build kith_shared
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
CMAKE_ARGS="-Dkith_DIR=$KITH_BUILD/dev/package -DCMAKE_INSTALL_RPATH_USE_LINK_PATH=ON" \
  "$KITH_VENV/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps \
  --config-settings build-dir="$KITH_BUILD/wheel" -w "$folder" bindings/python
PATH=$KITH_VENV/bin:$PATH "$KITH_VENV/bin/auditwheel" repair -w "$folder/repaired" "$folder"/*.whl 2>"$folder/auditwheel.log" || { cat "$folder/auditwheel.log"; exit 1; }
"$KITH_VENV/bin/python" -m venv "$folder/empty"
"$folder/empty/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps "$folder"/repaired/*.whl
cd "$folder"
"$folder/empty/bin/python" -I "$KITH_ROOT/tests/outside/wheel.py"
