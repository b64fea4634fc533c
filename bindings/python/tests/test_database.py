"""Open, batch, snapshot, records, indexes, history."""

from __future__ import annotations

import datetime as dt
import doctest
import importlib
import os
import pathlib
import pkgutil
import signal
import threading
import time
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import pytest

import kith
from kith import LocalId, Money

CNY = "CNY"


def account(db: kith.Database, key: str, **fields: object) -> int:
    with db.batch(reason="test") as b:
        made = b.upsert("account", ("app", key), **fields)
    assert b.outcome is not None
    return b.outcome.id(made)


def test_a_batch_is_applied_on_a_clean_exit_and_read_back(db: kith.Database) -> None:
    id = account(db, "1", name="Acme 律所", employees=12, industry="technology", tags=["a", "b"], annual_revenue=Money(5_00, CNY))
    with db.snapshot() as now:
        record = now[id]
        assert record.type == "account"
        assert record["name"] == "Acme 律所"
        assert record["employees"] == 12
        assert record["industry"] == "technology"
        assert record["tags"] == ["a", "b"]
        assert record["annual_revenue"] == Money(500, CNY)
        assert record["city"] is None
        assert record.get("city", "?") == "?"
        assert record["created"].tzinfo is dt.UTC
        assert record.to_dict()["fields"]["name"] == "Acme 律所"
        assert now.external_refs(id) == [("app", "1")]


def test_an_exception_in_the_block_applies_nothing(db: kith.Database) -> None:
    with pytest.raises(RuntimeError), db.batch() as b:
        b.upsert("account", ("app", "1"), name="Acme")
        raise RuntimeError
    with db.snapshot() as now:
        assert now.find("account", ("app", "1")) is None


def test_a_state_takes_declared_ways_alone(db: kith.Database) -> None:
    with db.batch() as b:
        made = b.create("quote", number="Q-1", status="draft")
    assert b.outcome is not None
    quote = b.outcome.id(made)
    with db.batch() as b:
        b.set(quote, status="accepted")
    with pytest.raises(kith.Error) as refused, db.batch() as b:
        b.set(quote, status="draft")
    assert refused.value.reason == "NotATransition"
    assert refused.value.field == "status"
    assert "accepted -> draft" in str(refused.value)
    with db.snapshot() as now:
        assert now[quote]["status"] == "accepted"


def test_search_finds_what_people_type(db: kith.Database) -> None:
    ming = account(db, "1", name="明阳律师事务所", phone="+86 21 5888 1234")
    acme = account(db, "2", name="Acme Härdware")
    with db.snapshot() as now:
        found = {text: [hit["id"] for hit in now.search(text)] for text in ("mingyang", "5888", "hardware", "acmee", "nobody")}
        assert found == {"mingyang": [ming], "5888": [ming], "hardware": [acme], "acmee": [acme], "nobody": []}
        assert now.search("acmee", exact=True) == []
        assert now.search("acme", types=["contact"]) == []
        with pytest.raises(kith.Error):
            now.search("acme", types=["stage"])


def test_every_kind_round_trips(db: kith.Database) -> None:
    fields = [
        {"name": "flag", "kind": "bool"},
        {"name": "count", "kind": "int"},
        {"name": "share", "kind": "decimal", "scale": 3},
        {"name": "score", "kind": "double"},
        {"name": "fee", "kind": "money"},
        {"name": "title", "kind": "text"},
        {"name": "words", "kind": "text_list"},
        {"name": "grade", "kind": "choice", "choices": [{"name": "a"}, {"name": "b"}]},
        {"name": "day", "kind": "date"},
        {"name": "at", "kind": "time"},
        {"name": "client", "kind": "ref", "to": ["account"]},
        {"name": "seal", "kind": "bytes"},
    ]
    db.ensure({"package": "test.all", "version": "1.0.0", "needs": ["kith.crm"], "types": [{"name": "thing", "fields": fields}]})
    assert db.ensure({"package": "test.all", "version": "1.0.0", "needs": ["kith.crm"], "types": [{"name": "thing", "fields": fields}]}) == []
    client = account(db, "1", name="Acme")
    values: dict[str, Any] = {
        "flag": True,
        "count": -(2**62),
        "share": Decimal("12.345"),
        "score": 0.1,
        "fee": Money(-3, "JPY"),
        "title": "é 律",
        "words": ["x", ""],
        "grade": "b",
        "day": dt.date(2024, 2, 29),
        "at": dt.datetime(2024, 2, 29, 12, 30, 1, 123456, tzinfo=dt.UTC),
        "client": client,
        "seal": b"\0\xff",
    }
    with db.batch() as b:
        thing = b.create("thing", **values)
    assert b.outcome is not None
    with db.snapshot() as now:
        record = now[b.outcome.id(thing)]
        assert {name: record[name] for name in values} == values


