"""Work lists, receivables and what deals are worth."""

from __future__ import annotations

import csv
import datetime as dt
import os
import pathlib
from collections import defaultdict
from typing import NamedTuple

import pytest

import kith
from kith import Money

DATA = pathlib.Path(os.environ.get("KITH_SHARED_DATA") or "nowhere")


class Row(NamedTuple):
    customer: str
    date: dt.date
    due: dt.date
    paid: dt.date
    minor: int


def test_a_portfolio_without_deals_is_a_full_list(db: kith.Database) -> None:  # J02, R07
    with db.batch() as batch:
        ann = batch.create("employee", name="Ann")
        for i in range(60):
            batch.create("account", name=f"C{i}", owner=ann)
        batch.create("account", name="nobody's")
    assert batch.outcome is not None
    rep = batch.outcome.id(ann)
    with db.snapshot() as now:
        told = now.worklist(rep)
        assert told["total"] == 60
        assert len(told["items"]) == 50
        assert len(now.worklist(rep, limit=0)["items"]) == 60
    first = told["items"][0]
    with db.batch() as batch:
        batch.create("interaction", kind="call", direction="out", at=dt.datetime.now(dt.UTC), account=first["record"])
    with db.snapshot() as now:
        assert first["record"] not in [item["record"] for item in now.worklist(rep, limit=0)["items"]]
        with pytest.raises(kith.InvalidArgumentError):
            now.worklist(rep, silent_days=0)


def test_worth_says_where_an_amount_comes_from(db: kith.Database) -> None:  # F07 F09
    with db.batch() as batch:
        deal = batch.create("opportunity", name="Desk", amount=Money(100_000, "CNY"))
        batch.create("cost", opportunity=deal, kind="to_win", amount=Money(5_000, "CNY"), spent=True)
        at = dt.datetime.now(dt.UTC)
        batch.create("budget_evidence", opportunity=deal, amount=Money(80_000, "CNY"), source="document", confidence=1.0, at=at)
    assert batch.outcome is not None
    with db.snapshot() as now:
        told = now.worth(batch.outcome.id(deal), chance=0.5)
    assert (told["source"], told["margin"], told["expected"]) == ("typed", Money(95_000, "CNY"), Money(50_000, "CNY"))
    assert told["budget"]["amount"] == Money(80_000, "CNY")


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the folder of real data (KITH_SHARED_DATA)")
def test_receivables_of_real_invoices_are_what_plain_sums_give(db: kith.Database) -> None:  # F10
    with (DATA / "collections" / "accounts_receivable.csv").open() as file:
        rows = [
            Row(
                row["customerID"],
                _day(row["InvoiceDate"]),
                _day(row["DueDate"]),
                _day(row["SettledDate"]) if row["SettledDate"] else dt.date.max,
                round(float(row["InvoiceAmount"]) * 100),
            )
            for row in csv.DictReader(file)
        ]
    run = db.import_path(DATA / "collections")
    assert run is not None
    for day in (dt.date(2012, 6, 30), dt.date(2013, 1, 1), dt.date(2013, 11, 15)):
        late = [0, 0, 0, 0]
        by_customer: defaultdict[str, int] = defaultdict(int)
        not_due = 0
        for row in rows:
            if row.date > day or row.paid <= day:
                continue
            by_customer[row.customer] += row.minor
            days = (day - row.due).days
            if days <= 0:
                not_due += row.minor
            else:
                late[0 if days <= 30 else 1 if days <= 60 else 2 if days <= 90 else 3] += row.minor
        invoiced = sum(row.minor for row in rows if 0 <= (day - row.date).days < 90)
        with db.snapshot() as now:
            told = now.receivables(as_of=day)
            names = {now[one["group"]]["name"]: one["ageing"][0]["open"] for one in told["by_account"]}
        [total] = told["total"]
        assert (total["not_due"], total["late"], total["invoiced"]) == (not_due, late, invoiced)
        assert total["dso"] == pytest.approx((not_due + sum(late)) / invoiced * 90)
        assert {name: minor for name, minor in names.items() if minor} == by_customer


def _day(text: str) -> dt.date:
    month, day, year = text.split("/")
    return dt.date(int(year), int(month), int(day))


def test_scorecards_add_up(db: kith.Database) -> None:  # K01
    with db.batch() as batch:
        reps = [batch.create("employee", name=name) for name in ("Ann", "Bo")]
        wen = batch.create("contact", name="Wen")
        for i in range(12):
            deal = batch.create("opportunity", name=f"D{i}", owner=reps[i % 2], amount=Money(1_000 + i, "CNY"))
            batch.move(deal, "default/qualified")
            batch.move(deal, "default/won" if i % 3 == 0 else "default/lost")
        batch.create("interaction", kind="call", direction="out", at=dt.datetime.now(dt.UTC), contact=wen, employee=reps[0])
        batch.create(
            "quota", holder=reps[0], metric="count", period="x", starts=dt.date.today().replace(day=1), ends=_next_month(), target_count=4
        )
    assert batch.outcome is not None
    ann, bo = (batch.outcome.id(rep) for rep in reps)
    with db.snapshot() as now:
        told = now.scorecards("default", period="this-month")
        own = now.scorecards("default", owner=bo)
    cards = {card["owner"]: card for card in told["reps"]}
    assert set(cards) == {ann, bo}
    assert [cards[rep]["funnel"]["won"] for rep in (ann, bo)] == [2, 2]
    assert sum(card["revenue_minor"] for card in cards.values()) == told["team"]["revenue_minor"] == 4_000 + 3 + 6 + 9
    assert cards[ann]["activity"]["by_kind"] == {"call": 1}
    assert cards[ann]["funnel"]["win_rate"]["trials"] == 6
    assert cards[ann]["relations"]["contacts"] == 1
    quota = cards[ann]["quotas"][0]
    assert (quota["metric"], quota["asked"], quota["reached"], quota["share"]) == ("count", 4, 2, 0.5)
    assert [card["owner"] for card in own["reps"]] == [bo]


def _next_month() -> dt.date:
    first = dt.date.today().replace(day=1)
    return (first + dt.timedelta(days=32)).replace(day=1)
