"""No two sources define a type of the same name in one namespace: to the linker they are one, and whichever it keeps is used for both (the
sanitizers tell only when both are met). Free are types in functions, in unnamed namespaces, and C's, which are the same by agreement.
Usage: names.py FILE..."""

import collections
import pathlib
import re
import sys

# Comments, literals and the preprocessor's lines, in which braces mean nothing.
NOTHING = re.compile(
    r'R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z])\'(?:\\.|[^\'\\\n])+\''
    r"|^[ \t]*\#(?:\\\n|[^\n])*|\[\[[^\]]*\]\]",
    re.DOTALL | re.MULTILINE,
)
NAMESPACE = re.compile(r"(?:^|\s)namespace(?:\s+(?P<name>[\w:]+))?\s*$")
TYPE = re.compile(
    r"(?:^|[\s>])(?:enum\s+class|enum\s+struct|enum|class|struct|union)\s+(?:alignas\s*\([^)]*\)\s*|[A-Z]+_[A-Z_]+\s+)*"
    r"(?P<name>[A-Za-z_]\w*(?:\s*::\s*\w+)*)\s*(?P<of><.*>)?\s*(?:final\s*)?(?::(?!:).*)?$",
    re.DOTALL,
)


def types_of(text: str) -> list[str]:
    """Full names of the types that `text` defines for the linker to see."""
    found = []
    scopes: list[str | None] = []  # names of the namespaces around; None: what is within has no name for the linker, or is within a type
    begin = 0
    text = NOTHING.sub(" ", text)
    for mark in re.finditer(r"[{};]", text):
        head = text[begin : mark.start()].strip()
        begin = mark.end()
        if mark.group() == "}" and scopes:
            scopes.pop()
        if mark.group() != "{":
            continue
        if namespace := NAMESPACE.search(head):
            scopes.append(namespace["name"])
        elif re.fullmatch(r"extern", head):
            scopes.append("")
        else:
            if None not in scopes and (defined := TYPE.search(head)):
                found.append("::".join([*filter(None, scopes), re.sub(r"\s+", "", defined["name"] + (defined["of"] or ""))]))
            scopes.append(None)
    return found


def main() -> int:
    files = collections.defaultdict(list)
    for path in sys.argv[1:]:
        for name in set(types_of(pathlib.Path(path).read_text(encoding="utf-8"))):
            files[name].append(path)
    twice = {name: paths for name, paths in files.items() if len(paths) > 1 and "::" in name}
    for name, paths in sorted(twice.items()):
        print(f"{name} is defined in {', '.join(paths)}: give one another name, or an unnamed namespace")
    return 1 if twice else 0


if __name__ == "__main__":
    sys.exit(main())
