"""Pools: claims, returns, assignment, silence; and what people said a period would bring."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import kith
from kith import Money


def pooled(db: kith.Database, leads: int, **pool: Any) -> tuple[list[int], list[int]]:
    """People who are members of the pool, and free leads in it."""
    with db.batch() as batch:
        made = batch.create("pool", name="north", **pool)
        people = [batch.create("employee", name=name) for name in ("Ann", "Bob")]
        for person in people:
            batch.create("pool_member", pool=made, employee=person)
        free = [batch.create("lead", name=f"L{i}", pool="north") for i in range(leads)]
    assert batch.outcome is not None
    return [batch.outcome.id(local) for local in people], [batch.outcome.id(local) for local in free]


def test_a_claim_keeps_what_the_pool_says(db: kith.Database) -> None:  # K02 K10
    (ann, bob), leads = pooled(db, 3, capacity=1, cooling_days=3)
    with db.batch() as batch:
        batch.claim(leads[0], ann, "knows them")
    with pytest.raises(kith.FailedPreconditionError), db.batch() as batch:
        batch.claim(leads[0], bob)
    with pytest.raises(kith.FailedPreconditionError, match="may hold 1"), db.batch() as batch:
        batch.claim(leads[1], ann)
    with db.snapshot() as now, db.batch() as batch:
        batch.release(now, leads[0], "no budget")
    with pytest.raises(kith.FailedPreconditionError, match="had it until"), db.batch() as batch:
        batch.claim(leads[0], ann)
    with db.snapshot() as now:
        assert now[leads[0]]["owner"] is None
        [claim] = list(now.query({"from": "pool_claim", "select": ["how", "ended", "end_reason"]}))
    assert claim == {"how": "claimed", "ended": "released", "end_reason": "no budget"}


def test_assignment_is_fair_and_says_why(db: kith.Database) -> None:
    (ann, bob), leads = pooled(db, 5)
    with db.snapshot() as now, db.batch() as batch:
        assigned = batch.assign(now, "north")
    assert [one["record"] for one in assigned] == leads
    owners = [one["owner"] for one in assigned]
    assert abs(owners.count(ann) - owners.count(bob)) == 1
    assert assigned[0]["reason"] == "2 of 2 members take it; was assigned 0, fewest"
    with db.snapshot() as now:
        assert [now[lead]["owner"] for lead in leads] == owners


def test_what_is_held_a_moment_ago_stays(db: kith.Database) -> None:
    (ann, _), leads = pooled(db, 1, recycle_days=7, warn_days=7)
    with db.batch() as batch:
        batch.claim(leads[0], ann)
    assert db.recycle_pools() == {"recycled": [], "warned": leads, "exempt": 0, "kept": 0}
    assert db.recycle_pools(pool="north")["warned"] == []


def test_what_was_said_is_scored(db: kith.Database) -> None:
    today = dt.datetime.now(dt.UTC)
    with db.batch() as batch:
        boss = batch.create("employee", name="Ann")
        batch.create(
            "submission",
            pipeline=batch.existing("pipeline", ("kith.pipeline", "default")),
            by=boss,
            starts=dt.date(2024, 1, 1),
            ends=dt.date(2024, 4, 1),
            made_at=today - dt.timedelta(days=1),
            amount=Money(700, "CNY"),
            note="sure",
        )
    with db.snapshot() as now:
        told = now.submissions()
    [said] = told["submissions"]
    assert (said["said"], said["actual"], said["note"]) == ({"minor": 700, "currency": "CNY"}, 0, "sure")
    [one] = told["submitters"]
    assert (one["periods"], one["unscored"], one["bias"], one["text"]) == (0, 1, None, "not enough periods to tell")
