"""Care of the file and of people's data: repair, a person exported and erased."""

import datetime as dt
import pathlib

import pytest

import kith


def _with_person(path: pathlib.Path) -> tuple[kith.Database, int, int]:
    db = kith.open(path, create=True)
    with db.batch(reason="spoke with Xiaomeng") as batch:
        account = batch.create("account", name="Acme")
        person = batch.create("contact", name="Xiaomeng Li", email="xiaomeng@secret.example", account=account)
        note = batch.create("note", body="prefers zanzibar tea", regarding=person, contact=person)
    assert batch.outcome is not None
    return db, batch.outcome.id(person), batch.outcome.id(note)


def test_a_person_is_exported_and_erased(tmp_path: pathlib.Path) -> None:
    db, person, note = _with_person(tmp_path / "db")
    exported = db.export_person(person)
    assert [record["id"] for record in exported["records"]][:2] == [person, note]
    assert exported["records"][0]["fields"]["name"] == "Xiaomeng Li"

    dry = db.erase_person(person, dry_run=True)
    assert dry["records"] == [person, note] and dry["sequence"] == 0
    report = db.erase_person(person, actor=("desk", "dpo"), reason="request 12", overwrite=True)
    assert report["values"] == dry["values"] == 3
    assert report["overwritten"]["kept_back"] == 0
    data = (tmp_path / "db" / "data.mdb").read_bytes()
    assert not [word for word in (b"Xiaomeng", b"secret.example", b"zanzibar") if word in data]
    [proof] = db.erasures()
    assert proof["person"] == person and proof["reason"] == "request 12" and len(proof["digest"]) == 64
    assert db.verify() == []
    assert set(db.overwrite_freed()) == {"pages", "gap_bytes", "kept_back"}


def test_a_field_gets_another_kind(tmp_path: pathlib.Path) -> None:
    db = kith.open(tmp_path / "db", create=True)
    size = {"name": "size", "kind": "text"}
    db.ensure({"package": "test.kinds", "version": "1.0.0", "types": [{"name": "thing", "fields": [size]}]})
    with db.batch() as batch:
        made = [batch.create("thing", size=size) for size in ("7", "large")]
    assert batch.outcome is not None
    seven, large = map(batch.outcome.id, made)
    dry = db.change_kind("thing", "size", {"kind": "int"}, dry_run=True)
    assert dry["failed"] == 1 and dry["failures"][0]["record"] == large and dry["failures"][0]["value"] == "large"
    with pytest.raises(kith.Error) as refused:
        db.change_kind("thing", "size", {"kind": "int"})
    assert refused.value.reason == "OutOfRange" and refused.value.record == large
    report = db.change_kind("thing", "size", {"kind": "int"}, drop=True, reason="sizes are numbers")
    assert report["former"] == "size_former"
    with db.snapshot() as now:
        assert now[seven]["size"] == 7 and now[seven]["size_former"] == "7"
        assert now[large]["size"] is None and now[large]["size_former"] == "large"
    assert db.verify() == []


def test_a_hash_chain_outlasts_an_erasure(tmp_path: pathlib.Path) -> None:
    db, person, _ = _with_person(tmp_path / "db")
    assert db.chain_head() is None
    with pytest.raises(kith.FailedPreconditionError) as refused:
        db.verify_chain()
    assert refused.value.reason == "PreconditionFailed"
    head = db.begin_chain()
    assert head == db.chain_head() and len(head["hash"]) == 64
    db.erase_person(person)
    report = db.verify_chain(head)
    assert report["broken"] == 0 and report["withheld"] > 0 and report["head"] == db.chain_head() != head
    assert db.verify_chain({**head, "hash": "0" * 64})["broken"] == head["sequence"]


def test_a_sound_database_needs_no_repair(tmp_path: pathlib.Path) -> None:
    db, _, _ = _with_person(tmp_path / "db")
    assert db.repair() == {"changes": [], "problems": []}


