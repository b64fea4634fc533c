"""One person once (B07)."""

from __future__ import annotations

import pytest

import kith


@pytest.fixture
def people(db: kith.Database) -> tuple[int, int]:
    with db.batch() as batch:
        for number in range(200):
            batch.create(
                "contact",
                name=f"Somebody Else{number}",
                mobile=f"139{number * 7919:08}",
                email=f"s{number}@example.com",
            )
        here = batch.create(
            "contact",
            name="Wei Zhang",
            mobile="+86 138 0013 8000",
            email="wei.zhang@example.com",
        )
        there = batch.create("contact", name="张伟", phone="13800138000")
    assert batch.outcome is not None
    return batch.outcome.id(here), batch.outcome.id(there)


def test_duplicates_come_with_reasons(db: kith.Database, people: tuple[int, int]) -> None:
    with db.snapshot() as now:
        found = now.duplicates("contact", review=0.9)
        [pair] = found["pairs"]
        assert (pair["a"], pair["b"]) == people
        assert {why["field"]: why["agreement"] for why in pair["reasons"]} == {
            "phone": "exact",
            "name": "close",
        }
        assert found["found"] == 1 and found["records"] == 202
        assert 0.9 <= found["precision"] <= 1
        assert found["groups"] in ([], [list(people)])


def test_who_is_asks_by_values_and_by_record(db: kith.Database, people: tuple[int, int]) -> None:
    with db.snapshot() as now:
        model = now.duplicates("contact")["model"]
        values = {"name": "ZHANG Wei", "mobile": "138-0013-8000"}
        known = now.who_is("contact", values, model=model)
        assert {one["record"] for one in known} == set(people)
        assert known == now.who_is("contact", values)  # learnt from the snapshot
        assert [one["record"] for one in now.who_is("contact", record=people[0])] == [people[1]]
        assert now.who_is("contact", {"name": "Quentin Xylophone"}) == []


def test_fields_are_chosen_and_checked(db: kith.Database, people: tuple[int, int]) -> None:
    with db.snapshot() as now:
        chosen = now.duplicates("contact", fields={"mobile": "phone", "email": "mail"}, review=0.01)
        assert all(why["field"] in ("mobile", "email") for pair in chosen["pairs"] for why in pair["reasons"])
        with pytest.raises(kith.Error, match="no such kind"):
            now.duplicates("contact", fields={"name": "nam"})
        with pytest.raises(kith.Error, match="no such type"):
            now.duplicates("person")


def test_a_lead_who_is_a_contact_already(db: kith.Database) -> None:  # B07
    with db.batch() as batch:
        for number in range(120):
            batch.create("contact", name=f"Somebody Else{number}", mobile=f"139{number * 7919:08}")
            batch.create("lead", name=f"Nobody Known{number}", phone=f"137{number * 6101:08}")
        contact = batch.create("contact", name="张伟", mobile="13800138000")
        lead = batch.create("lead", name="Wei Zhang", phone="+86 138 0013 8000", company="Acme")
    assert batch.outcome is not None
    with db.snapshot() as now:
        found = now.duplicates("lead", also=["contact"], across=True)
        [pair] = found["pairs"]
        assert {pair["a"], pair["b"]} == {batch.outcome.id(contact), batch.outcome.id(lead)}
        [who] = now.who_is("lead", record=batch.outcome.id(lead), also=["contact"], across=True, model=found["model"])
        assert who["record"] == batch.outcome.id(contact)
        [who] = now.who_is("lead", {"name": "Wei Zhang", "phone": "13800138000"}, also=["contact"], across=True)
        assert who["record"] == batch.outcome.id(contact)
