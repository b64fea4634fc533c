"""What a language costs: records read through Python and Go beside C++, and Python beside its sqlite3, in one run.

    ffi.py [--small] [--rows N] --native PROGRAM --go PROGRAM

Medians of rounds that are interleaved: C++, Python, Go, and again; of CPU time, all threads of a process together, which a busy machine disturbs
least. Amounts are read as kith.Money, names as text: in place in C++ and Go, where Go is also measured with copies.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import kith
from kith import Money

BATCH = 20_000
HOT = 400  # records that are got, over and over: what a call costs, not what memory does; their pages fit into the cache that SQLite has by default
STEP = 7919  # from one of them to the next, the same in each language
TYPE = "opportunity"
# What is measured, in what, against what; how it must compare: times of the other that it may take, or ns on top, or records a second.
GOALS = [
    ("Python", "get a field", "sqlite3, in a transaction", "get a field", "at least 5 times as fast"),
    ("Python", "get a field", "sqlite3", "get a field", "at least 5 times as fast"),
    ("Python", "iterate, two fields", "", "", "3.0 M/s"),
    ("Python", "tuples of two fields", "sqlite3", "iterate, two fields", "3.0 M/s"),
    ("Python", "Arrow of two fields", "", "", "10.0 M/s"),
    ("Go", "a call alone", "", "", ""),
    ("Go", "get", "C++", "get", "at most 150 ns more"),
    ("Go", "get a field", "C++", "get a field", ""),
    ("Go", "scan two fields", "C++", "scan two fields", "at most 1.5 times as long"),
    ("Go", "scan, texts copied", "C++", "scan two fields", ""),
]

Took = dict[tuple[str, str], list[float]]


def fill(folder: Path, rows: int) -> sqlite3.Connection:
    """The same deals in a Kith database and in a file of SQLite under the same ids."""
    sql = sqlite3.connect(folder / "deals.sqlite", isolation_level=None)
    sql.execute("CREATE TABLE deals (id INTEGER PRIMARY KEY, name TEXT, minor INTEGER, currency TEXT)")
    with kith.open(folder / "deals.kith", create=True, relaxed=True) as db:
        for first in range(0, rows, BATCH):
            deals = [(f"Deal {i} of client {i % 9973}", 100 * i + 1) for i in range(first, min(first + BATCH, rows))]
            with db.batch() as batch:
                made = [batch.create(TYPE, name=name, amount=Money(minor, "CNY")) for name, minor in deals]
            assert batch.outcome is not None
            sql.execute("BEGIN")
            sql.executemany(
                "INSERT INTO deals VALUES (?, ?, ?, 'CNY')", [(batch.outcome.id(local), *deal) for local, deal in zip(made, deals, strict=True)]
            )
            sql.execute("COMMIT")
    return sql


def python_parts(now: kith.Snapshot, ids: list[int]) -> Iterator[tuple[str, Callable[[], object], int]]:
    def get() -> None:
        for id in ids:
            now[id]["amount"]

    def iterate() -> None:
        for record in now.scan(TYPE):
            record["name"], record["amount"]

    def tuples() -> None:
        for _name, _amount in now.tuples(TYPE, "name", "amount"):
            pass

    yield "get a field", get, len(ids)
    count = now.export(TYPE, ["id"]).to_arrow().num_rows
    yield "iterate, two fields", iterate, count
    yield "tuples of two fields", tuples, count
    yield "Arrow of two fields", now.export(TYPE, ["name", "amount"]).to_arrow, count


def sqlite_parts(sql: sqlite3.Connection, ids: list[int]) -> Iterator[tuple[str, str, Callable[[], object], int]]:
    def get() -> None:
        for id in ids:
            sql.execute("SELECT minor FROM deals WHERE id = ?", (id,)).fetchone()

    def within() -> None:
        sql.execute("BEGIN")
        get()
        sql.execute("COMMIT")

    def iterate() -> None:
        for _name, _minor in sql.execute("SELECT name, minor FROM deals"):
            pass

    yield "sqlite3", "get a field", get, len(ids)
    yield "sqlite3, in a transaction", "get a field", within, len(ids)
    yield "sqlite3", "iterate, two fields", iterate, sql.execute("SELECT count(*) FROM deals").fetchone()[0]


def timed(work: Callable[[], object], records: int) -> float:
    start = time.process_time_ns()
    work()
    return (time.process_time_ns() - start) / records


def measure(folder: Path, sql: sqlite3.Connection, programs: dict[str, str], rounds: int, reads: int) -> Took:
    took: Took = defaultdict(list)
    with kith.open(folder / "deals.kith") as db, db.snapshot() as now:
        all_ids = [id for (id,) in now.tuples(TYPE, "id")]
        hot = [all_ids[i * STEP % len(all_ids)] for i in range(min(HOT, len(all_ids)))]
        ids = [hot[i % len(hot)] for i in range(reads)]
        for _ in range(rounds):
            for language, program in programs.items():
                told = subprocess.run([program, str(folder / "deals.kith"), "1", str(reads)], check=True, capture_output=True, text=True).stdout
                for part, ns in json.loads(told).items():
                    took[language, part] += ns
            for part, work, records in python_parts(now, ids):
                took["Python", part].append(timed(work, records))
            for engine, part, work, records in sqlite_parts(sql, ids):
                took[engine, part].append(timed(work, records))
    return took


def show(took: Took) -> None:
    median = {key: statistics.median(ns) for key, ns in took.items()}
    print(f"{'ns a record':<34}{'':>10}{'M/s':>8}")
    for (language, part), ns in sorted(median.items()):
        print(f"{language + ': ' + part:<46}{ns:>9.0f}{1000 / ns:>9.2f}")
    print("\nagainst each other")
    for language, part, other, other_part, goal in GOALS:
        ns = median.get((language, part))
        against = median.get((other, other_part))
        if ns is None or (other and against is None):
            continue
        told = f"{1000 / ns:.1f} M/s" if against is None else f"{against / ns:.1f} times as fast, {ns - against:+.0f} ns"
        print(f"{language + ': ' + part:<32}{'beside ' + other if other else '':<34}{told:<34}{'goal: ' + goal if goal else ''}")


def main() -> None:
    parser = argparse.ArgumentParser(description="What a language costs")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--native", help="the program of native.cc")
    parser.add_argument("--go", help="the program of go/main.go")
    given = parser.parse_args()
    rows, rounds = (3_000, 1) if given.small else (given.rows, given.rounds)
    programs = {language: program for language, program in (("C++", given.native), ("Go", given.go)) if program}
    with TemporaryDirectory(prefix="kith-ffi-") as folder:
        sql = fill(Path(folder), rows)
        print(f"{rows:,} records, {rounds} rounds", flush=True)
        show(measure(Path(folder), sql, programs, rounds, min(rows, 200_000)))


if __name__ == "__main__":
    main()