def test_a_former_moment_is_brought_back(tmp_path: pathlib.Path) -> None:
    db, person, note = _with_person(tmp_path / "db")
    with db.snapshot() as now:
        then = now.sequence
    with db.batch() as batch:
        batch.set(person, email="new@example.com")
        batch.delete(note)
    report = db.restore_to(tmp_path / "then", then)
    assert report["problems"] == [] and report["brought_back"] >= 2 and report["sequence"] == then
    with kith.open(tmp_path / "then") as restored, restored.snapshot() as past:
        assert past[person]["email"] == "xiaomeng@secret.example"
        assert past[note]["body"] == "prefers zanzibar tea"
    today = db.restore_to(tmp_path / "today")
    assert today["brought_back"] == 0
    with pytest.raises(kith.Error, match="the target is not free"):
        db.restore_to(tmp_path / "then", dt.datetime.now(dt.UTC))


def test_the_file_is_compacted_in_place(tmp_path: pathlib.Path) -> None:
    db, person, _ = _with_person(tmp_path / "db")
    for i in range(20):
        with db.batch() as batch:
            batch.set(person, description=f"{i} " * 500)
    size = (tmp_path / "db" / "data.mdb").stat().st_size
    report = db.compact()
    assert report["bytes_before"] == size > report["bytes_after"] == (tmp_path / "db" / "data.mdb").stat().st_size
    with db.batch() as batch:
        batch.set(person, title="Buyer")
    assert db.verify() == []


def test_a_damaged_file_is_salvaged(tmp_path: pathlib.Path) -> None:
    db, person, note = _with_person(tmp_path / "db")
    db.backup(tmp_path / "backup")
    db.close()
    data = bytearray((tmp_path / "db" / "data.mdb").read_bytes())
    pages = [p for p in range(2, len(data) // 4096) if b"secret.example" in data[p * 4096 : (p + 1) * 4096]]
    assert pages
    for page in pages:
        data[page * 4096 : page * 4096 + 16] = bytes(16)
    (tmp_path / "db" / "data.mdb").write_bytes(data)
    with pytest.raises(kith.CorruptError):
        kith.open(tmp_path / "db")
    report = kith.salvage(tmp_path / "db", tmp_path / "new", definitions_from=tmp_path / "backup")
    assert report["records"] > 0 and report["file"]["damaged_pages"] > 0
    lost = {entry["type"]: entry["lost"] for entry in report["types"]}
    with kith.open(tmp_path / "new") as new, new.snapshot() as now:
        for type, record in (("contact", person), ("note", note)):
            assert (now.get(record) is None) == (lost[type] == 1)
    assert lost["contact"] + lost["note"] > 0


def test_metrics_are_open_metrics(tmp_path: pathlib.Path) -> None:
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    name = 'back\\slash "quoted"'
    db, _, _ = _with_person(tmp_path / "db")
    with kith.open(tmp_path / "other", create=True) as other:
        together = kith.metrics({name: db, "other": other})
    families = {family.name: family for family in parser.text_string_to_metric_families(together)}
    alone = {family.name: family for family in parser.text_string_to_metric_families(db.metrics())}
    assert families.keys() == alone.keys()
    assert {sample.labels["database"] for sample in families["kith_sequence"].samples} == {name, "other"}
    [sequence] = alone["kith_sequence"].samples
    assert sequence.value == families["kith_sequence"].samples[0].value > 0
    assert alone["kith_applied"].type == "counter" and alone["kith_applied"].samples[0].value >= 1
    assert alone["kith_file_bytes"].unit == "bytes"
    assert alone["kith_file_bytes"].samples[0].value > 0
    assert {sample.labels["keyspace"] for sample in alone["kith_keyspace_entries"].samples} >= {"record", "history", "feed"}
    assert all(family.documentation for family in alone.values())
    with pytest.raises(ValueError):  # what is no OpenMetrics does not pass
        list(parser.text_string_to_metric_families(db.metrics().replace("# EOF\n", "")))
