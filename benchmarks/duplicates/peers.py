"""Duplicates beside Splink and recordlinkage: the same tables, no labels for anybody, every pair counted.

    peers.py PROGRAM FOLDER

PROGRAM: duplicates_bench as it was built. FOLDER: the shared data, with febrl and fodors_zagats. Needs splink, recordlinkage and pandas. Splink
gets the comparisons that its documentation recommends for each kind of field, learns u from random pairs and m by expectation maximization, and is
read at probability .5, Kith at .5, .9 and .99; recordlinkage gets Jaro-Winkler or exact comparisons, the same blocks, and its unsupervised ECM
classifier. Between the two guides of restaurants a row has one partner at most, the likeliest, for all three.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
import recordlinkage
import splink.comparison_library as cl
from recordlinkage.classifiers import ECMClassifier
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

PEOPLE = {
    "given_name": "name",
    "surname": "name",
    "street_number": "identifier",
    "address_1": "address",
    "address_2": "address",
    "suburb": "text",
    "postcode": "identifier",
    "state": "text",
    "date_of_birth": "date",
    "soc_sec_id": "identifier",
}
RESTAURANTS = {
    "name": "name",
    "addr": "address",
    "city": "text",
    "phone": "phone",
    "type": "text",
}
EXACT = {"street_number", "state"}
Pairs = set[tuple[int, int]]


def febrl(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, skipinitialspace=True, dtype=str)
    table.columns = [name.strip() for name in table.columns]
    table = table.map(lambda cell: cell.strip() or None if isinstance(cell, str) else None)
    table["entity"] = table.pop("rec_id").str.extract(r"rec-(\d+)-")[0]
    return table


def entry(text: str) -> dict[str, str]:
    found = re.findall(r"COL (\w+) VAL (.*?)(?= COL |$)", text.strip())
    return {name: re.sub(r"\s+", " ", re.sub(r"[`'\\,]", " ", value)).strip() for name, value in found}


def restaurants(folder: Path) -> pd.DataFrame:
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    for name in ("train", "valid", "test"):
        for line in (folder / f"{name}.txt").read_text().splitlines():
            left, right, same = line.split("\t")
            for source, text in ((1, left), (2, right)):
                rows.setdefault(
                    (source, text),
                    {**entry(text), "source": source, "entity": str(len(rows))},
                )
            if same.strip() == "1":
                rows[2, right]["entity"] = rows[1, left]["entity"]
    table = pd.DataFrame(list(rows.values()))[[*RESTAURANTS, "source", "entity"]]
    table["phone"] = table["phone"].str.replace(r"\D", "", regex=True)  # Kith sees to that by itself; so that it costs the others nothing
    return table


def truth(table: pd.DataFrame) -> Pairs:
    pairs = set()
    for _, rows in table.groupby("entity"):
        ids = sorted(rows.index)
        pairs |= {(a, b) for a in ids for b in ids if a < b and ("source" not in table or table.source[a] != table.source[b])}
    return pairs


def one_partner(table: pd.DataFrame, scored: list[tuple[float, int, int]]) -> Pairs:
    taken: set[int] = set()
    kept = set()
    for _, a, b in sorted(scored, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if "source" in table and (a in taken or b in taken):
            continue
        taken |= {a, b}
        kept.add((min(a, b), max(a, b)))
    return kept


def by_splink(table: pd.DataFrame, kinds: dict[str, str]) -> Pairs:
    def comparison(name: str, kind: str) -> Any:
        if name in EXACT:
            return cl.ExactMatch(name).configure(term_frequency_adjustments=True)
        if kind in ("identifier", "date", "phone"):
            return cl.DamerauLevenshteinAtThresholds(name, [1, 2])
        return cl.JaroWinklerAtThresholds(name, [0.95, 0.88, 0.75]).configure(term_frequency_adjustments=True)

    columns = list(kinds)
    rules = [block_on(name) for name in columns if name not in ("state", "type", "city")]
    settings = SettingsCreator(
        link_type="link_only" if "source" in table else "dedupe_only",
        unique_id_column_name="row",
        comparisons=[comparison(name, kind) for name, kind in kinds.items()],
        blocking_rules_to_generate_predictions=rules,
        retain_intermediate_calculation_columns=False,
    )
    rows = table[columns].copy()
    rows["row"] = table.index
    parts: Any = [rows[table.source == source] for source in (1, 2)] if "source" in table else rows
    api = DuckDBAPI()
    linker = Linker(
        [api.register(part) for part in parts] if isinstance(parts, list) else api.register(parts),
        settings,
    )
    linker.training.estimate_probability_two_random_records_match(rules[-2:], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (rules[0], rules[-1]):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
    return one_partner(table, list(zip(found.match_weight, found.row_l, found.row_r, strict=True)))


def by_recordlinkage(table: pd.DataFrame, kinds: dict[str, str]) -> Pairs:
    index = recordlinkage.Index()
    for name in kinds:
        if name not in ("state", "type", "city"):
            index.block(name)
    compare = recordlinkage.Compare()
    for name, kind in kinds.items():
        if name in EXACT:
            compare.exact(name, name)
        else:
            method = "damerau_levenshtein" if kind in ("identifier", "date", "phone") else "jarowinkler"
            compare.string(name, name, method=method, threshold=0.85)
    rows = table[list(kinds)]
    if "source" in table:
        left, right = rows[table.source == 1], rows[table.source == 2]
        features = compare.compute(index.index(left, right), left, right)
    else:
        features = compare.compute(index.index(rows), rows)
    classifier = ECMClassifier()
    found = classifier.fit_predict(features)
    chances = classifier.prob(features)
    return one_partner(table, [(float(chances[pair]), *pair) for pair in found])


def by_kith(table: pd.DataFrame, kinds: dict[str, str], program: str) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="") as file:
        written = table.fillna("").map(lambda cell: str(cell).replace(",", " "))
        written.to_csv(file, index=False, quoting=csv.QUOTE_NONE)
        file.flush()
        asked = [
            program,
            "--csv",
            file.name,
            *(f"{name}:{kind}" for name, kind in kinds.items()),
        ]
        lines = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()
    return "\n".join(f"  Kith {line.strip().removeprefix('probability ')}" for line in lines if ">= 0" in line or "heaviest" in line)


def main() -> None:
    program, folder = sys.argv[1], Path(sys.argv[2])
    tables = {f"febrl {n}": (febrl(folder / f"febrl/dataset{n}.csv"), PEOPLE) for n in (1, 2)}
    tables["fodors_zagats"] = (restaurants(folder / "fodors_zagats"), RESTAURANTS)
    for name, (table, kinds) in tables.items():
        real = truth(table)
        print(f"{name}: {len(table):,} rows, {len(real):,} pairs to find")
        print(by_kith(table, kinds, program))
        for peer, find in (("Splink", by_splink), ("recordlinkage", by_recordlinkage)):
            begin = time.perf_counter()
            found = find(table, kinds)
            right = len(found & real)
            precision, recall = right / max(1, len(found)), right / len(real)
            score = 2 * precision * recall / max(1e-9, precision + recall)
            spent = time.perf_counter() - begin
            print(f"  {peer:14} {len(found)} pairs, precision {precision:.4f}, recall {recall:.4f}, F1 {score:.4f} ({spent:.0f} s)")


if __name__ == "__main__":
    main()
