"""Instructions of hot operations against benchmarks/counts/baseline.json: time is noisy, they are not. Usage: counts.py PROGRAM [--update]

R05: one that takes more than TOLERANCE above its baseline fails, one that takes as much less is told, so that the baseline is renewed.
Exit: 0 as the baseline has it, 1 not, 77 when there is no valgrind.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BASELINE = pathlib.Path(__file__).resolve().parent.parent / "benchmarks/counts/baseline.json"
TOLERANCE = 0.03


def count(program: str) -> dict[str, int]:
    """Operation -> instructions of one, of all threads together."""
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=out", program]
        ran = subprocess.run(valgrind, check=False, cwd=folder, capture_output=True, text=True)
        if ran.returncode != 0:
            sys.exit(f"{program} failed under valgrind:\n{ran.stderr[-3000:]}")
        for file in sorted(pathlib.Path(folder).glob("out.*"), key=lambda path: int(path.suffix[1:])):
            text = file.read_text()
            named = re.search(r"^desc: Trigger: Client Request: (.*)\|(\d+)$", text, re.MULTILINE)
            total = re.search(r"^totals: (\d+)", text, re.MULTILINE)
            if named and total:
                counts[named[1]] = round(int(total[1]) / int(named[2]))
    return counts


def compare(now: dict[str, int], then: dict[str, int]) -> list[str]:
    wrong = [f"{name}: not in the baseline" for name in now.keys() - then.keys()]
    wrong += [f"{name}: no longer counted" for name in then.keys() - now.keys()]
    print(f"{'instructions':<32}{'baseline':>14}{'now':>14}")
    for name in [name for name in then if name in now]:
        change = now[name] / then[name] - 1
        told = "" if abs(change) <= TOLERANCE else "  MORE" if change > 0 else "  less: renew the baseline"
        print(f"{name:<32}{then[name]:>14,}{now[name]:>14,}{change:>+9.1%}{told}")
        if change > TOLERANCE:
            wrong.append(f"{name}: {change:+.1%}, more than {TOLERANCE:.0%} above the baseline")
    return wrong


def main() -> int:
    program, *rest = sys.argv[1:]
    if shutil.which("valgrind") is None:
        print("there is no valgrind")
        return 77
    now = count(str(pathlib.Path(program).resolve()))
    if rest == ["--update"]:
        BASELINE.write_text(json.dumps(now, indent=2) + "\n")
        print(f"{BASELINE.name}: {len(now)} operations")
        return 0
    wrong = compare(now, json.loads(BASELINE.read_text()))
    for line in wrong:
        print(f"counts: {line}")
    if wrong:
        print("counts: a change that is meant is written with ./dev counts --update, and the commit says why")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