def test_errors_say_what_failed_and_what_to_do(db: kith.Database) -> None:
    with pytest.raises(kith.InvalidArgumentError) as caught, db.batch() as b:
        b.upsert("account", ("app", "1"), name="Acme", employees="many")
    assert (caught.value.reason, caught.value.type, caught.value.field) == ("WrongKind", "account", "employees")
    with pytest.raises(kith.InvalidArgumentError) as caught, db.batch() as b:
        b.upsert("acount", ("app", "1"))
    assert "account" in caught.value.hint
    with pytest.raises(kith.InvalidArgumentError, match="Required"), db.batch() as b:
        b.create("account")
    with pytest.raises(TypeError), db.batch() as b:
        b.create("account", name=object())
    with db.snapshot() as now, pytest.raises(KeyError):
        now[2**41 * 100]


@pytest.mark.parametrize(
    ("type", "field", "value", "reason"),
    [
        ("account", "employees", 2**70, "OutOfRange"),
        ("account", "employees", -(10**5000), "OutOfRange"),
        ("opportunity", "amount", Money(2**63, CNY), "OutOfRange"),
        ("account", "name", "half of a pair \ud800", "NotUtf8"),
        ("opportunity", "amount", Money(1, "\ud800"), "NotUtf8"),
        ("account", "tags", ["a", "\ud800"], "NotUtf8"),
        ("account", "tags", ["a", 1], "WrongKind"),
    ],
    ids=["int", "thousands of digits", "minor units", "text", "currency", "list", "number in a list"],
)
def test_what_has_no_form_in_the_library_is_refused_by_field_and_value(
    db: kith.Database, type: str, field: str, value: Any, reason: str
) -> None:
    def refused(ask: Callable[[kith.Batch, LocalId], object]) -> None:
        with pytest.raises(kith.InvalidArgumentError) as failed, db.batch() as b:
            ask(b, b.create(type, name="Acme"))
        assert failed.value.reason == reason
        assert failed.value.field == field
        assert 0 < len(failed.value.value) <= 80
        str(failed.value).encode()

    refused(lambda b, made: b.set(made, **{field: value}))
    if not isinstance(value, list):
        refused(lambda b, made: b.require_value(made, field, value))
    if isinstance(value, int | Money):
        refused(lambda b, made: b.add(made, field, value))


def test_a_reference_that_has_no_form_in_the_library_is_refused(db: kith.Database) -> None:
    for ref in (("app", "\ud800"), ("app", 1), 2**70):
        with pytest.raises(kith.InvalidArgumentError) as failed, db.batch() as b:
            b.existing("account", ref)  # type: ignore[arg-type]
        assert failed.value.value


def test_a_decimal_is_required_whatever_its_digits(db: kith.Database) -> None:
    with db.batch() as b:
        product = b.create("product", name="Pump")
        line = b.create("order_line", order=b.create("order", account=b.create("account", name="Acme")), product=product, quantity=Decimal("3.5"))
    assert b.outcome is not None
    line_id = b.outcome.id(line)
    for given, meets in (("3.5", True), ("3.500", True), ("3.50000", True), ("3", False), ("3.499", False)):
        try:
            with db.batch(dry_run=True) as b:
                b.require_value(line_id, "quantity", Decimal(given))
            assert meets, given
        except kith.FailedPreconditionError:
            assert not meets, given
    with pytest.raises(ValueError, match="no number"), db.batch() as b:
        b.require_value(line_id, "quantity", Decimal("NaN"))
    with pytest.raises(kith.InvalidArgumentError), db.batch() as b:
        b.require_value(line_id, "quantity", Decimal("1E+30"))
    exact = Decimal("12345.678")
    with localcontext(prec=2):  # the host's own
        with db.batch() as b:
            b.set(line_id, quantity=exact)
        with db.batch() as b:
            b.require_value(line_id, "quantity", exact)
        with db.snapshot() as now:
            assert now[line_id]["quantity"] == exact


