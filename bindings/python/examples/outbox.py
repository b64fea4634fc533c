"""A host with SQL tables of its own, kept in step with Kith both ways, each thing once whatever stops in between: `python outbox.py FOLDER`.

Out: the host writes an order and a row of its outbox in one SQL transaction. `Sync.push` applies what the outbox holds and stores the row's
number with the batch, as a checkpoint: either both are there or neither.
Back: `Sync.pull` reads the feed and stores its cursor in the SQL transaction that keeps what the feed said.
"""

from __future__ import annotations

import pathlib
import sqlite3
import sys

import kith
from kith import Money

TABLES = """
CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, client TEXT NOT NULL, minor INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, order_id INTEGER NOT NULL REFERENCES orders (id));
CREATE TABLE IF NOT EXISTS clients (id TEXT PRIMARY KEY, name TEXT NOT NULL, changes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL);
"""
SYSTEM = "shop.clients"
CHECKPOINT = "shop.outbox"


class Sync:
    def __init__(self, sql: sqlite3.Connection, crm: kith.Database) -> None:
        self.sql, self.crm = sql, crm
        sql.executescript(TABLES)

    def order(self, client: str, minor: int) -> None:
        """What the host does all day, without a thought of Kith."""
        with self.sql:
            order = self.sql.execute("INSERT INTO orders (client, minor) VALUES (?, ?)", (client, minor)).lastrowid
            self.sql.execute("INSERT INTO outbox (order_id) VALUES (?)", (order,))

    def push(self) -> int:
        """Brings orders to Kith; how many there were. One process at a time."""
        with self.crm.snapshot() as now:
            done = int(now.checkpoint(CHECKPOINT) or b"0")
        rows = self.sql.execute(
            "SELECT outbox.id, client, minor FROM outbox JOIN orders ON orders.id = order_id WHERE outbox.id > ? ORDER BY outbox.id", (done,)
        ).fetchall()
        for row, client, minor in rows:
            with self.crm.batch(reason=f"outbox {row}", checkpoint=CHECKPOINT, checkpoint_value=str(row).encode()) as batch:
                batch.create_if_absent("account", (SYSTEM, client), name=client)  # one that is there is left alone
                batch.add(batch.existing("account", (SYSTEM, client)), "annual_revenue", Money(minor, "EUR"))
            done = row
        with self.sql:
            self.sql.execute("DELETE FROM outbox WHERE id <= ?", (done,))
        return len(rows)

    def pull(self) -> int:
        """Brings the names of clients back; how many changes there were. Someone renames them in the CRM."""
        found = self.sql.execute("SELECT sequence FROM cursors WHERE name = 'accounts'").fetchone()
        with self.crm.snapshot() as now, self.sql:
            entries = list(now.feed(found[0] if found else 0, types=["account"], fields=["name"], operations=["create", "change"]))
            for entry in entries:
                keys = dict(now.external_refs(entry["record"]))
                for change in entry["fields"]:
                    if change["field"] == "name" and SYSTEM in keys:
                        self.sql.execute(
                            "INSERT INTO clients VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET name = excluded.name, changes = changes + 1",
                            (keys[SYSTEM], change["after"]),
                        )
            self.sql.execute("INSERT OR REPLACE INTO cursors VALUES ('accounts', ?)", (now.sequence,))
        return len(entries)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    with sqlite3.connect(folder / "shop.db") as sql, kith.open(folder / "crm.kith", create=True) as crm:
        sync = Sync(sql, crm)
        sync.order("Harbour Trading", 45_000_00)
        print(f"{sync.push()} orders to the CRM, {sync.pull()} names back")


if __name__ == "__main__":
    main()
