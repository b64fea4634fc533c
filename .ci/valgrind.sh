#!/usr/bin/env bash
# memcheck on test programs, which stand in KITH_TESTS: invalid and uninitialised memory, and what is lost at the end. Usage: valgrind.sh NAME...
# Left out are tests that take minutes there, and those of what valgrind does not have: children that end with its exit code, limits of
# address space, processes started anew, counts of allocations, and limits of the clock.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
without='ProcessTest.*:DamageTest.*:SalvageTest.*:FaultTest.AFullDisk*:FaultTest.LittleAddress*:FaultTest.AMapThat*:Allocation.*:EnsureTest.TwoProcesses*:Scale.*'
failed=()
for name in "$@"; do
  started=$SECONDS
  # A forked child has all that its parent had and frees none of it: what it says is left out.
  valgrind --quiet --error-exitcode=9 --fair-sched=yes --child-silent-after-fork=yes --suppressions="$here/valgrind.supp" \
    --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
    "$(find "$KITH_TESTS" -name "${name}_test" -type f)" --gtest_brief=1 --gtest_filter="-$without" || failed+=("$name")
  echo "$name: $((SECONDS - started)) s"
done
[ ${#failed[@]} = 0 ] || { echo "not clean: ${failed[*]}"; exit 1; }
