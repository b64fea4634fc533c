"""A pipeline that changes while deals are in it."""

from __future__ import annotations

from typing import Any

import pytest

import kith


def plan(**stages: Any) -> dict[str, Any]:
    names = [{"name": "work"}, {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]
    return {"pipeline": {"name": "default", "for_type": "opportunity", "stages": names}, "map": stages}


def test_records_follow_and_former_versions_answer() -> None:  # D05, D06, D10
    with kith.open(temporary=True) as db:
        with db.batch() as batch:
            deal = batch.create("opportunity", name="Deal")
            batch.move(deal, "default/proposal")
        with pytest.raises(kith.FailedPreconditionError):
            db.migrate_pipeline(plan())
        unplaced = db.migrate_pipeline(plan(), dry_run=True)["unplaced"]
        assert [one["stage"] for one in unplaced] == ["proposal"]
        assert db.migrate_pipeline(plan(proposal="work"))["moved"] == 1
        with db.snapshot() as now:
            former = [stage["name"] for stage in now.funnel("default", version=1)["stages"]]
        assert "negotiation" in former
        assert "work" not in former
