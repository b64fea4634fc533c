"""clang-tidy over lib/ and capi/, two files at a time. A file is read again only when it, a header of ours that it includes, its
command or .clang-tidy changed since it last passed, in any clone: what passed is noted beside ccache's objects. Usage: tidy.py
BUILD_FOLDER [--analyze] [FILE...]; --analyze: Clang's static analyzer instead."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What GCC's library calls of its own is not ours to mend.
EXTRA = ["--extra-arg=-fno-sanitize=all", "--extra-arg=-Wno-deprecated-declarations"]
TIDY = [str(pathlib.Path(sys.executable).with_name("clang-tidy")), "--quiet", *EXTRA]
ANALYZER = "--checks=-*,clang-analyzer-*,-clang-analyzer-optin.cplusplus.UninitializedObject,-clang-analyzer-optin.performance.Padding"
KEPT_SECONDS = 30 * 24 * 3600  # a note that nobody asked for in this time goes


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


def notes() -> pathlib.Path:
    """The folder of a file for each thing that passed, named by what was read."""
    home = os.environ.get("CCACHE_DIR") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "ccache"
    folder = pathlib.Path(home) / "tidy"
    folder.mkdir(parents=True, exist_ok=True)
    for note in folder.iterdir():
        if time.time() - note.stat().st_mtime > KEPT_SECONDS:
            note.unlink(missing_ok=True)
    return folder


def output_of(command: str) -> str:
    words = shlex.split(command)
    return words[words.index("-o") + 1]


def digest(path: pathlib.Path, memo: dict[pathlib.Path, bytes]) -> bytes:
    if path not in memo:
        memo[path] = hashlib.sha256(path.read_bytes()).digest()
    return memo[path]


def main() -> int:
    build = pathlib.Path(sys.argv[1]).resolve()
    tidy = [*TIDY, ANALYZER] if "--analyze" in sys.argv[2:] else TIDY
    only = {pathlib.Path(name).resolve() for name in sys.argv[2:] if name != "--analyze"}
    cache = notes()
    version = subprocess.run([*tidy, "--version"], check=True, capture_output=True).stdout
    always = hashlib.sha256(" ".join(tidy[1:]).encode() + version + (ROOT / ".clang-tidy").read_bytes())
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
        key = always.copy()
        key.update(entry["command"].replace(str(ROOT), "").encode() + digest(file, memo))
        for path in sorted(deps.get(output_of(entry["command"]), [])):
            key.update(digest(path, memo))
        stamp = cache / key.hexdigest()
        if stamp.exists():
            stamp.touch()
        else:
            todo.append((entry["file"], stamp))

    def run(item: tuple[str, pathlib.Path]) -> bool:
        file, stamp = item
        result = subprocess.run([*tidy, "-p", str(build), file], check=False, capture_output=True, text=True)
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
