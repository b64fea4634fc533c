"""Builds and runs the samples of the README pages: every fenced block marked c, cpp or python is a whole program, run in an empty
folder, and passes when it exits with 0. A block marked "c fragment" and the like is left alone.

Usage: run_samples.py SOURCE BUILD RESULTS.xml   (KITH_PYTHON: the interpreter that has the binding)
"""

import os
import pathlib
import re
import subprocess
import sys
from xml.etree import ElementTree

PAGES = ("README.md", "README.zh-CN.md", "ARCHITECTURE.md", "bindings/python/README.md", "capi/README.md")
FENCE = re.compile(r"^```(c|cpp|c\+\+|python)[ \t]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SUFFIX = {"c": "c", "cpp": "cc", "c++": "cc", "python": "py"}


def extract(source: pathlib.Path, work: pathlib.Path) -> list[pathlib.Path]:
    samples = []
    for page in PAGES:
        if not (source / page).exists():
            continue
        text = (source / page).read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            name = re.sub(r"\W+", "_", page) + f"_line_{line}"
            path = work / f"{name}.{SUFFIX[match[1]]}"
            # Compilers and tracebacks then name the line of the page.
            path.write_text(match[2] if path.suffix == ".py" else f'#line {line + 1} "{page}"\n{match[2]}', encoding="utf-8")
            samples.append(path)
    return samples


def build_programs(samples: list[pathlib.Path], build: pathlib.Path, work: pathlib.Path) -> None:
    lines = ["cmake_minimum_required(VERSION 3.25)", "project(samples LANGUAGES C CXX)", "set(CMAKE_CXX_STANDARD 20)"]
    lines.append("find_package(kith REQUIRED COMPONENTS static)")
    for path in samples:
        library = "kith::static" if path.suffix == ".cc" else "kith::kith"
        lines.append(f"add_executable({path.stem} {path.name})")
        lines.append(f"target_link_libraries({path.stem} PRIVATE {library})")
    (work / "CMakeLists.txt").write_text("\n".join(lines) + "\n")
    configure = ["cmake", "-S", str(work), "-B", str(work / "out"), "-G", "Ninja", f"-Dkith_DIR={build / 'package'}"]
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    # -k 0: a sample that does not compile fails alone.
    subprocess.run(["ninja", "-C", str(work / "out"), "-k", "0", "--quiet"], check=False)


def run(path: pathlib.Path, work: pathlib.Path) -> str:
    """The reason of the failure, or an empty text."""
    folder = work / "run" / path.stem
    folder.mkdir(parents=True)
    if path.suffix == ".py":
        command = [os.environ.get("KITH_PYTHON", sys.executable), str(path)]
    else:
        command = [str(work / "out" / path.stem)]
        if not pathlib.Path(command[0]).exists():
            return "does not compile"
    result = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=120)
    return "" if result.returncode == 0 else f"ended with {result.returncode}\n{result.stdout}{result.stderr}"


def main() -> int:
    source, build, results = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
    work = build / "samples"
    subprocess.run(["rm", "-rf", str(work)], check=True)
    work.mkdir()
    samples = extract(source, work)
    programs = [path for path in samples if path.suffix != ".py"]
    if programs:
        build_programs(programs, build, work)

    suite = ElementTree.Element("testsuite", name="samples")
    failed = 0
    for path in samples:
        reason = run(path, work)
        case = ElementTree.SubElement(suite, "testcase", classname="samples", name=path.name)
        print(f"{'FAILED' if reason else 'ok'}: {path.name} {reason}")
        if reason:
            failed += 1
            ElementTree.SubElement(case, "failure").text = reason
    results.parent.mkdir(exist_ok=True)
    ElementTree.ElementTree(suite).write(results)
    return 1 if failed else 0


sys.exit(main())