def test_conflicts_and_idempotency(db: kith.Database) -> None:
    id = account(db, "1", name="Acme")
    with db.snapshot() as now:
        version = now[id].version
    account(db, "1", name="Acme 2")
    with pytest.raises(kith.ConflictError), db.batch() as b:
        b.require_version(id, version)
        b.set(id, name="Acme 3")
    for replayed in (False, True):
        with db.batch(key="once") as b:
            b.set(id, name="Acme 4")
        assert b.outcome is not None
        assert b.outcome.replayed is replayed
    with db.batch(dry_run=True) as b:
        b.set(id, name="never")
    with db.snapshot() as now:
        assert now[id]["name"] == "Acme 4"


def test_an_index_in_pages_while_it_is_written(db: kith.Database) -> None:
    for i in range(25):
        account(db, str(i), name=f"N{i:02}", city="X")
    seen: list[str] = []
    after: bytes | None = None
    while True:
        with db.snapshot() as now:
            cursor = now.index("account", "by_name", low="N05", high="N20", after=after)
            page = [record["name"] for _, record in zip(range(4), cursor, strict=False)]
            if not page:
                break
            seen += page
            after = cursor.position()
        account(db, f"early {len(seen)}", name="N00")  # before the page: does not disturb it
    assert seen == [f"N{i:02}" for i in range(5, 20)]
    with db.snapshot() as now:
        assert next(now.index("account", "by_name", "N07").rows(2)) == ("X",)
        assert [r["name"] for r in now.index("account", "by_name", reverse=True)][:2] == ["N24", "N23"]


def test_a_text_is_no_pair_of_system_and_key(db: kith.Database) -> None:
    for text in ("me", "somebody"):
        with pytest.raises(kith.InvalidArgumentError), db.batch(actor=text) as b:  # type: ignore[arg-type]
            b.create("account", name="x")
    with db.snapshot() as now:
        assert not list(now.scan("account"))


def test_history_and_past_states(db: kith.Database) -> None:  # B01
    id = account(db, "1", name="old")
    with db.batch(actor=("app.users", "17"), reason="rename") as b:
        b.set(id, name="new")
    with db.snapshot() as now:
        history = now.history(id)
        assert [entry["operation"] for entry in history] == ["create", "change"]
        assert history[1]["actor"] == {"system": "app.users", "key": "17"}
        assert history[1]["fields"][0]["before"] == "old"
        before = dt.datetime.fromisoformat(history[1]["recorded"]) - dt.timedelta(microseconds=1)
        assert now.as_of(id, recorded=before)["fields"]["name"] == "old"
        assert now.as_of(id)["fields"]["name"] == "new"
        with pytest.raises(kith.NotFoundError):
            now.as_of(id, recorded=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))


def test_the_feed_and_waiting_for_it(db: kith.Database) -> None:  # E14
    with db.snapshot() as now:
        start = now.sequence
    threading.Timer(0.05, lambda: account(db, "1", name="Acme")).start()
    assert db.wait(start, 10) > start
    with db.snapshot() as now:
        changes, scanned = now.changes(start)
        assert [operation for _, _, operation in changes] == [1]
        assert scanned == now.sequence
    with db.batch(checkpoint="sync", checkpoint_value=b"\1\0") as b:
        b.create("account", name="B")
    with db.snapshot() as now:
        assert now.checkpoint("sync") == b"\1\0"
        assert now.checkpoint("other") is None


