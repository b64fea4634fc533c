"""Reads `go test -json` from standard input, shows what the tests print, and writes their outcomes as JUnit to the given file."""

import json
import sys
from xml.etree import ElementTree

suite = ElementTree.Element("testsuite", name="go")
for line in sys.stdin:
    try:
        event = json.loads(line)
    except ValueError:  # of the compiler
        print(line, end="")
        continue
    if event["Action"] in ("output", "build-output") and not event["Output"].startswith(("=== ", "--- PASS", "PASS")):
        print(event["Output"], end="")
    # A package that fails without a test of its own does not compile, or crashed.
    if event["Action"] in ("pass", "fail", "skip") and ("Test" in event or event["Action"] == "fail"):
        case = ElementTree.SubElement(suite, "testcase", classname=event.get("Package", "go"), name=event.get("Test", "package"))
        if event["Action"] != "pass":
            ElementTree.SubElement(case, "failure" if event["Action"] == "fail" else "skipped")
ElementTree.ElementTree(suite).write(sys.argv[1])
