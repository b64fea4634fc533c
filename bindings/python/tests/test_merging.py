"""One record once from Python: merging, parting, setting back, purging."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

import kith


@pytest.fixture
def db() -> Iterator[kith.Database]:
    with kith.open(temporary=True) as database:
        yield database


def _contact(db: kith.Database, **fields: Any) -> int:
    with db.batch() as batch:
        contact = batch.create("contact", **fields)
    assert batch.outcome is not None
    return batch.outcome.id(contact)


def test_merge_and_part(db: kith.Database) -> None:  # B07
    anna = _contact(db, name="Anna", email="anna@x.org")
    ann = _contact(db, name="Ann", phone="123")
    with db.batch() as batch:
        batch.link(ann, ("erp", "7"))
        note = batch.create("note", body="called", regarding=ann)
    assert batch.outcome is not None
    note_id = batch.outcome.id(note)
    dry = db.merge([ann, anna], dry_run=True)
    assert {(change["record"], change["operation"]) for change in dry["changes"]} == {
        (anna, "change"),
        (ann, "delete"),
        (note_id, "change"),
    }
    report = db.merge([ann, anna], choose={"name": ann}, reason="one card")
    assert (report["into"], report["merged"]) == (anna, [ann])
    assert {field["field"]: (field["value"], field["from"]) for field in report["fields"]} == {
        "name": ("Ann", ann),
        "email": ("anna@x.org", anna),
        "phone": ("123", ann),
    }
    with db.snapshot() as now:
        assert now.get(ann) is None
        assert now[note_id]["regarding"] == anna
        found = now.find("contact", ("erp", "7"))
        assert found is not None and found.id == anna
        assert now.origin(anna, "phone")[0] == ann
    with db.batch() as batch:
        batch.set(anna, phone="456")
    with db.batch() as batch:
        batch.unmerge(ann)
    assert batch.outcome is not None and "keeps contact.phone" in batch.outcome.effects
    with db.snapshot() as now:
        assert (now[ann]["name"], now[ann]["phone"], now[anna]["name"], now[anna]["phone"]) == ("Ann", "123", "Anna", "456")
        assert now[note_id]["regarding"] == ann
    assert db.verify() == []
    with pytest.raises(kith.InvalidArgumentError, match="prefer"):
        db.merge([anna, ann], prefer="best")  # type: ignore[arg-type]


def test_a_dry_run_lists_what_a_delete_takes_along(db: kith.Database) -> None:
    with db.batch() as batch:
        account = batch.create("account", name="Acme")
        batch.create("note", body="x", regarding=account)
    assert batch.outcome is not None
    id = batch.outcome.id(account)
    with db.batch(dry_run=True) as batch:
        batch.delete(id)
    assert batch.outcome is not None
    assert (id, "delete") in batch.outcome.changes


def test_back_to_what_it_was(db: kith.Database) -> None:
    contact = _contact(db, name="Anna", phone="1")
    then = dt.datetime.now(dt.UTC)
    with db.batch() as batch:
        batch.set(contact, name="Bob", phone="2", title="Dr")
    with db.snapshot() as now, db.batch(reason="a slip") as batch:
        report = batch.revert(now, contact, then, fields=["name", "title"])
    assert report == {"fields": ["name", "title"], "kept": []}
    with db.snapshot() as now:
        assert (now[contact]["name"], now[contact]["phone"], now[contact]["title"]) == ("Anna", "2", None)
    with db.batch() as batch:
        batch.delete(contact)
    with db.snapshot() as now, db.batch() as batch:
        batch.revert(now, contact, then)
    with db.snapshot() as now:
        assert (now[contact]["name"], now[contact]["phone"]) == ("Anna", "1")


def test_purge(db: kith.Database) -> None:
    contact = _contact(db, name="Rumpelstiltskin")
    with pytest.raises(kith.FailedPreconditionError):
        db.purge([contact])
    with db.batch() as batch:
        batch.delete(contact)
    assert db.purge([contact], reason="kept long enough")["records"] == 1
    with pytest.raises(kith.FailedPreconditionError, match="purged"), db.batch() as batch:
        batch.restore(contact)
    assert db.erasures()[0]["person"] == contact
    assert db.verify() == []
