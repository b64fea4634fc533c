"""Counts test cases from the results of one run and prints the closing line: N passed, N failed, N skipped.

The folder holds ctest.junit (one entry a program), <program>.xml (GoogleTest's cases of that program) and *.junit of other runners.
A program without a case file counts as one case; one that ended badly without a failed case of its own counts as a failure more.
"""

import pathlib
import sys
from xml.etree import ElementTree

SKIPPED = ("skipped", "notrun", "disabled", "suppressed")


def outcome(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
        return "failed"
    if case.find("skipped") is not None or case.get("status") in SKIPPED or case.get("result") in SKIPPED:
        return "skipped"
    return "passed"


def cases(path: pathlib.Path) -> list[tuple[str, str]]:
    """(name, outcome) of each case in a JUnit file; a file cut short by a crash has none."""
    try:
        root = ElementTree.parse(path).getroot()
    except (ElementTree.ParseError, FileNotFoundError):
        return []
    return [(f"{c.get('classname')}.{c.get('name')}", outcome(c)) for c in root.iter("testcase")]


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    found: list[tuple[str, str]] = []
    for name, result in cases(folder / "ctest.junit"):
        program = name.rsplit(".", 1)[-1]
        inner = cases(folder / f"{program}.xml")
        found += inner
        if not inner or (result == "failed" and all(r != "failed" for _, r in inner)):
            found.append((program, result))
    for path in sorted(folder.glob("*.junit")):
        if path.name != "ctest.junit":
            found += cases(path) or [(path.name, "failed")]

    for wanted in ("skipped", "failed"):
        for name, result in found:
            if result == wanted:
                print(f"{wanted}: {name}")
    count = {kind: sum(1 for _, r in found if r == kind) for kind in ("passed", "failed", "skipped")}
    line = f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped"
    (folder / "summary.txt").write_text(line + "\n")
    print(line)
    return 0 if count["passed"] > 0 and count["failed"] == 0 else 1


sys.exit(main())
