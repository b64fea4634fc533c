#!/usr/bin/env bash
# The project speaks of itself alone, of every machine alike, and of what is there.
set -euo pipefail
status=0
# look TITLE PATTERN PATHSPEC...: fails when a tracked file matches.
look() {
  local title=$1 pattern=$2
  shift 2
  if git grep -nIE "$pattern" -- "$@" ':!.ci/checks/20-words.sh'; then
    echo "  ^ $title"
    status=1
  fi
}
look "a path of one machine" '/(work|root|farm|home/[a-z]+)/|/tmp/[a-z]' . ':!*.lock'
look "a registry's host" '(deb\.debian|security\.debian|pypi|pythonhosted|proxy\.golang|registry\.npmjs)\.(org|com)' .
look "unfinished" '\b(TODO|FIXME|XXX|HACK|[Nn]ot (yet )?implemented|[Uu]nimplemented|[Pp]laceholder|[Ss]tub(bed)?)\b' \
  '*.cc' '*.h' '*.c' '*.py' '*.go' '*.cmake' '*CMakeLists.txt' dev '.ci/*'
look "says who or what wrote it" '\b(ChatGPT|OpenAI|Claude|Anthropic|Copilot|LLM|language model)\b' .
exit $status
