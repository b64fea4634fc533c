"""Warm paths beside igraph: the same people and edges in both, the same targets, one run.

    introductions.py [--small] [--people N] [--edges N] [--ours N ...]

Kith reads records of its file and needs no load; it is asked for the best path of at most four hops. igraph holds the graph in memory; it is
asked for the path of least -ln(damping x strength) from the target to a vertex joined to all of ours, of any number of hops, and Dijkstra
stops there. Where igraph's best has at most four hops, both must find the same value. Times are processor time of the calling thread, so that
a busy machine does not tell in them. Needs the Kith binding, as build/venv has it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import random
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import igraph
import kith

BATCH = 10_000
DAMPING = 0.8
HOPS = 4
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
MEETING = 1 - math.exp(-0.5)  # the tie that one meeting of today makes

Edges = dict[tuple[int, int], float]


def make(people: int, edges: int) -> Edges:
    """Preferential attachment makes some known to thousands; most acquaintances are slight."""
    dice = random.Random(7)
    known: Edges = {}
    ends: list[int] = []
    while len(known) < edges:
        a = dice.randrange(people)
        b = dice.choice(ends) if ends and dice.random() < 0.25 else dice.randrange(people)
        pair = (min(a, b), max(a, b))
        if a != b and pair not in known:
            known[pair] = round(dice.uniform(0.01, 0.99), 3)
            ends.append(a)
    return known


class Kith:
    name = "Kith"

    def __init__(self, folder: Path, people: int, known: Edges, ours: list[int]) -> None:
        self.db = kith.open(folder / "db", create=True)
        self.ids: list[int] = []
        for begin in range(0, people, BATCH):
            with self.db.batch(reason="load") as batch:
                made = [batch.create("contact", name=f"person {begin + i}") for i in range(min(BATCH, people - begin))]
            assert batch.outcome is not None
            self.ids.extend(batch.outcome.id(local) for local in made)
        with self.db.batch(reason="load") as batch:
            for person in ours:
                employee = batch.create("employee", name="one of ours")
                batch.create("interaction", kind="meeting", direction="mutual", at=NOW, employee=employee, contact=self.ids[person])
        pairs = list(known.items())
        for begin in range(0, len(pairs), BATCH):
            with self.db.batch(reason="load") as batch:
                for (a, b), strength in pairs[begin : begin + BATCH]:
                    fields: dict[str, Any] = {"from": self.ids[a], "to": self.ids[b], "strength": strength}
                    batch.create("acquaintance", None, **fields)
        self.snapshot = self.db.snapshot()

    def best(self, target: int) -> tuple[float, int]:
        [path] = self.snapshot.introductions(self.ids[target], count=1, hops=HOPS, damping=DAMPING, as_of=NOW) or [{"value": 0.0, "hops": []}]
        return path["value"], len(path["hops"])


class Igraph:
    name = "igraph"

    def __init__(self, people: int, known: Edges, ours: list[int]) -> None:
        self.start = people
        pairs = list(known) + [(person, people) for person in ours]
        strengths = list(known.values()) + [MEETING] * len(ours)
        self.graph = igraph.Graph(n=people + 1, edges=pairs)
        self.weights = [-math.log(DAMPING * strength) for strength in strengths]

    def best(self, target: int) -> tuple[float, int]:
        [path] = self.graph.get_shortest_paths(target, to=self.start, weights=self.weights, output="epath")
        return math.exp(-sum(self.weights[edge] for edge in path)) / DAMPING if path else 0.0, len(path)


def timed(store: Kith | Igraph, targets: list[int]) -> tuple[list[float], list[tuple[float, int]]]:
    spent, answers = [], []
    for target in targets:
        begin = time.thread_time()
        answers.append(store.best(target))
        spent.append((time.thread_time() - begin) * 1e3)
    return sorted(spent), answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a moment of it")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--ours", type=int, nargs="*", default=[10, 100, 1_000], help="how many people we know, one run each")
    arguments = parser.parse_args()
    people, edges = (1_000, 5_000) if arguments.small else (arguments.people, arguments.edges)
    known = make(people, edges)
    dice = random.Random(3)
    for count in [10] if arguments.small else arguments.ours:
        ours = dice.sample(range(people), count)
        targets = dice.sample(range(people), 10 if arguments.small else 200)
        with TemporaryDirectory() as folder:
            begin = time.perf_counter()
            stores: list[Kith | Igraph] = [Kith(Path(folder), people, known, ours), Igraph(people, known, ours)]
            print(f"{people:,} people, {edges:,} acquaintances, {count:,} ties of ours; loaded in {time.perf_counter() - begin:.0f} s")
            medians, found = [], []
            for store in stores:
                spent, answers = timed(store, targets)
                found.append(answers)
                medians.append(statistics.median(spent))
                print(f"  {store.name:8} median {medians[-1]:8.2f} ms   95 % {spent[int(0.95 * len(spent))]:8.2f} ms   most {spent[-1]:8.2f} ms")
            wrong = [(a, b) for a, b in zip(*found, strict=True) if b[1] <= HOPS and abs(a[0] - b[0]) > 1e-9]
            print(f"  igraph / Kith {medians[1] / medians[0]:.1f}; {sum(b[1] > HOPS for b in found[1])} best paths of igraph have more than {HOPS} hops")
            assert not wrong, f"the two differ: {wrong[:3]}"


if __name__ == "__main__":
    main()