def test_the_feed_tells_what_was_and_is(db: kith.Database) -> None:
    with db.snapshot() as now:
        start = now.sequence
    id = account(db, "1", name="A", employees=1)
    account(db, "1", employees=2)
    with db.batch() as b:
        b.delete(id)
    with db.snapshot() as now:
        entries = list(now.feed(start, types=["account"], fields=["employees"], page=1))
        assert [entry["operation"] for entry in entries] == ["create", "change", "delete"]
        assert [(f["before"], f["after"]) for entry in entries for f in entry["fields"]] == [(None, 1), (1, 2), (2, None)]
        assert [entry["record"] for entry in now.feed(start, record=id, operations=["change"])] == [id]
        with pytest.raises(kith.Error) as unknown:
            list(now.feed(start, fields=["nothing"]))
        assert unknown.value.reason == "UnknownField"


def test_differences_and_what_is_forgotten(db: kith.Database) -> None:
    id = account(db, "1", name="A")
    before = dt.datetime.now(dt.UTC)
    account(db, "1", name="B")
    with db.snapshot() as now:
        found = list(now.differences(before, types=["account"], page=1))
        assert [(d["record"], d["operation"], d["fields"]) for d in found] == [
            (id, "change", [{"field": "name", "before": "A", "after": "B"}])
        ]
    report = db.prune(dt.datetime.now(dt.UTC))
    assert report["feed_entries"] > 0
    with db.snapshot() as now:
        assert now[id]["name"] == "B"
        with pytest.raises(kith.Error) as pruned:
            now.as_of(id, recorded=before)
        assert pruned.value.reason == "HistoryPruned"
        with pytest.raises(kith.Error) as expired:
            list(now.feed(0))
        assert expired.value.reason == "CursorExpired"
        assert list(now.feed(report["horizon"]["sequence"])) == []
    assert db.verify() == []


def test_closed_objects_raise_instead_of_crashing(db: kith.Database) -> None:
    id = account(db, "1", name="Acme")
    snapshot = db.snapshot()
    record = snapshot[id]
    cursor = snapshot.scan("account")
    snapshot.renew()
    with pytest.raises(kith.ClosedError):
        record["name"]
    with pytest.raises(kith.ClosedError):
        next(iter(cursor))
    record = snapshot[id]
    db.close()
    assert record["name"] == "Acme"  # a snapshot keeps its database open
    snapshot.close()
    with pytest.raises(kith.ClosedError):
        record["name"]
    with pytest.raises(kith.ClosedError):
        db.snapshot()
    assert "closed" in repr(db)


def test_a_scan_reads_ahead_and_its_position_does_not(db: kith.Database) -> None:
    with db.batch() as b:
        for i in range(1000):
            b.create("account", name=f"A{i:03}", tags=["x", str(i)])
    with db.snapshot() as now:
        cursor = now.scan("account")
        seen = [record["name"] for _, record in zip(range(300), cursor, strict=False)]
        position = cursor.position()
        seen += [record["name"] for record in cursor]  # goes on where it stands
        assert seen == [f"A{i:03}" for i in range(1000)]
        assert next(iter(now.scan("account", int.from_bytes(position, "big"))))["name"] == "A300"
        assert list(now.tuples("account", "name", "employees", "tags"))[999] == ("A999", None, ["x", "999"])
        assert list(now.tuples("account", "id")) == [(id,) for id in now.scan("account").ids()]
        assert list(now.tuples("account", "name", after=list(now.scan("account").ids())[997])) == [("A998",), ("A999",)]
        with pytest.raises(kith.InvalidArgumentError, match="colour"):
            now.tuples("account", "colour")
        left = now.tuples("account", "name")
        next(left)
        now.close()
        with pytest.raises(kith.ClosedError):
            next(left)


def test_records_refuse_what_is_no_field(db: kith.Database) -> None:
    id = account(db, "1", name="Acme")
    with db.snapshot() as now:
        record = now[id]
        for wrong in (7, None, ["name"]):
            with pytest.raises(TypeError):
                record[wrong]  # type: ignore[index]
        with pytest.raises(kith.InvalidArgumentError, match='did you mean "name"'):
            record["nam"]
        with pytest.raises((OverflowError, TypeError)):
            now[-1]
        assert record.get("city", "nowhere") == "nowhere"
        with pytest.raises(TypeError):
            type(record)()


