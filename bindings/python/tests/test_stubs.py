"""The types of the extension module (_kith.pyi) name what is there, and nothing else: mypy's stubtest, without what it says of nanobind."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

import kith

# Classes of nanobind have a metaclass, a layout and an __init__ of their own; its functions are objects that tell no signature.
OF_NANOBIND = re.compile(r"is not a function|is a disjoint base|metaclass differs|__init__ is inconsistent, .* does not have \*args")


def complaints(module: str, stubs: pathlib.Path) -> list[str]:
    command = [sys.executable, "-m", "mypy.stubtest", "--concise", module]
    told = subprocess.run(command, cwd=stubs, capture_output=True, text=True, check=False)
    assert told.stdout or told.returncode == 0, told.stderr
    return [line for line in told.stdout.splitlines() if line and not OF_NANOBIND.search(line)]


def test_the_types_name_what_is_there(tmp_path: pathlib.Path) -> None:
    assert complaints("kith._kith", tmp_path) == []


def test_a_wrong_name_would_be_noticed(tmp_path: pathlib.Path) -> None:
    package = pathlib.Path(kith.__file__).parent
    copy = tmp_path / "kith"
    copy.mkdir()
    for file in package.glob("*.py*"):
        text = file.read_text(encoding="utf-8")
        (copy / file.name).write_text(text.replace("    def check(self)", "    def checked(self)") if file.name == "_kith.pyi" else text)
    for file in package.glob("_kith*.so"):
        (copy / file.name).symlink_to(file)
    told = " ".join(complaints("kith._kith", tmp_path))
    assert "checked is not present at runtime" in told
    assert "Batch.check is not present in" in told
