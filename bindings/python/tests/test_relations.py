"""Relations, and fields compared before they are set."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import kith
from kith import Money


def own(batch: kith.Batch, parent: kith.LocalId | int, company: kith.LocalId | int, **more: Any) -> None:
    """`company` is a subsidiary of `parent`."""
    fields: dict[str, Any] = {"from": company, "to": parent, "kind": "subsidiary_of", **more}
    batch.create("account_relation", None, **fields)


@pytest.fixture
def group(db: kith.Database) -> list[int]:
    """Three companies, each the subsidiary of the one before; the last since 2025."""
    with db.batch() as batch:
        companies = [batch.create("account", name=f"company {i}") for i in range(3)]
        own(batch, companies[0], companies[1])
        own(batch, companies[1], companies[2], valid_from=dt.date(2025, 1, 1))
        for i, company in enumerate(companies):
            batch.create("opportunity", name="deal", account=company, amount=Money(10**i, "CNY"))
    assert batch.outcome is not None
    return [batch.outcome.id(company) for company in companies]


def test_neighbours_have_a_direction_and_a_time(db: kith.Database, group: list[int]) -> None:
    with db.snapshot() as now:
        [up] = now.neighbours(group[2], "account_relation.subsidiary_of")
        assert (up["record"], up["out"], up["kind"], up["valid_from"]) == (group[1], True, "subsidiary_of", "2025-01-01T00:00:00Z")
        assert now.neighbours(group[2], "account_relation.subsidiary_of", "in") == []
        before = dt.datetime(2024, 12, 31, tzinfo=dt.UTC)
        assert now.neighbours(group[2], "account_relation", at=before) == []
        assert len(now.neighbours(group[2], "account_relation", at=before, ever=True)) == 1
        with pytest.raises(ValueError, match="direction"):
            now.neighbours(group[0], "account_relation", "up")  # type: ignore[arg-type]


def test_a_walk_tells_how_it_got_there(db: kith.Database, group: list[int]) -> None:
    with db.snapshot() as now:
        visits = now.traverse(group[0], ["account_relation"], "in")["visits"]
        assert [(visit["record"], visit["depth"], visit["before"]) for visit in visits] == [(group[0], 0, 0), (group[1], 1, 0), (group[2], 2, 1)]
        assert now.traverse(group[0], ["account_relation"], "in", depth=1)["visits"] == visits[:2]
        assert now.traverse(group[0], ["account_relation"], "in", limit=1)["truncated"]
        assert len(now.traverse(group[0], ["account_relation"], "in", types=["contact"])["visits"]) == 1


def test_a_group_is_summed_as_of_a_date(db: kith.Database, group: list[int]) -> None:
    with db.snapshot() as now:

        def revenue(at: dt.datetime | None = None, where: str = "") -> dict[str, Any]:
            return now.group_total(
                group[0], "account_relation.subsidiary_of", type="opportunity", via="account", field="amount", where=where, at=at
            )

        total = revenue()
        assert total == {"members": group, "records": 3, "totals": [Money(111, "CNY")]}
        assert revenue(dt.datetime(2024, 6, 1, tzinfo=dt.UTC))["totals"] == [Money(11, "CNY")]
        assert revenue(where="amount > money('0.05', 'CNY')")["records"] == 2


def test_a_group_never_comes_back_to_itself(db: kith.Database, group: list[int]) -> None:
    with pytest.raises(kith.Error) as caught, db.batch() as batch:
        own(batch, group[2], group[0])
    assert caught.value.reason == "Cycle"


def test_a_field_is_compared_and_set(db: kith.Database, group: list[int]) -> None:
    with db.batch() as batch:
        batch.require_value(group[0], "name", "company 0")
        batch.require_value(group[0], "industry", None)
        batch.set(group[0], name="Acme")
    with pytest.raises(kith.Error) as caught, db.batch() as batch:
        batch.require_value(group[0], "name", "company 0")
        batch.set(group[0], name="Bloom")
    assert caught.value.reason == "PreconditionFailed"
    assert caught.value.value == "Acme"
