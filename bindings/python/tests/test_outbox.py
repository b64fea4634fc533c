"""The example of a host with SQL tables: each order counts once, whatever stops between the two databases."""

from __future__ import annotations

import importlib.util
import pathlib
import sqlite3
import subprocess
import sys
from typing import Any

import pytest

import kith
from kith import Money

EXAMPLE = pathlib.Path(__file__).parents[1] / "examples" / "outbox.py"


def example() -> Any:
    spec = importlib.util.spec_from_file_location("outbox", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sync(db: kith.Database) -> Any:
    return example().Sync(sqlite3.connect(":memory:"), db)


def revenue(db: kith.Database, client: str) -> Any:
    with db.snapshot() as now:
        account = now.find("account", ("shop.clients", client))
        assert account is not None
        return account["annual_revenue"]


class Stopped(Exception):
    pass


def stop_after(batches: int, monkeypatch: pytest.MonkeyPatch, db: kith.Database) -> None:
    """Lets the host die after so many batches, before it gets to its own tables."""
    whole, left = db.batch, [batches]

    def batch(*arguments: Any, **named: Any) -> Any:
        if left[0] == 0:
            raise Stopped
        left[0] -= 1
        return whole(*arguments, **named)

    monkeypatch.setattr(db, "batch", batch)


@pytest.mark.parametrize("batches", range(5))
def test_each_order_counts_once_wherever_the_host_stops(
    sync: Any, db: kith.Database, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:  # E14
    for minor in (1, 10, 100, 1000):
        sync.order("Acme", minor)
    with monkeypatch.context() as broken:
        stop_after(batches, broken, db)
        if batches < 4:
            with pytest.raises(Stopped):
                sync.push()
        else:
            assert sync.push() == 4
    sync.order("Acme", 10_000)
    assert sync.push() == 5 - batches
    assert sync.push() == 0
    assert revenue(db, "Acme") == Money(11_111, "EUR")
    assert sync.sql.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


def test_names_come_back_once(sync: Any, db: kith.Database) -> None:
    sync.order("Acme", 1)
    sync.push()
    assert sync.pull() == 1
    with db.batch() as b:
        b.set(b.existing("account", ("shop.clients", "Acme")), name="Acme & Sons")
        b.create("account", name="not of the shop")
    sync.sql.execute("CREATE TRIGGER full BEFORE INSERT ON cursors BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(sqlite3.IntegrityError):
        sync.pull()
    sync.sql.execute("DROP TRIGGER full")
    assert sync.pull() == 2
    assert sync.pull() == 0
    assert sync.sql.execute("SELECT * FROM clients").fetchall() == [("Acme", "Acme & Sons", 2)]


def test_it_runs_as_a_program(tmp_path: pathlib.Path) -> None:
    done = subprocess.run([sys.executable, str(EXAMPLE), str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "1 orders to the CRM, 1 names back\n"
