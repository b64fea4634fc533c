#!/usr/bin/env bash
# The top level holds what the house has room for; no large, binary-by-accident or CRLF files.
set -euo pipefail
allowed='^(CMakeLists.txt|CMakePresets.json|dev|README.md|README.zh-CN.md|ARCHITECTURE.md|CHANGELOG.md|CONTRIBUTING.md|SECURITY.md|LICENSE|cmake|include|lib|capi|bindings|benchmarks|tests|\..*)$'
status=0
report() { echo "$1:"; sed 's/^/  /'; status=1; }

extra=$(git ls-files | cut -d/ -f1 | sort -u | grep -Ev "$allowed" || true)
[ -z "$extra" ] || report "the top level has no place for" <<<"$extra"
large=$(git ls-files -z | xargs -0 -r -I{} find {} -maxdepth 0 -type f -size +1000k)
[ -z "$large" ] || report "over 1 MB" <<<"$large"
crlf=$(git grep -lI $'\r$' -- . ':!tests/*/corpus/*' ':!*.csv' || true)
[ -z "$crlf" ] || report "CRLF line ends" <<<"$crlf"
# kith.h is the C ABI as a whole: a host includes one file.
long=$(git ls-files -- '*.cc' '*.h' '*.c' '*.py' '*.go' ':!*generated*' ':!tests/golden/*' ':!capi/kith.h' | xargs -r wc -l | awk '$2 != "total" && $1 > 800 {print $2, $1}')
[ -z "$long" ] || report "over 800 lines" <<<"$long"
unexecutable=$(git ls-files -s -- dev .ci/run | grep -v ^100755 || true)
[ -z "$unexecutable" ] || report "not executable" <<<"$unexecutable"
exit $status
