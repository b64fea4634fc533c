"""Run by the check of the wheel in an environment that has nothing else: the package works, and brings every library that it loads."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
import tempfile

# What every Linux has by the policy of manylinux.
SYSTEM = r"(libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+|ld-linux-x86-64)(-[\d.]+)?\.so"


def mapped() -> set[str]:
    """The libraries of this process that are neither the environment's nor every system's."""
    found = set(re.findall(r"(/\S+\.so[.\d]*)$", pathlib.Path("/proc/self/maps").read_text(), re.MULTILINE))
    home = str(pathlib.Path(sys.prefix).resolve())
    return {path for path in found if not path.startswith(home) and not re.match(SYSTEM, pathlib.Path(path).name)}


of_python = mapped()  # with its own modules, imported above

import kith

with tempfile.TemporaryDirectory() as folder, kith.open(folder + "/crm.kith", create=True) as db:
    with db.batch(reason="first") as batch:
        deal = batch.create("opportunity", name="Pilot", amount=kith.Money(1_000, "CNY"))
        batch.move(deal, "default/won")
        batch.create("contact", name="王小明")
    with db.snapshot() as now:
        assert now[now.search("xiaoming")[0]["id"]]["name"] == "王小明"  # pinyin: ICU's data came along
        assert now.forecast("default", "this-quarter")["closed"] == 1_000
    assert db.verify() == []

assert all("lib-dynload" in path for path in mapped() - of_python), mapped() - of_python
assert str(pathlib.Path(kith.__file__).resolve()).startswith(str(pathlib.Path(sys.prefix).resolve())), kith.__file__
command = subprocess.run([str(pathlib.Path(sys.executable).parent / "kith"), "--help"], capture_output=True, text=True, check=False)
assert command.returncode == 1, command
assert "pip install 'kith[cli]'" in command.stderr, command  # the command's own packages are an extra
print(f"kith {kith.__file__}")
