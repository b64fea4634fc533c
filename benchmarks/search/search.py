"""Search beside SQLite's FTS5 with its trigram tokenizer: the same contacts in both, the same texts typed, one run.

    search.py [--small] [--rows N]

A search counts as right when the contact that was meant is among the first twenty. FTS5 is asked for a phrase where the text is given as
it is, and for any of its trigrams, by rank, where it is misspelt. Needs the Kith binding, as build/venv has it.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import kith

BATCH = 10_000
HITS = 20
FIELDS = ["name", "email", "phone"]
ONSETS = ["b", "br", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kl", "l", "m", "n", "p", "r", "s", "sch", "st", "t", "tr", "v", "w", "z"]
NUCLEI = ["a", "e", "i", "o", "u", "ai", "au", "ei", "ie", "oo"]
CODAS = ["n", "r", "l", "s", "t", "ck", "nd", "rt", "ng", "m"]
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
GIVEN = "明华丽强军平芳伟敏静磊洋艳勇杰娟涛超秀英霞玲桂兰红文玉国建海春梅志龙晓东新宇浩然子轩诗涵雨泽一诺"

Contact = tuple[str, str, str]
Store = TypeVar("Store")


def word(dice: random.Random, syllables: int) -> str:
    return "".join(dice.choice(ONSETS) + dice.choice(NUCLEI) for _ in range(syllables)) + dice.choice(CODAS)


def make(rows: int) -> list[Contact]:
    """A fifth has a Chinese name; mail and telephone as people write them."""
    dice = random.Random(11)
    first = [word(dice, 2).title() for _ in range(2_000)]
    last = [word(dice, dice.choice([2, 2, 3])).title() for _ in range(50_000)]
    contacts = []
    for i in range(rows):
        if i % 5 == 0:
            name = dice.choice(SURNAMES) + dice.choice(GIVEN) + dice.choice(GIVEN)
            email = f"{i}@firma{i % 20_011}.example"
        else:
            given, family = dice.choice(first), dice.choice(last)
            name, email = f"{given} {family}", f"{given.lower()}.{family.lower()}@firma{i % 20_011}.example"
        contacts.append((name, email, f"+86 1{dice.randrange(10**10):010d}"))
    return contacts


def misspell(dice: random.Random, text: str) -> str:
    """One letter swapped, replaced, left out or doubled, not the first."""
    at = dice.randrange(1, len(text) - 1)
    kind = dice.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 1:
        return text[:at] + dice.choice("abcdefghijklmnopqrstuvwxyz") + text[at + 1 :]
    return text[:at] + text[at + 1 :] if kind == 2 else text[:at] + text[at] + text[at:]


def typed(contacts: list[Contact], count: int) -> dict[str, list[tuple[str, int]]]:
    """By kind of search: what is typed, and which contact is meant."""
    dice = random.Random(12)
    latin = [i for i in range(len(contacts)) if i % 5]
    han = [i for i in range(len(contacts)) if i % 5 == 0]
    names = ["name", "beginnings", "fragment of a mail", "telephone", "misspelt", "Chinese"]
    kinds: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    for _ in range(count):
        i = dice.choice(latin)
        name, email, phone = contacts[i]
        given, family = name.split(" ")
        kinds["name"].append((name.lower(), i))
        kinds["beginnings"].append((f"{given[:4]} {family[:5]}", i))
        kinds["fragment of a mail"].append((email[2 : 2 + len(given) + 5].replace(".", " "), i))
        kinds["telephone"].append((phone[6:], i))
        kinds["misspelt"].append((f"{given} {misspell(dice, family)}", i))
        kinds["Chinese"].append((contacts[dice.choice(han)][0], -1))
    return kinds


class Kith:
    name = "Kith"

    def __init__(self, folder: Path, contacts: list[Contact], indexed: bool = True) -> None:
        package = {
            "package": "bench.search",
            "version": "1.0.0",
            "types": [
                {
                    "name": "person",
                    "fields": [{"name": name, "kind": "text"} for name in FIELDS],
                    "indexes": [{"name": "search", "kind": "text", "fields": FIELDS, "weights": [4, 2, 2]}] if indexed else [],
                }
            ],
        }
        self.folder = folder
        self.db = kith.open(folder / "db", create=True)
        self.db.ensure(package)
        self.first = 0
        for begin in range(0, len(contacts), BATCH):
            with self.db.batch(reason="load") as batch:
                made = [batch.create("person", name=c[0], email=c[1], phone=c[2]) for c in contacts[begin : begin + BATCH]]
            assert batch.outcome is not None
            self.first = self.first or batch.outcome.id(made[0])
        self.snapshot = self.db.snapshot()

    def search(self, text: str, _misspelt: bool) -> list[int]:
        return [hit["id"] - self.first for hit in self.snapshot.search(text, ["person"], limit=HITS)]

    def bytes(self) -> int:
        """Of a compact copy: what the index adds is the difference to one without."""
        self.db.backup(self.folder / "copy")
        return sum(file.stat().st_size for file in (self.folder / "copy").iterdir())


class Fts:
    name = "FTS5 trigram"

    def __init__(self, folder: Path, contacts: list[Contact]) -> None:
        self.db = sqlite3.connect(folder / "fts.db")
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA mmap_size=4000000000")
        self.db.execute("CREATE TABLE person (name TEXT, email TEXT, phone TEXT)")
        self.db.execute(
            "CREATE VIRTUAL TABLE words USING fts5(name, email, phone, content='person', content_rowid='rowid', tokenize='trigram')"
        )
        with self.db:
            self.db.executemany("INSERT INTO person VALUES (?, ?, ?)", contacts)
        with self.db:
            self.db.execute("INSERT INTO words(words) VALUES ('rebuild')")
        with self.db:
            self.db.execute("INSERT INTO words(words) VALUES ('optimize')")

    def search(self, text: str, misspelt: bool) -> list[int]:
        words = [part for part in text.split() if len(part) > 2]
        grams = [part[i : i + 3] for part in words for i in range(len(part) - 2)] if misspelt else words
        match = (" OR " if misspelt else " AND ").join(f'"{gram}"' for gram in grams)
        return [row[0] - 1 for row in self.db.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (match, HITS))]

    def bytes(self) -> int:
        return self.db.execute("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'words_%'").fetchone()[0]


def timed(make_store: Callable[[], Store]) -> tuple[float, Store]:
    begin = time.perf_counter()
    store = make_store()
    return time.perf_counter() - begin, store


def measure(search: Callable[[str, bool], list[int]], kind: str, texts: list[tuple[str, int]]) -> tuple[float, float, float]:
    """Median and 99th percentile in ms, and the share of right answers."""
    spent, right = [], 0
    for text, meant in texts:
        begin = time.perf_counter()
        hits = search(text, kind == "misspelt")
        spent.append((time.perf_counter() - begin) * 1e3)
        right += meant in hits if meant >= 0 else bool(hits)
    return statistics.median(spent), sorted(spent)[len(spent) * 99 // 100], right / len(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a moment of each")
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    contacts = make(5_000 if given.small else given.rows)
    with TemporaryDirectory() as folder:
        plain, store, fts = Path(folder, "plain"), Path(folder, "kith"), Path(folder, "fts")
        for path in (plain, store, fts):
            path.mkdir()
        plain_s, without = timed(lambda: Kith(plain, contacts, indexed=False))
        kith_s, ours = timed(lambda: Kith(store, contacts))
        fts_s, theirs = timed(lambda: Fts(fts, contacts))
        print(f"{len(contacts)} contacts")
        print(f"Kith: loaded in {kith_s:.1f} s, without the index {plain_s:.1f} s; index {(ours.bytes() - without.bytes()) / 1e6:.0f} MB")
        print(f"FTS5 trigram: loaded in {fts_s:.1f} s; index {theirs.bytes() / 1e6:.0f} MB")
        stores: list[Kith | Fts] = [ours, theirs]
        print(f"{'':20} {'':14} {'p50 ms':>8} {'p99 ms':>8} {'right':>7}")
        for kind, texts in typed(contacts, 50 if given.small else 400).items():
            for store in stores:
                if kind == "Chinese" and isinstance(store, Fts) and any(len(text) < 3 for text, _ in texts):
                    continue  # a trigram finds no name of two characters
                p50, p99, right = measure(store.search, kind, texts)
                print(f"{kind:20} {store.name:14} {p50:8.2f} {p99:8.2f} {right:7.1%}")


if __name__ == "__main__":
    main()
