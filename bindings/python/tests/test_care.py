"""Care of the file and of people's data: repair, a person exported and erased."""

import pathlib

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


def test_a_sound_database_needs_no_repair(tmp_path: pathlib.Path) -> None:
    db, _, _ = _with_person(tmp_path / "db")
    assert db.repair() == {"changes": [], "problems": []}
