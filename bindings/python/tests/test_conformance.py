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
    return value.isoformat() if isinstance(value, datetime.date) else value


def apply(db: kith.Database, step: dict[str, Any]) -> None:
    batch = db.batch_from_json(json.dumps(step["apply"]), key=step.get("key", ""), dry_run=step.get("dry_run", False))
    outcome = batch.apply()
    assert outcome.replayed == step.get("replayed", outcome.replayed)
    assert (outcome.first_sequence != 0) == step.get("changed", outcome.first_sequence != 0)


def run(db: kith.Database, step: dict[str, Any]) -> None:
    if "apply" in step:
        apply(db, step)
        return
    rows = db.query(step["query"], step.get("parameters"))
    assert [{name: plain(value) for name, value in row.items() if name != "id"} for row in rows] == step["rows"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(db: kith.Database, vector: dict[str, Any]) -> None:
    for step in vector["steps"]:
        if "error" not in step:
            run(db, step)
            continue
        with pytest.raises(kith.Error) as caught:
            run(db, step)
        for part, expected in step["error"].items():
            assert getattr(caught.value, part) == expected