def test_batches_applied_together_do_not_hold_each_other_back(db: kith.Database) -> None:
    before = db.stats()
    batches = [db.batch(reason=f"{i}") for i in range(3)]
    made = [batch.create("account", name=name) for batch, name in zip(batches, ("A", "B", "C"), strict=True)]
    batches[1].set(made[1], nme="x")
    first, refused, last = db.apply_many(batches)
    assert isinstance(refused, kith.InvalidArgumentError)
    assert refused.field == "nme"
    assert isinstance(first, kith.Outcome)
    assert isinstance(last, kith.Outcome)
    assert batches[2].outcome is last
    with db.snapshot() as now:
        assert [now[first.id(made[0])]["name"], now[last.id(made[2])]["name"]] == ["A", "C"]
    after = db.stats()
    assert (after["groups"] - before["groups"], after["applied"] - before["applied"]) == (1, 2)
    assert db.apply_many([]) == []
    with pytest.raises(ValueError, match="same options"):
        db.apply_many([db.batch(key="k"), db.batch(key="k")])
    closed = db.batch()
    with closed:
        pass
    with pytest.raises(kith.ClosedError):
        db.apply_many([closed, db.batch()])
    assert "table" in db.schema("account")
    with pytest.raises(kith.InvalidArgumentError, match="acount"):
        db.schema("acount")


