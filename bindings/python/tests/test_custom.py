"""Definitions beyond plain fields: checks, formulas, roll-ups, auto-numbers. # E01 E02 E03"""

from __future__ import annotations

from typing import Any

import pytest

import kith


def package(version: str = "1.0.0", **order: Any) -> dict[str, Any]:
    """Customers with orders; `order` are more members of the type order."""
    roll_up = {"of": "order_slip", "by": "customer"}
    return {
        "package": "test.orders",
        "version": version,
        "types": [
            {
                "name": "customer",
                "fields": [
                    {"name": "name", "kind": "text"},
                    {"name": "orders", "kind": "int", "roll_up": {"function": "count", **roll_up}},
                    {"name": "spent", "kind": "money", "roll_up": {"function": "sum", "field": "price", **roll_up}},
                ],
            },
            {
                "name": "order_slip",
                "fields": [
                    {"name": "number", "kind": "text", "auto_number": "O-{n:04}"},
                    {"name": "customer", "kind": "ref", "to": ["customer"]},
                    {"name": "price", "kind": "money"},
                    {"name": "cost", "kind": "money"},
                    {"name": "margin", "kind": "money", "formula": "price - cost"},
                ],
                **order,
            },
        ],
    }


CHECK = {"name": "no_loss", "condition": "price >= cost", "message": {"en": "An order is not sold at a loss", "zh": "不得亏本销售"}}


def test_computed_fields_read_like_any_other() -> None:
    with kith.open(temporary=True) as db:
        db.ensure(package())
        with db.batch() as batch:
            customer = batch.create("customer", name="Acme")
            for price in (100, 250):
                batch.create("order_slip", customer=customer, price=kith.Money(price, "CNY"), cost=kith.Money(60, "CNY"))
        rows = list(db.query({"from": "order_slip", "select": ["number", "margin"], "where": "margin > money('0.50', 'CNY')", "order": ["-margin"]}))
        assert [(row["number"], row["margin"]) for row in rows] == [("O-0002", kith.Money(190, "CNY"))]
        with db.snapshot() as now:
            assert batch.outcome is not None
            record = now.get(batch.outcome.id(customer))
            assert record is not None
            assert record["orders"] == 2
            assert record["spent"] == kith.Money(350, "CNY")
        assert db.verify() == []


def test_nobody_writes_a_computed_field() -> None:
    with kith.open(temporary=True) as db:
        db.ensure(package())
        with pytest.raises(kith.InvalidArgumentError) as refused, db.batch() as batch:
            batch.create("customer", orders=3)
        assert refused.value.reason == "FieldReadOnly"


def test_checks_are_told_and_records_from_before_are_counted() -> None:
    with kith.open(temporary=True) as db:
        db.ensure(package())
        with db.batch() as batch:
            batch.create("order_slip", price=kith.Money(10, "CNY"), cost=kith.Money(60, "CNY"))
        with pytest.warns(kith.DefinitionWarning, match="1 record of order_slip"):
            db.ensure(package("1.1.0", checks=[CHECK]))
        assert "no_loss" in db.findings()[0]
        assert db.verify() == []
        with pytest.raises(kith.FailedPreconditionError) as refused, db.batch() as batch:
            batch.create("order_slip", price=kith.Money(1, "CNY"), cost=kith.Money(2, "CNY"))
        assert refused.value.reason == "CheckFailed"
        assert "An order is not sold at a loss" in str(refused.value)
        checks = next(t for t in db.catalog()["types"] if t["name"] == "order_slip")["checks"]
        assert checks[0]["message"]["zh"] == "不得亏本销售"
