"""The week's walk of the report: planted changes are found, and random ones agree with a plain account of what was done."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest

import kith
from kith import Money
from kith.report.walk import walk

SINCE = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
UNTIL = SINCE + dt.timedelta(days=7)


def walked(db: kith.Database, until: dt.datetime | None = UNTIL) -> dict[str, Any]:
    with db.snapshot() as now:
        return walk(now, "default", since=SINCE, until=until, currency="CNY", period="2026-06")


def deal(db: kith.Database, at: dt.datetime, minor: int, **fields: Any) -> int:
    with db.batch() as b:
        b.effective(at)
        made = b.create("opportunity", None, name="D", amount=Money(minor, "CNY"), **fields)
        b.move(made, "default/proposal")
    assert b.outcome is not None
    return b.outcome.id(made)


def change(db: kith.Database, id: int, day: float, stage: str = "", **fields: Any) -> None:
    with db.batch() as b:
        b.effective(SINCE + dt.timedelta(days=day))
        b.set(id, **fields)
        if stage:
            b.move(id, f"default/{stage}")


def test_each_kind_of_change_is_found(db: kith.Database) -> None:
    early = SINCE - dt.timedelta(days=30)
    june, july = dt.date(2026, 6, 20), dt.date(2026, 7, 5)
    larger, smaller, won, lost, moved, back, pushed, pulled, gone = (deal(db, early, 2**i, close_date=june) for i in range(9))
    change(db, back, -10, "lost")
    change(db, larger, 1, amount=Money(1001, "CNY"))
    change(db, smaller, 1, amount=Money(1, "CNY"))
    change(db, won, 2, "won", amount=Money(7_000_000, "CNY"))
    change(db, lost, 2, "lost")
    change(db, moved, 2, "negotiation")
    change(db, back, 3, "proposal")
    change(db, pushed, 3, close_date=july)
    change(db, pulled, -1, close_date=july)
    change(db, pulled, 4, close_date=june)
    with db.batch() as b:
        b.effective(SINCE + dt.timedelta(days=4))
        b.delete(gone)
    new = deal(db, SINCE + dt.timedelta(days=5), 10_000)
    change(db, deal(db, SINCE + dt.timedelta(days=1), 50_000), 6, "won")  # came and closed within the week
    change(db, new, 8, "won")  # after it
    told = walked(db)
    assert told["before"] == 2**9 - 1 - 2**5
    assert {step["kind"]: (step["minor"], step["deals"]) for step in told["steps"]} == {
        "new": (10_000, [new]),
        "reopened": (2**5, [back]),
        "larger": (1000, [larger]),
        "smaller": (-1, [smaller]),
        "won": (-(2**2), [won]),
        "lost": (-(2**3), [lost]),
        "gone": (-(2**8), [gone]),
    }
    assert told["before"] + sum(step["minor"] for step in told["steps"]) == told["after"]
    assert (told["pushed_out"], told["pulled_in"]) == ({"minor": 2**6, "deals": [pushed]}, {"minor": 2**7, "deals": [pulled]})
    assert told["moved"][0] == {"id": new, "kind": "new", "minor": 10_000}
    assert "new" not in {step["kind"] for step in walked(db, None)["steps"]}  # now it is won


@pytest.mark.parametrize("seed", range(5))
def test_it_balances_whatever_happened(db: kith.Database, seed: int) -> None:
    dice = random.Random(seed)
    sums = []
    deals: dict[int, tuple[str, int]] = {}
    for day in sorted([*(dice.uniform(-30, 7) for _ in range(60)), 0]):  # at day 0 nothing changes, and the account is read
        if day == 0:
            sums.append(sum(minor for stage, minor in deals.values() if stage not in ("won", "lost")))
            continue
        at = SINCE + dt.timedelta(days=day)
        if not deals or dice.random() < 0.4:
            minor = dice.randrange(10**9)
            deals[deal(db, at, minor)] = ("proposal", minor)
            continue
        id = dice.choice(list(deals))
        stage, minor = deals[id]
        if dice.random() < 0.5:
            stage = dice.choice(("qualified", "proposal", "won", "lost"))
            change(db, id, day, stage)
        else:
            currency = dice.choice(("CNY", "CNY", "USD"))
            minor = dice.randrange(10**9)
            change(db, id, day, amount=Money(minor, currency))
            minor = minor if currency == "CNY" else 0
        deals[id] = (stage, minor)
    sums.append(sum(minor for stage, minor in deals.values() if stage not in ("won", "lost")))
    told = walked(db)
    assert [told["before"], told["after"]] == sums
    assert told["before"] + sum(step["minor"] for step in told["steps"]) == told["after"]
    assert sum(step["minor"] for step in told["steps"]) == sum(moved["minor"] for moved in told["moved"])