def test_threads_add_exactly(db: kith.Database) -> None:
    id = account(db, "1", name="Acme", employees=0)

    def work() -> None:
        for _ in range(20):
            with db.batch() as b:
                b.add(id, "employees", 1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.snapshot() as now:
        assert now[id]["employees"] == 80
    assert db.verify() == []


@pytest.mark.parametrize("call", ["export", "apply"])
def test_other_threads_run_while_the_library_works(db: kith.Database, call: str) -> None:
    with db.batch() as b:
        for i in range(2000):
            b.create("account", name=f"Account {i} of many", employees=i)
    now = db.snapshot()
    more = db.batch()
    for i in range(3000):
        more.create("account", name=f"Another {i}")
    calls: dict[str, Callable[[], object]] = {
        "export": lambda: now.export("account").to_arrow(),
        "apply": more.apply,
    }
    calls["export"]()  # Arrow is imported
    took: list[float] = []

    def work() -> None:
        took[:] = [time.perf_counter()]
        calls[call]()
        took.append(time.perf_counter())

    for _ in range(20):  # on a busy machine this thread may not have its turn
        worker = threading.Thread(target=work)
        worker.start()
        seen = []
        while worker.is_alive():
            seen.append(time.perf_counter())
            time.sleep(0)
        worker.join()
        tenth = (took[1] - took[0]) / 10
        if sum(took[0] + tenth < at < took[1] - tenth for at in seen) > 3:
            return
    pytest.fail("no other thread ran meanwhile")


def test_a_forked_child_opens_the_path_again(tmp_path: pathlib.Path) -> None:
    with kith.open(tmp_path / "crm.kith", create=True) as db, db.snapshot() as before:
        id = account(db, "1", name="Acme")
        pid = os.fork()
        if pid == 0:
            try:
                with db.batch() as b:
                    b.set(id, name="Of the child")
                with db.snapshot() as now:
                    seen = now[id]["name"]
                try:
                    before.find("account", id)
                    seen = "a parent's snapshot was read"
                except kith.FailedPreconditionError as error:
                    os._exit(0 if (error.reason, seen) == ("Forked", "Of the child") else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        with db.snapshot() as now:
            assert now[id]["name"] == "Of the child"
        assert db.verify() == []


def test_a_forked_child_is_refused(db: kith.Database) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            db.snapshot()
        except kith.FailedPreconditionError as error:
            os._exit(0 if error.reason == "Forked" else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_settings_that_are_none_leave_nothing_open(tmp_path: pathlib.Path) -> None:
    kith.open(tmp_path / "db", create=True).close()
    before = len(os.listdir("/proc/self/fd"))
    for wrong in ("April", object()):
        with pytest.raises((TypeError, kith.Error)) as caught:
            kith.open(tmp_path / "db", fiscal_start=wrong)  # type: ignore[arg-type]
        assert len(os.listdir("/proc/self/fd")) == before, caught.value


def test_backup_opens_elsewhere(db: kith.Database, tmp_path: pathlib.Path) -> None:
    id = account(db, "1", name="Acme")
    db.backup(tmp_path / "copy")
    with kith.open(tmp_path / "copy") as copy, copy.snapshot() as now:
        assert now[id]["name"] == "Acme"
    with pytest.raises(kith.NotFoundError):
        kith.open(tmp_path / "absent")


def test_json_batches(db: kith.Database) -> None:
    text = '{"reason": "json", "changes": [{"create": "account", "as": "a", "ref": ["app", "9"], "set": {"name": "From JSON"}}]}'
    batch = db.batch_from_json(text)
    batch.apply()
    with db.snapshot() as now:
        found = now.find("account", ("app", "9"))
        assert found is not None
        assert found["name"] == "From JSON"
    assert isinstance(db.batch().create("account"), LocalId)


MODULES = [found.name for found in pkgutil.walk_packages(kith.__path__, "kith.") if found.name != "kith._kith"]


@pytest.mark.parametrize("name", MODULES)
def test_doctests(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_doctests() -> None:
    found = (test for name in MODULES for test in doctest.DocTestFinder().find(importlib.import_module(name)))
    assert sum(len(test.examples) for test in found) > 100


def test_the_package_is_typed() -> None:
    assert (pathlib.Path(kith.__file__).parent / "py.typed").exists()


def test_json_lines(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "all.jsonl"
    with kith.open(temporary=True) as db:
        with db.batch() as batch:
            acme = batch.create("account", ("erp", "7"), name="Acme 测试")
            batch.create("contact", name="Ada", account=acme)
        counts = db.export_jsonl(path, history=True)["types"]
        assert {"type": "account", "records": 1, "deleted": 0} in counts
        with pytest.raises(kith.Error):
            db.export_jsonl(tmp_path / "no.jsonl", progress=lambda *_: False)
        told: list[str] = []

        def tell(stage: str, done: int, total: int) -> None:
            told.append(stage)

        db.export_jsonl(tmp_path / "told.jsonl", progress=tell)
        assert "export" in told
    with kith.open(temporary=True) as copy:
        assert copy.import_jsonl(path)["ids_kept"]
        assert copy.verify() == []
        assert copy.import_jsonl(path)["types"] == []
        again = tmp_path / "again.jsonl"
        copy.export_jsonl(again, types=["account"])
        assert "Acme 测试" in again.read_text(encoding="utf-8")
        with kith.open(temporary=True) as other:
            with other.batch() as batch:
                batch.create("account", ("erp", "7"), name="Older name")
            with pytest.raises(kith.Error, match="name for where they come from"):
                other.import_jsonl(path)
            assert not other.import_jsonl(path, source="branch", actor=("app", "1"))["ids_kept"]
        path.write_bytes(path.read_bytes().replace(b"Acme", b"Akme"))
        with pytest.raises(kith.Error, match="not those that were written"):
            copy.import_jsonl(path)


def test_a_local_id_means_nothing_to_another_batch(db: kith.Database) -> None:
    with db.batch() as first:
        parent = first.create("account", name="Parent")
    other = db.batch()
    other.create("account", name="Other")
    child = other.create("account", name="Child")
    for use in (
        lambda: other.set(child, parent=parent),
        lambda: other.create("account", name="Child", parent=parent),
        lambda: other.set(parent, name="Other"),
        lambda: other.delete(parent),
        lambda: other.merge(child, parent),
        lambda: other.claim(1, parent),
        lambda: other.require_value(child, "parent", parent),
    ):
        with pytest.raises(kith.InvalidArgumentError, match="another batch") as caught:
            use()
        assert "outcome" in caught.value.hint
    outcome = other.apply()
    with pytest.raises(KeyError):
        outcome.id(parent)
    assert first.outcome is not None
    with db.snapshot() as now:
        assert now[first.outcome.id(parent)]["name"] == "Parent"


def test_a_batch_whose_block_has_ended_takes_nothing(db: kith.Database) -> None:
    with db.batch() as batch:
        acme = batch.create("account", name="Acme")
    for late in (lambda: batch.create("account", name="Late"), lambda: batch.set(acme, name="Late"), batch.apply, batch.to_json):
        with pytest.raises(kith.ClosedError, match="block has ended"):
            late()
    with pytest.raises(kith.FailedPreconditionError, match="when the block ends"), db.batch() as batch:
        batch.create("account", name="Twice")
        batch.apply()
    with db.snapshot() as now:
        assert [name for (name,) in now.tuples("account", "name")] == ["Acme"]


def test_settings_that_are_none_are_refused(db: kith.Database) -> None:
    for currency, zone in (("XXQ", None), ("cny", None), (None, "Mars"), (None, "")):
        with pytest.raises(kith.InvalidArgumentError) as caught:
            db.configure(currency=currency, zone=zone)
        field = "time_zone" if currency is None else "base_currency"
        assert (caught.value.type, caught.value.field, caught.value.value) == ("setting", field, zone if currency is None else currency)
    assert db.configure(currency="EUR", zone="Asia/Shanghai")
    assert (db.settings()["base_currency"], db.settings()["time_zone"]) == ("EUR", "Asia/Shanghai")


def test_a_forecast_is_in_a_currency_that_there_is(db: kith.Database) -> None:
    for wrong in ("EURO", "ZZZ", "eur"):
        with pytest.raises(kith.InvalidArgumentError, match="is no currency") as caught:
            db.forecast(currency=wrong)
        assert (caught.value.field, caught.value.value) == ("currency", wrong)
    assert db.forecast(currency="EUR")["currency"] == "EUR"


def test_times_say_their_zone(db: kith.Database) -> None:
    id = account(db, "1", name="Acme")
    naive = dt.datetime(2026, 3, 2)
    with db.snapshot() as now:
        for asked in (
            lambda: now.walk(since=naive),
            lambda: list(now.timeline(id, since=naive)),
            lambda: list(now.query("account", {"at": naive}, where="created > $at")),
            lambda: now.as_of(id, naive),
            lambda: now.owned(id, at=naive),
            lambda: db.batch().effective(naive),
            lambda: db.batch().create("interaction", kind="call", direction="in", at=naive),
        ):
            with pytest.raises(TypeError, match="without a zone"):
                asked()
        with pytest.raises(TypeError, match="aware datetime"):
            db.batch().effective("2026-03-02")  # type: ignore[arg-type]
        # A day is its beginning in the database's time zone.
        assert now.walk(since="2026-03-02")["since"] == now.walk(since=dt.date(2026, 3, 2))["since"]
        with pytest.raises(kith.NotFoundError, match="no such record at that time"):
            now.as_of(id, "1999-01-01")


def test_a_database_is_brought_back_to_a_day(db: kith.Database, tmp_path: pathlib.Path) -> None:
    id = account(db, "1", name="Acme")
    days: list[str | dt.date] = [dt.date(2001, 1, 1), "2001-01-01", "2001-01-01T00:00:00Z"]
    for number, day in enumerate(days):
        db.restore_to(tmp_path / f"{number}", day)
        with kith.open(tmp_path / f"{number}") as then, then.snapshot() as now:
            assert now.get(id) is None
    for wrong in (0, -1, True):
        with pytest.raises(ValueError, match="sequence number"):
            db.restore_to(tmp_path / "wrong", wrong)
    with pytest.raises(TypeError, match="zone"):
        db.restore_to(tmp_path / "wrong", dt.datetime(2026, 1, 1))


def test_what_is_closed_is_called_as_in_python() -> None:
    db = kith.open(temporary=True)
    db.close()
    with pytest.raises(kith.ClosedError, match="the database is closed") as caught:
        db.snapshot()
    assert caught.value.hint == ""


def test_waiting_serves_signals_and_short_timeouts_are_some(db: kith.Database) -> None:
    def alarm(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    began = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            db.wait(2**40, 30)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - began < 10
    for wrong in (-1, 0, float("nan")):
        with pytest.raises(ValueError, match="above 0"):
            db.batch(timeout=wrong)
