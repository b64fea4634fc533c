"""Queries."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal
from typing import Any

import pytest

import kith
from kith import Money


@pytest.fixture
def filled(db: kith.Database) -> kith.Database:
    with db.batch() as b:
        for i in range(6):
            account = b.create("account", name=f"account {i}", employees=i, industry="law" if i % 2 else "trade", tags=["a", str(i)])
            b.create("opportunity", name=f"deal {i}", account=account, amount=Money(100 * i, "USD" if i == 5 else "CNY"), close_date=dt.date(2026, 1 + i, 1))
    return db


def test_rows_are_dictionaries_by_column(filled: kith.Database) -> None:
    rows = filled.query(
        {"from": "opportunity", "where": "amount >= $floor", "select": ["name", "amount", "close_date", "account.industry"], "order": ["-close_date"]},
        {"floor": Money(300, "CNY")},
    )
    assert rows.columns == ["name", "amount", "close_date", "account.industry"]
    assert list(rows) == [
        {"name": "deal 4", "amount": Money(400, "CNY"), "close_date": dt.date(2026, 5, 1), "account.industry": "trade"},
        {"name": "deal 3", "amount": Money(300, "CNY"), "close_date": dt.date(2026, 4, 1), "account.industry": "law"},
    ]
    assert list(rows) == []


def test_pages_go_on_in_a_later_snapshot(filled: kith.Database) -> None:
    query = {"from": "account", "select": ["name"], "order": ["name"], "limit": 4}
    first = filled.query(query)
    names = [row["name"] for row in first]
    second = filled.query(query, after=first.token())
    names += [row["name"] for row in second]
    assert names == [f"account {i}" for i in range(6)]


def test_groups_keep_currencies_apart(filled: kith.Database) -> None:
    rows = filled.query({"from": "opportunity", "aggregates": [{"sum": "amount", "name": "total"}, {"count": "*"}]})
    assert list(rows) == [{"total": [Money(1000, "CNY"), Money(500, "USD")], "count": 6}]


def test_lists_and_related_records(filled: kith.Database) -> None:
    tags = filled.query({"from": "account", "select": ["tags"], "where": "employees == $n"}, {"n": 3})
    assert list(tags) == [{"tags": ["a", "3"]}]
    related = filled.query(
        {"from": "account", "where": "employees == $n", "select": ["name"], "expand": [{"name": "deals", "from": "opportunity", "field": "account", "select": ["name"]}]},
        {"n": 3},
    )
    assert list(related) == [{"name": "account 3", "deals": [{"name": "deal 3"}]}]


def test_explain_tells_the_index_and_what_was_read(filled: kith.Database) -> None:
    rows = filled.query({"from": "account", "select": ["name", "industry"], "order": ["name"], "limit": 2})
    list(rows)
    plan = rows.explain()
    assert plan["index"] == "by_name"
    assert plan["covered"] is True
    assert plan["work"]["records"] == 0
    assert plan["work"]["rows"] == 2


def test_the_past(filled: kith.Database) -> None:
    then = dt.datetime.now(dt.UTC)
    with filled.batch() as b:
        b.create("account", name="later")
    query = {"from": "account", "aggregates": [{"count": "*", "name": "n"}]}
    assert list(filled.query(query)) == [{"n": 7}]
    assert list(filled.query(query, recorded=then)) == [{"n": 6}]


def test_what_is_wrong_is_named(filled: kith.Database) -> None:
    with pytest.raises(kith.InvalidArgumentError) as wrong:
        filled.query({"from": "account", "form": "x"})
    assert wrong.value.reason == "QueryMalformed"
    with pytest.raises(kith.InvalidArgumentError, match="parameters.n"):
        filled.query({"from": "account", "where": "employees == $n"})
    with pytest.raises(TypeError):
        filled.query({"from": "account", "where": "employees == $n"}, {"n": object()})
    with pytest.raises(kith.ResourceExhaustedError):
        list(filled.query({"from": "account", "order": ["employees"]}, cost=2))
    rows = filled.query({"from": "account", "order": ["employees"]})
    rows.cancel()
    # So few rows are read before the flag is looked at.
    assert len(list(rows)) == 6


def test_what_is_no_json_is_refused_by_the_library(filled: kith.Database) -> None:
    others: list[dict[str, Any]] = [{}, {"limit": 3}]
    twice = '{"from": "account", "select": ["name"], "select": ["employees"]}'
    for text in ("{not json", twice, '{"from": ' * 2_000):
        for parts in others:
            with pytest.raises(kith.InvalidArgumentError) as caught:
                filled.query(text, **parts)
            assert caught.value.reason == "QueryMalformed"


def test_parameters_of_every_kind(filled: kith.Database) -> None:
    query = {"from": "opportunity", "where": "close_date == $day && created <= $now", "select": ["name"]}
    assert list(filled.query(query, {"day": dt.date(2026, 3, 1), "now": dt.datetime.now(dt.UTC)})) == [{"name": "deal 2"}]
    with pytest.raises(kith.InvalidArgumentError):
        list(filled.query(query, {"day": Decimal("1.5"), "now": dt.datetime.now(dt.UTC)}))


def test_a_decimal_is_a_number_however_it_is_written(filled: kith.Database) -> None:
    query = {"from": "account", "where": "decimal(employees) < $n", "select": ["name"], "parameters": {"n": "decimal"}}
    assert len(list(filled.query(query, {"n": Decimal("1E+1")}))) == 6


def test_rows_are_read_by_one_thread_at_a_time(db: kith.Database) -> None:
    with db.batch() as batch:
        for i in range(1500):
            batch.create("account", name=f"account {i}")
    numbers = list(range(12))
    where = f"{numbers}.all(a, {numbers}.all(b, size(name) + a + b > 0))"  # some tenths of a second before the first row is given
    rows = db.query("account", where=where, select="name", order="name")
    seen: list[dict[str, Any]] = []
    reader = threading.Thread(target=lambda: seen.extend(rows))
    refused = 0
    reader.start()
    while reader.is_alive():
        try:
            rows.explain()
        except ValueError:
            refused += 1
    reader.join()
    assert refused > 0
