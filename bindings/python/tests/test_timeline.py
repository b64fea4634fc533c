"""One timeline, page by page, and threads."""

from __future__ import annotations

import datetime as dt

import pytest

import kith

START = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def test_visits_join_who_it_was_at_their_original_times(db: kith.Database) -> None:  # B15
    with db.batch() as batch:
        account = batch.create("account", name="Acme")
        contact = batch.create("contact", name="Li", account=account)
        visitor = batch.create("visitor", channel="web", handle="c-81")
        for day in range(5):
            at = START + dt.timedelta(days=day)
            batch.create("interaction", kind="page_view", direction="in", at=at, visitor=visitor, subject=f"page {day}")
    assert batch.outcome is not None
    ids = {name: batch.outcome.id(local) for name, local in (("account", account), ("contact", contact), ("visitor", visitor))}
    with db.snapshot() as now:
        assert list(now.timeline(ids["contact"])) == []
    with db.batch() as known:
        known.set(ids["visitor"], contact=ids["contact"])
    with db.snapshot() as now:
        for subject in ("contact", "account"):
            entries = list(now.timeline(ids[subject], page=2))
            assert [entry["text"] for entry in entries] == [f"page {day}" for day in (4, 3, 2, 1, 0)]
            assert entries[-1]["at"] == "2026-06-01T00:00:00Z"
        assert list(now.timeline(ids["contact"], whole=False)) == []
        assert len(list(now.timeline(ids["contact"], since=START + dt.timedelta(days=3)))) == 2
        assert list(now.timeline(ids["contact"], kinds=["note"])) == []
        with pytest.raises(kith.InvalidArgumentError, match="no kind"):
            list(now.timeline(ids["contact"], kinds=["notes"]))


def test_a_thread_runs_from_the_lead_to_service(db: kith.Database) -> None:  # B17
    with db.batch() as batch:
        ann, bob = (batch.create("employee", name=name) for name in ("Ann", "Bob"))
        lead = batch.create("lead", name="Li", owner=ann)
        deal = batch.create("opportunity", name="Press", lead=lead, owner=bob)
        ticket = batch.create("ticket", subject="alone")
    assert batch.outcome is not None
    id_of = batch.outcome.id
    with db.snapshot() as now:
        thread = now.thread(id_of(deal))
        assert [part["record"] for part in thread["parts"]] == [id_of(lead), id_of(deal)]
        [passed] = thread["hand_overs"]
        assert (passed["from"], passed["to"], passed["record"]) == (id_of(ann), id_of(bob), id_of(deal))
        assert now.thread(id_of(ticket))["id"] == id_of(ticket)
