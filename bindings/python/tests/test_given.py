"""What is given in a form that would mean something else, or nothing, is taken for what it says or refused by the parameter's name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

import kith
from kith import Money


def test_a_nul_does_not_end_a_name(db: kith.Database) -> None:
    with db.batch() as batch:
        acme = batch.upsert("account", ("app", "1"), name="Acme")
    id = batch.outcome.id(acme)  # type: ignore[union-attr]

    def applied(change: Callable[[kith.Batch], Any]) -> Callable[[], Any]:
        def apply() -> None:
            with db.batch() as batch:
                change(batch)

        return apply

    with db.snapshot() as now:
        refused: dict[str, tuple[Callable[[], Any], ...]] = {
            "UnknownType": (
                applied(lambda batch: batch.create("account\0s")),
                lambda: now.find("account\0s", id),
                lambda: now.scan("account\0s"),
                lambda: db.schema("account\0s"),
            ),
            "UnknownField": (
                applied(lambda batch: batch.set(id, **{"name\0x": "Other"})),
                lambda: now[id]["name\0x"],
                lambda: list(now.tuples("account", "name\0x")),
                lambda: now.origin(id, "name\0x"),
            ),
            "WrongKind": (applied(lambda batch: batch.create("opportunity", name="D", amount=Money(1, "CNY\0x"))),),
        }
        for reason, calls in refused.items():
            for call in calls:
                with pytest.raises(kith.Error) as caught:
                    call()
                assert caught.value.reason == reason
        for asked in (lambda: now.funnel("default\0x"), lambda: now.forecast("default", "2026\0x"), lambda: db.funnel("default\0x")):
            with pytest.raises(kith.InvalidArgumentError):
                asked()
        assert list(now.index("account", "by_name", "Acme").ids()) == [id]


def test_one_name_is_no_list_of_letters(db: kith.Database) -> None:
    with db.batch() as batch:
        acme = batch.create("account", name="Acme")
        bloom = batch.create("account", name="Bloom")
        li = batch.create("contact", name="Li", account=acme)
        _ = batch.create("interaction", kind="call", direction="in", at=dt.datetime.now(dt.UTC), contact=li)
        edge: dict[str, Any] = {"from": bloom, "to": acme, "kind": "customer_of"}
        _ = batch.create("account_relation", **edge)
    assert batch.outcome is not None
    account, contact = batch.outcome.id(acme), batch.outcome.id(li)
    with db.snapshot() as now:
        pairs: list[tuple[Callable[[Any], Any], str]] = [
            (lambda types: list(now.feed(types=types)), "contact"),
            (lambda fields: list(now.feed(types="account", fields=fields)), "name"),
            (lambda operations: list(now.feed(operations=operations)), "create"),
            (lambda types: list(now.differences(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), types=types)), "contact"),
            (lambda kinds: list(now.timeline(account, kinds=kinds)), "interaction"),
            (lambda types: now.search("Li", types=types), "contact"),
            (lambda fields: now.export("account", fields).to_arrow().to_pylist(), "name"),
            (lambda order: list(now.query("account", select="name", order=order)), "name"),
            (lambda relations: now.traverse(account, relations, "in"), "account_relation.customer_of"),
            (lambda types: now.traverse(account, "account_relation", "in", types=types), "account"),
            (lambda also: now.who_is("contact", {"name": "Li"}, also=also), "lead"),
        ]
        for ask, name in pairs:
            assert ask(name) == ask([name]) == ask((name,))
        assert [entry["record"] for entry in now.feed(types="contact")] == [contact]
        with pytest.raises(TypeError, match="types is one str or several, not 7"):
            list(now.feed(types=7))  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="types is one str or several; 7 is none"):
            now.search("Li", types=[7])  # type: ignore[list-item]
    db.set_policy({"types": {"account": {"read": ["role:desk"]}}})
    with db.snapshot(kith.Viewer(contact, roles="desk")) as seen, db.snapshot(kith.Viewer(contact, roles="d")) as unseen:
        assert (seen.get(account) is not None, unseen.get(account) is None) == (True, True)
    assert kith.Viewer(contact, units=3)._raw() == (contact, [3], [])


def test_counts_below_nothing_are_refused_by_name(db: kith.Database) -> None:
    with db.snapshot() as now:
        asked: dict[str, tuple[Callable[[], Any], ...]] = {
            "after": (lambda: list(now.feed(-1)), lambda: now.changes(-1), lambda: now.scan("account", -1), lambda: now.tuples("account", after=-1)),
            "page": (lambda: list(now.feed(page=-1)), lambda: list(now.timeline(1, page=-1)), lambda: list(now.differences(page=-1))),
            "limit": (lambda: now.changes(0, -1), lambda: now.search("x", limit=-1), lambda: now.traverse(1, "x", limit=-1)),
            "depth": (lambda: now.traverse(1, "x", depth=-1),),
            "time_limit": (lambda: now.search("x", time_limit=-1), lambda: now.query("account", time_limit=-0.5)),
            "cost": (lambda: now.query("account", cost=-1),),
            "count": (lambda: now.backtest("default", count=-1),),
            "seed": (lambda: now.forecast("default", "this-month", seed=2**64),),
            "viewer": (lambda: db.snapshot(-1),),
            "sequence": (lambda: db.wait(-1, 0),),
            "map_size": (lambda: kith.open(temporary=True, map_size=-1),),
        }
        for name, calls in asked.items():
            for call in calls:
                with pytest.raises(ValueError, match=f"^{name} is a "):
                    call()
        for call in (lambda: list(now.feed(page=0)), lambda: list(now.differences(page=0))):  # would never end
            with pytest.raises(ValueError, match="^page is a "):
                call()
        with pytest.raises(kith.InvalidArgumentError, match="limit"):
            now.query("account", limit=-1)
        with pytest.raises(TypeError, match="^limit is a whole number, not 'ten'"):
            now.search("x", limit="ten")  # type: ignore[arg-type]


def test_groups_of_a_query(db: kith.Database) -> None:
    with db.batch() as batch:
        for industry, employees in (("law", 3), ("law", 4), ("retail", 5)):
            _ = batch.create("account", name="A", industry=industry, employees=employees)
    asked: dict[str, Any] = {"group": "industry", "aggregates": {"sum": "employees", "name": "people"}}
    rows = list(db.query("account", order="-people", **asked))
    assert rows == [{"industry": "law", "people": 7}, {"industry": "retail", "people": 5}]
    assert rows == list(db.query({"from": "account", "group": ["industry"], "aggregates": [asked["aggregates"]]}, order=["-people"]))


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        ("amount > 10000", 'money("12500.00", "CNY")'),
        ("amount == '10000'", 'money("12500.00", "CNY")'),
        ("close_date > '2026-03-02'", 'date("2026-03-02")'),
        ("created > date('2026-03-02')", "timestamp("),
        ("stage == 'qualified'", "owner.name"),
        ("stage in ['qualified']", "owner.name"),
    ],
)
def test_what_does_not_compare_says_how(db: kith.Database, where: str, hint: str) -> None:
    with pytest.raises(kith.InvalidArgumentError) as caught:
        db.query("opportunity", where=where)
    assert hint in caught.value.hint


def test_one_record_is_no_merge_and_an_organisation_no_person(db: kith.Database) -> None:
    with db.batch() as batch:
        acme = batch.create("account", name="Acme")
        li = batch.create("contact", name="Li", account=acme)
    assert batch.outcome is not None
    account, contact = batch.outcome.id(acme), batch.outcome.id(li)
    with pytest.raises(kith.InvalidArgumentError, match="several times"):
        db.merge([account, account])
    with pytest.raises(kith.FailedPreconditionError, match="organisation"):
        db.erase_person(account)
    with pytest.raises(kith.InvalidArgumentError, match="may not be a record of type account"), db.batch() as batch:
        batch.set(contact, owner=account)


def test_periods_may_be_said_from_now_and_what_is_empty_has_a_currency(db: kith.Database) -> None:
    db.configure(currency="JPY")
    assert (db.forecast("last-year")["currency"], db.forecast()["minor_digits"]) == ("JPY", 0)
    this, last = (db.forecast(f"{which}-quarter")["period"] for which in ("this", "last"))
    assert last["end"] == this["first"]
    assert db.funnel(period="last-month")["arrivals"] == 0
    with pytest.raises(kith.InvalidArgumentError, match="not a unit"):
        db.forecast("last-moon")


def test_what_is_no_id_is_told_in_the_words_of_python(db: kith.Database) -> None:
    with db.batch() as batch:
        local = batch.create("account", name="Acme")
    assert batch.outcome is not None
    id = batch.outcome.id(local)
    with db.snapshot() as now:
        asked: tuple[Callable[[Any], Any], ...] = (
            now.get,
            now.history,
            now.record,
            now.card,
            now.guide,
            now.thread,
            now.owned,
            now.worth,
            db.export_person,
            db.erase_person,
            lambda id: now.origin(id, "name"),
            lambda id: now.may(id, "read"),
            lambda id: list(now.timeline(id)),
            lambda id: now.relation(None, id),
            lambda id: now.neighbours(id, "account_relation"),
        )
        for ask in asked:
            with pytest.raises(TypeError, match=r"named by its id, a whole number, not LocalId.*outcome\.id"):
                ask(local)
            with pytest.raises(TypeError, match="not 'Acme'"):
                ask("Acme")
            with pytest.raises(ValueError, match="whole number from 0 on"):
                ask(-1)
            with pytest.raises(ValueError, match="whole number from 0 on"):
                ask(2**64)

        class Whole:  # as of NumPy
            def __index__(self) -> int:
                return id

        assert now.history(Whole()) == now.history(id)  # type: ignore[arg-type]


def test_objects_say_what_they_are(db: kith.Database) -> None:
    batch = db.batch()
    _ = batch.create("account", name="Acme")
    assert repr(batch) == "<kith.Batch not applied yet, records named: 1>"
    outcome = batch.apply()
    assert repr(outcome) == f"<kith.Outcome changes {outcome.first_sequence}-{outcome.last_sequence}, 0 effects>"
    assert repr(batch) == f"<kith.Batch applied: {outcome!r}>"
    with db.batch(dry_run=True) as tried:
        _ = tried.create("account", name="Bloom")
    assert repr(tried.outcome) == "<kith.Outcome of a dry run: would write 1 records, 0 effects>"
    with pytest.raises(ZeroDivisionError), db.batch() as dropped:
        _ = 1 / 0
    assert repr(dropped) == "<kith.Batch dropped>"
    with db.snapshot() as now:
        assert repr(now) == f"<kith.Snapshot at {outcome.last_sequence}>"
        assert repr(now.funnel()) == "Funnel(default: 0 came, 0 open, 0 won, 0 lost; win rate 0%, learning)"
    assert repr(now) == "<kith.Snapshot closed>"
