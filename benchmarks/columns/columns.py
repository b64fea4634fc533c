"""Columns beside SQLite and DuckDB: the same deals in each, one thread, interleaved in one run, every answer checked to be equal.

    columns.py [--small] [--rows N]

Needs the Kith binding, numpy and duckdb, as build/venv has them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import kith
import numpy as np
import pyarrow

STAGES = ["new", "qualified", "offer", "talks", "won", "lost"]
OWNERS = 50
EPOCH = dt.date(1970, 1, 1)
FIRST_DAY = 20_000
# A quarter of the deals each.
LEAST = 750_000
FROM_DAY = FIRST_DAY + 1_095
FIELDS = [
    {"name": "stage", "kind": "choice", "choices": [{"name": name} for name in STAGES]},
    {"name": "amount", "kind": "money"},
    {"name": "close_date", "kind": "date"},
    {"name": "score", "kind": "int"},
    {"name": "seats", "kind": "int"},
    {"name": "name", "kind": "text"},
    {"name": "email", "kind": "text"},
    {"name": "note", "kind": "text"},
]
COLUMNS = ["stage", "owner", "amount", "close_date", "score", "seats"]
BATCH = 20_000


def texts(i: int) -> tuple[str, str, str]:
    """What no query here reads, and every store of rows has to step over."""
    note = f"Met at the fair; wants a trial of the {i % 64} seat plan, budget to be named after the board meets."
    return f"Deal {i} of client {i % 9973}", f"buyer{i}@client{i % 9973}.example", note


def make(rows: int) -> dict[str, np.ndarray]:
    dice = np.random.default_rng(7)
    return {
        "stage": dice.integers(1, len(STAGES) + 1, rows),
        "owner": dice.integers(1, OWNERS + 1, rows),
        "amount": dice.integers(0, 1_000_000, rows),
        "day": FIRST_DAY + dice.integers(0, 1_460, rows),
        "score": dice.integers(0, 101, rows),
        "seats": dice.integers(1, 5_000, rows),
    }


class Kith:
    name = "Kith"

    def __init__(self, folder: Path, data: dict[str, np.ndarray], columns: bool) -> None:
        indexes = [{"name": f"col_{field}", "kind": "column", "fields": [field]} for field in COLUMNS]
        package = {
            "package": "bench.columns",
            "version": "1.0.0",
            "types": [{"name": "deal", "fields": FIELDS, "indexes": indexes if columns else []}],
        }
        self.db = kith.open(folder, create=True)
        self.db.ensure(package)
        self.first = 0
        rows = len(data["stage"])
        for begin in range(0, rows, BATCH):
            with self.db.batch(reason="load") as batch:
                deals = [self._add(batch, data, i) for i in range(begin, min(begin + BATCH, rows))]
            self.first = self.first or batch.outcome.id(deals[0])
        self.snapshot = self.db.snapshot()

    @staticmethod
    def _add(batch: Any, data: dict[str, np.ndarray], i: int) -> Any:
        name, email, note = texts(i)
        return batch.create(
            "deal",
            stage=STAGES[data["stage"][i] - 1],
            owner=int(data["owner"][i]),
            amount=kith.Money(int(data["amount"][i]), "CNY"),
            close_date=EPOCH + dt.timedelta(days=int(data["day"][i])),
            score=int(data["score"][i]),
            seats=int(data["seats"][i]),
            name=name,
            email=email,
            note=note,
        )

    def sums(self) -> list[tuple[Any, ...]]:
        day = (EPOCH + dt.timedelta(days=FROM_DAY)).isoformat()
        rows = self.snapshot.query(
            {
                "from": "deal",
                "where": f"close_date >= date('{day}') && amount >= money('{LEAST / 100:.2f}', 'CNY')",
                "group": ["stage", "owner"],
                "aggregates": [{"sum": "amount", "name": "total"}, {"count": "*", "name": "deals"}],
            }
        )
        self.explain = rows.explain
        return [(STAGES.index(r["stage"]) + 1, r["owner"], r["total"][0].minor, r["deals"]) for r in rows]

    def total(self) -> list[tuple[Any, ...]]:
        rows = self.snapshot.query({"from": "deal", "where": "score >= 50", "aggregates": [{"sum": "seats"}, {"count": "*"}]})
        return [tuple(row.values()) for row in rows]

    def export(self) -> list[tuple[Any, ...]]:
        """Six columns as Arrow batches, each dropped when it was read."""
        rows = 0
        for batch in pyarrow.RecordBatchReader.from_stream(self.snapshot.export("deal", COLUMNS)):
            rows += batch.num_rows
        return [(rows,)]

    def patch(self, rows: np.ndarray, score: int) -> None:
        with self.db.batch(reason="patch") as batch:
            for row in rows:
                batch.set(self.first + int(row), score=score, seats=score + 1)

    def patch_name(self, rows: np.ndarray, name: str) -> None:
        with self.db.batch(reason="patch") as batch:
            for row in rows:
                batch.set(self.first + int(row), name=name)


SUMS = f"""SELECT stage, owner, sum(amount), count(*) FROM deal WHERE day >= {FROM_DAY} AND amount >= {LEAST}
    GROUP BY stage, owner ORDER BY stage, owner"""
TOTAL = "SELECT sum(seats), count(*) FROM deal WHERE score >= 50"
TABLE = "stage {small}, owner {small}, amount {big}, day {small}, score {small}, seats {small}"


class Sqlite:
    name = "SQLite"

    def __init__(self, folder: Path, data: dict[str, np.ndarray]) -> None:
        self.db = sqlite3.connect(folder / "sqlite.db")
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA mmap_size=8589934592; PRAGMA cache_size=-262144;")
        self.db.execute(f"CREATE TABLE deal(id INTEGER PRIMARY KEY, {TABLE.format(small='INTEGER', big='INTEGER')}, name TEXT, email TEXT, note TEXT)")
        rows = zip(*(column.tolist() for column in data.values()), strict=True)
        values = (row + texts(i) for i, row in enumerate(rows))
        self.db.executemany(f"INSERT INTO deal VALUES(NULL{', ?' * 9})", values)
        self.db.commit()

    def sums(self) -> list[tuple[Any, ...]]:
        return self.db.execute(SUMS).fetchall()

    def total(self) -> list[tuple[Any, ...]]:
        return self.db.execute(TOTAL).fetchall()


class DuckDb:
    name = "DuckDB"

    def __init__(self, folder: Path, data: dict[str, np.ndarray]) -> None:
        self.db = duckdb.connect(str(folder / "duck.db"))
        self.db.execute("SET threads = 1")
        self.db.execute(f"CREATE TABLE deal({TABLE.format(small='INTEGER', big='BIGINT')})")
        self.db.execute("INSERT INTO deal SELECT stage, owner, amount, day, score, seats FROM data")
        self.db.execute("CHECKPOINT")

    def sums(self) -> list[tuple[Any, ...]]:
        return self.db.execute(SUMS).fetchall()

    def total(self) -> list[tuple[Any, ...]]:
        return self.db.execute(TOTAL).fetchall()

    def export(self) -> list[tuple[Any, ...]]:
        rows = 0
        for batch in self.db.sql("SELECT * FROM deal").to_arrow_reader(8192):
            rows += batch.num_rows
        return [(rows,)]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    answer = work()
    return time.process_time() - begin, answer


def compare(title: str, stores: list[Any], ask: Callable[[Any], Any], repeats: int) -> dict[str, float]:
    times: dict[str, list[float]] = {store.name: [] for store in stores}
    for _ in range(repeats):
        answers = []
        for store in stores:
            elapsed, answer = timed(lambda store=store: ask(store))
            times[store.name].append(elapsed)
            answers.append(answer)
        if any(answer != answers[0] for answer in answers):
            sys.exit(f"{title}: the stores disagree")
    medians = {name: statistics.median(all_times) for name, all_times in times.items()}
    own = medians["Kith"]
    print(f"{title:28}", *(f"{name} {seconds * 1e3:8.2f} ms ({seconds / own:.2f})" for name, seconds in medians.items()))
    return medians


def patches(stores: dict[str, Kith], rows: int, repeats: int) -> dict[str, float]:
    """Wall time a patched record, durable batches of 100, of which two fields, or none, have a column."""
    dice = np.random.default_rng(11)
    times: dict[str, list[float]] = {}
    for repeat in range(repeats):
        for where, among in (("any", rows), ("the latest", min(rows, 20_000))):
            chosen = rows - among + np.sort(dice.choice(among, 100, replace=False))
            for name, store in stores.items():
                begin = time.perf_counter()
                store.patch(chosen, 200 + repeat)
                times.setdefault(f"two columns' fields, {where}, {name}", []).append(time.perf_counter() - begin)
                begin = time.perf_counter()
                store.patch_name(chosen, f"Named {repeat}")
                times.setdefault(f"another field, {where}, {name}", []).append(time.perf_counter() - begin)
    medians = {name: statistics.median(all_times) / 100 for name, all_times in times.items()}
    for name, seconds in sorted(medians.items()):
        print(f"patch of {name:50} {seconds * 1e6:8.1f} µs")
    return medians


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    rows = 20_000 if given.small else given.rows
    repeats = 3 if given.small else 15
    data = make(rows)
    with TemporaryDirectory(prefix="kith_columns.", dir=".") as name:
        folder = Path(name)
        columns = Kith(folder / "columns", data, True)
        stores = [columns, Sqlite(folder, data), DuckDb(folder, data)]
        figures = {
            "sums": compare("filter on two, sums by two", stores, lambda store: store.sums(), repeats),
            "total": compare("filter on one, one sum", stores, lambda store: store.total(), repeats),
            "export": compare("six columns as Arrow", [columns, stores[2]], lambda store: store.export(), repeats),
        }
        print(json.dumps(columns.explain()))
        plain = Kith(folder / "plain", data, False)
        figures["patch"] = patches({"without columns": plain, "with columns": columns}, rows, repeats * 8)
        Path("columns.json").write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
