"""Replicas from Python: two copies written apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kith


def test_two_copies_converge(tmp_path: Path) -> None:  # R01
    with kith.open(tmp_path / "office", create=True, relaxed=True) as office:
        with office.batch(reason="fair") as batch:
            account = batch.create("account", name="Acme")
        assert batch.outcome is not None
        account_id = batch.outcome.id(account)
        office.backup(tmp_path / "laptop")
        with kith.open(tmp_path / "laptop", node=2, relaxed=True) as laptop:
            assert (office.node, laptop.node) == (0, 2)
            with laptop.batch(reason="train") as batch:
                batch.set(account_id, phone="+86 10 1234")
            with office.batch(reason="desk") as batch:
                batch.set(account_id, name="Acme Ltd")
            page = office.read_replica(laptop.received_from(0), 2)
            assert json.loads(page.splitlines()[0])["more"] is False
            assert laptop.receive(page)["taken"] == 1
            assert laptop.receive(page)["taken"] == 0
            assert office.pull(laptop)["taken"] == 1
            for db in (office, laptop):
                with db.snapshot() as now:
                    record = now.get(account_id)
                    assert record is not None
                    assert (record["name"], record["phone"]) == ("Acme Ltd", "+86 10 1234")
            with pytest.raises(kith.Error, match="cut"):
                laptop.receive(page.splitlines()[0])
