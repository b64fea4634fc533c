"""Leads that become business."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

import kith


def a_lead(db: kith.Database, **more: Any) -> int:
    values = {"name": "Li Wei", "company": "Acme", "email": "li@acme.cn", "possible_project": "New plant"} | more
    with db.batch() as batch:
        lead = batch.create("lead", **values)
    assert batch.outcome is not None
    return batch.outcome.id(lead)


def test_what_happened_with_a_lead_goes_along(db: kith.Database) -> None:  # F01
    lead = a_lead(db)
    called = "2026-03-01T09:00:00Z"
    with db.batch() as batch:
        batch.create("interaction", kind="call", direction="out", at=dt.datetime.fromisoformat(called), regarding=lead, subject="first call")
    told = db.convert(lead, dry_run=True)
    made = db.convert(lead, reason="worth it")
    assert told["person"] == made["person"] == {"record": made["person"]["record"], "how": "created"}
    assert (made["followed"], made["kept"], made["stays"]) == (1, [], [])
    with db.snapshot() as now:
        for part in ("person", "organisation", "deal"):
            assert ("first call", called) in [(entry["text"], entry["at"]) for entry in now.timeline(made[part]["record"])]
        assert now[made["deal"]["record"]]["lead"] == lead
        assert now[lead]["opportunity"] == made["deal"]["record"]
    assert db.convert(lead)["already"]


def test_people_who_are_there_are_found_or_given(db: kith.Database) -> None:
    with db.batch() as batch:
        anna = batch.create("contact", name="Anna", email="li@acme.cn")
        bo = batch.create("contact", name="Bo")
    assert batch.outcome is not None
    made = db.convert(a_lead(db))
    assert made["person"] == {"record": batch.outcome.id(anna), "how": "found"}
    assert made["kept"] == [{"record": batch.outcome.id(anna), "field": "name", "from": "name"}]
    given = db.convert(a_lead(db), person=batch.outcome.id(bo), with_deal=False)
    assert (given["person"]["how"], given["deal"]) == ("given", None)
    assert db.convert(a_lead(db), find=False)["person"]["how"] == "created"


def test_a_lead_that_is_worth_nothing_is_refused(db: kith.Database) -> None:  # F14
    with pytest.raises(kith.FailedPreconditionError, match="worth_pursuing"):
        db.convert(a_lead(db, possible_project=None))
    with db.snapshot() as now:
        assert list(now.query({"from": "contact", "select": ["name"]})) == []


def test_an_order_never_takes_more_than_its_quote(db: kith.Database) -> None:  # F05
    with db.batch() as batch:
        quote = batch.create("quote", status="accepted")
        line = batch.create("quote_line", quote=quote, quantity=10, price=kith.Money(100, "CNY"), tax_rate=Decimal("0.13"))
    assert batch.outcome is not None
    quote_id, line_id = batch.outcome.id(quote), batch.outcome.id(line)
    part = db.continue_document(quote_id, "order", {line_id: "2.5"}, external=("shop", "1"))
    assert db.continue_document(quote_id, "order", external=("shop", "1")) | {"effects": []} == {
        "document": part["document"], "lines": 0, "already": True, "sequence": 0, "effects": []
    }
    with pytest.raises(kith.FailedPreconditionError, match="is left"):
        db.continue_document(quote_id, "order", {line_id: 8})
    rest = db.continue_document(quote_id, "order")
    revision = db.continue_document(quote_id, "quote")
    with db.snapshot() as now:
        assert now[part["document"]]["total"] == kith.Money(283, "CNY")  # 250 + 32.5, rounded half up
        assert now[rest["document"]]["total"] == kith.Money(848, "CNY")
        assert now[revision["document"]]["revision"] == 2
        assert now[quote_id]["total"] == kith.Money(1130, "CNY")
