"""clang-tidy over lib/ and capi/, two files at a time. A file is read again only when it, a header of ours that it includes, its
command or .clang-tidy changed since it last passed. Usage: tidy.py BUILD_FOLDER [FILE...]"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def dependencies(build: pathlib.Path) -> dict[str, list[pathlib.Path]]:
    """Object file -> the project's own files it was compiled from."""
    out = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], check=True, capture_output=True, text=True).stdout
    found: dict[str, list[pathlib.Path]] = {}
    current = ""
    for line in out.splitlines():
        if line.startswith("    "):
            path = (build / line.strip()).resolve()
            if path.is_relative_to(ROOT):
                found[current].append(path)
        elif ":" in line:
            current = line.split(":")[0]
            found[current] = []
    return found


def output_of(command: str) -> str:
    words = shlex.split(command)
    return words[words.index("-o") + 1]


def digest(path: pathlib.Path, memo: dict[pathlib.Path, bytes]) -> bytes:
    if path not in memo:
        memo[path] = hashlib.sha256(path.read_bytes()).digest()
    return memo[path]


def main() -> int:
    build = pathlib.Path(sys.argv[1]).resolve()
    only = {pathlib.Path(name).resolve() for name in sys.argv[2:]}
    cache = build / "tidy"
    cache.mkdir(exist_ok=True)
    deps = dependencies(build)
    memo: dict[pathlib.Path, bytes] = {}
    todo: list[tuple[str, pathlib.Path]] = []
    total = 0
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        if only and file not in only or not file.is_relative_to(ROOT) or file.relative_to(ROOT).parts[0] not in ("lib", "capi"):
            continue
        if "examples" in file.parts:
            continue
        total += 1
        key = hashlib.sha256(entry["command"].encode() + digest(ROOT / ".clang-tidy", memo) + digest(file, memo))
        for path in sorted(deps.get(output_of(entry["command"]), [])):
            key.update(digest(path, memo))
        stamp = cache / key.hexdigest()
        if not stamp.exists():
            todo.append((entry["file"], stamp))

    def run(item: tuple[str, pathlib.Path]) -> bool:
        file, stamp = item
        result = subprocess.run(["clang-tidy", "-p", str(build), "--quiet", file], check=False, capture_output=True, text=True)
        if result.returncode == 0 and "warning:" not in result.stdout:
            stamp.touch()
            return True
        print(result.stdout, end="", flush=True)
        if "warning:" not in result.stdout and "error:" not in result.stdout:
            print(result.stderr, end="", flush=True)
        return False

    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count() or 1))) as pool:
        failed = sum(not good for good in pool.map(run, todo))
    print(f"clang-tidy: {total} files, {len(todo)} read, {failed} with findings")
    return 1 if failed else 0


sys.exit(main())
