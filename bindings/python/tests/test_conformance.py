"""The vectors in tests/conformance, which each language runs; their form stands in its README."""

from __future__ import annotations

import datetime
import json
import pathlib
from typing import Any

import pytest

import kith

FOLDER = pathlib.Path(__file__).parents[3] / "tests" / "conformance"
VECTORS = [vector for path in sorted(FOLDER.glob("*.json")) for vector in json.loads(path.read_text(encoding="utf-8"))]


def plain(value: Any) -> Any:
    """As the library's JSON has it."""
    if isinstance(value, kith.Money):
        return {"minor": value.minor, "currency": value.currency}
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime.date) else value


class Run:
    """One vector as it runs: "@name" stands for what a step kept, an id or a moment."""

    def __init__(self, db: kith.Database) -> None:
        self.db = db
        self.kept: dict[str, Any] = {}

    def filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.filled(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.filled(member) for member in value]
        return self.kept.get(value, value) if isinstance(value, str) else value

    def step(self, step: dict[str, Any]) -> None:
        do = next(name for name in ("apply", "query", "feed", "convert", "continue", "guide", "policy", "keep", "mark") if name in step)
        getattr(self, f"do_{do}")(self.filled(step))

    def do_apply(self, step: dict[str, Any]) -> None:
        batch = self.db.batch_from_json(
            json.dumps(step["apply"]), key=step.get("key", ""), dry_run=step.get("dry_run", False), viewer=step.get("viewer", 0)
        )
        outcome = batch.apply()
        assert outcome.replayed == step.get("replayed", outcome.replayed)
        assert (outcome.first_sequence != 0) == step.get("changed", outcome.first_sequence != 0)

    def do_query(self, step: dict[str, Any]) -> None:
        with self.db.snapshot(step.get("viewer", 0)) as now:
            effective, recorded = (moment(step.get(axis)) for axis in ("effective", "recorded"))
            rows = now.query(step["query"], step.get("parameters"), effective=effective, recorded=recorded)
            assert [{name: plain(value) for name, value in row.items() if name != "id"} for row in rows] == step["rows"]

    def do_feed(self, step: dict[str, Any]) -> None:
        with self.db.snapshot(step.get("viewer", 0)) as now:
            got = [
                {name: entry[name] for name in ("type", "operation", "reason")}
                | {"fields": {change["field"]: [change["before"], change["after"]] for change in entry["fields"]}}
                for entry in now.feed(0, **step["feed"])
            ]
        assert got == step["entries"]

    def do_convert(self, step: dict[str, Any]) -> None:
        report = self.db.convert(step["convert"], **step.get("options", {}))
        got = {name: report[name] for name in ("already", "stays")}
        got |= {part: report[part] and report[part]["how"] for part in ("person", "organisation", "deal")}
        assert got == step["report"]

    def do_continue(self, step: dict[str, Any]) -> None:
        external = tuple(step["ref"]) if "ref" in step else None
        report = self.db.continue_document(step["continue"], step["type"], dict(step.get("take", ())) or None, external=external)
        assert {name: report[name] for name in ("lines", "already")} == step["report"]

    def do_guide(self, step: dict[str, Any]) -> None:
        with self.db.snapshot() as now:
            tracks = now.guide(step["guide"])["tracks"]
        got = []
        for track in tracks:
            ahead = [{"name": s["name"], "refused": s["refused"], "unmet": [one["name"] for one in s["unmet"]]} for s in track["next"]]
            got.append({"stage": track["stage_name"], "kind": track["kind"], "next": ahead})
        assert got == step["tracks"]

    def do_policy(self, step: dict[str, Any]) -> None:
        self.db.set_policy(step["policy"])

    def do_keep(self, step: dict[str, Any]) -> None:
        with self.db.snapshot() as now:
            found = now.find(step["type"], tuple(step["ref"]))
            assert found is not None
            self.kept["@" + step["keep"]] = found.id

    def do_mark(self, step: dict[str, Any]) -> None:
        self.kept["@" + step["mark"]] = datetime.datetime.now(datetime.UTC)


def moment(value: Any) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(value) if isinstance(value, str) else value


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(db: kith.Database, vector: dict[str, Any]) -> None:
    run = Run(db)
    for step in vector["steps"]:
        if "error" not in step:
            run.step(step)
            continue
        with pytest.raises(kith.Error) as caught:
            run.step(step)
        for part, expected in step["error"].items():
            assert getattr(caught.value, part) == expected
