#!/usr/bin/env bash
# No two sources define a type of one name in one namespace; that the check would see them is shown first.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# try EXPECTED ONE OTHER: two files with these texts.
try() {
  local expected=$1 result=refused
  printf '%s\n' "$2" >"$dir/a.h"
  printf '%s\n' "$3" >"$dir/b.cc"
  python3 .ci/names.py "$dir/a.h" "$dir/b.cc" >/dev/null && result=allowed
  [ "$result" = "$expected" ] || { echo "'$2' and '$3' were $result"; exit 1; }
}
try refused 'namespace kith::a { struct A { int x = 0; }; }' 'namespace kith { namespace a { class A final : public B { }; } }'
try refused 'namespace a { template <typename T, class U = B<T>> class A { }; }' 'namespace a { int f() { return 1; } enum class A : uint8_t { kOne }; }'
try refused 'namespace a { struct A::B { }; }' $'namespace a {\n#define BRACE {\nconst char* const b = R"({)"; char c = \'{\';  // {\nstruct A::B { }; }'
try allowed 'namespace a { struct A { struct C { }; }; }' 'namespace a { struct B { struct C { }; }; class A; struct A* f() { return {}; } }'
try allowed 'namespace a { struct A { }; }' 'namespace a { namespace { struct A { }; } void f() { struct A { }; } }'
try allowed 'namespace a { struct A { }; }' 'namespace b { struct A { }; }'
try allowed 'namespace a { template <typename T> struct A { }; }' 'namespace a { template <> struct A<int> { }; }'
try allowed 'struct A { int x; };' 'struct A { int x; };'
.ci/sources.sh | grep -v '\.c$' | xargs python3 .ci/names.py
