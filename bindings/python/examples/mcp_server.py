"""A CRM as an agent's tools, over the Model Context Protocol: `pip install kith mcp`, then `python mcp_server.py crm.kith`.

The agent reads what it likes, as one viewer if it is given one. It cannot write in one step: `propose` tries a batch without changing
anything and answers with what would follow and a token; only `commit` with that token applies exactly that batch. What the batch touches must
not have changed in between, and a token that is sent twice applies once.

    {"mcpServers": {"crm": {"command": "python", "args": ["mcp_server.py", "crm.kith", "--viewer", "147334558121985"]}}}
"""

from __future__ import annotations

import argparse
import json
import secrets
import time
from typing import Any

import kith

ROWS = 100  # that a query answers with at most
VALID = 600.0  # seconds that a proposal stands


def _plain(value: Any) -> Any:
    """What JSON has: amounts as {"minor", "currency"}, times and dates as text."""
    if isinstance(value, kith.Money):
        return {"minor": value.minor, "currency": value.currency}
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


class Tools:
    """The tools; each is a method that takes and gives JSON."""

    def __init__(self, db: kith.Database, viewer: int = 0, actor: tuple[str, str] = ("mcp", "agent")) -> None:
        self._db = db
        self._viewer = viewer
        self._actor = actor
        self._proposed: dict[str, tuple[float, str]] = {}

    def search(self, text: str) -> list[dict[str, Any]]:
        """Records by a name, part of it, pinyin, a telephone number: id, type and the field that matched."""
        with self._db.snapshot(self._viewer) as now:
            return now.search(text)

    def show(self, record: int) -> dict[str, Any]:
        """A record with all its fields, its version, and what happened to it lately."""
        with self._db.snapshot(self._viewer) as now:
            return now.record(record) | {"history": now.history(record)[-10:]}

    def describe(self, type: str = "") -> list[dict[str, Any]]:
        """The types there are, or the fields of one: name, kind, choices, what they refer to."""
        types = self._db.catalog()["types"]
        if not type:
            return [{"name": found["name"], "label": found.get("labels", {}).get("en")} for found in types]
        kept = ("name", "kind", "required", "to")
        fields: list[dict[str, Any]] = next((found["fields"] for found in types if found["name"] == type), [])
        choices = {field["name"]: [choice["name"] for choice in field.get("choices", ())] for field in fields}
        return [{name: field[name] for name in kept if name in field} | {"choices": choices[field["name"]]} for field in fields]

    def query(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        """Rows, such as of {"from": "opportunity", "where": "stage.kind == 'open'", "select": ["name", "amount"], "order": ["-amount"]}."""
        with self._db.snapshot(self._viewer) as now:
            rows = now.query({"limit": ROWS} | query, time_limit=10)
            return [{name: _plain(value) for name, value in row.items()} for _, row in zip(range(ROWS), rows, strict=False)]

    def forecast(self, period: str = "this-quarter", pipeline: str = "default") -> dict[str, Any]:
        """What a period will bring, as P10, P50, P90 in minor units; with warnings that must be passed on."""
        with self._db.snapshot(self._viewer) as now:
            found = now.forecast(pipeline, period)
            return {name: found[name] for name in ("period", "currency", "closed", "from_open", "from_new", "total", "maturity", "warnings")}

    def propose(self, changes: list[dict[str, Any]], reason: str) -> dict[str, Any]:
        """Try a batch, changing nothing. Changes are such as {"create": "account", "as": "a", "set": {"name": "Acme"}}, {"patch": ID, "set":
        {...}}, {"delete": ID}. The answer has a token for `commit`, or the error."""
        batch = {"actor": dict(zip(("system", "key"), self._actor, strict=True)), "reason": reason}
        try:
            text = json.dumps(batch | {"changes": [*self._unchanged(changes), *changes]})
            effects = self._db.batch_from_json(text, dry_run=True, viewer=self._viewer).apply().effects
        except kith.Error as error:
            return {"refused": error.message, "hint": error.hint, "field": error.field, "value": error.value}
        token = secrets.token_hex(8)
        self._proposed[token] = (time.monotonic() + VALID, text)
        return {"token": token, "effects": effects, "valid_seconds": VALID}

    def _unchanged(self, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """That what is touched stands as it does now."""
        ids = {id for change in changes for name in ("patch", "delete") if isinstance(id := change.get(name), int)}
        with self._db.snapshot(self._viewer) as now:
            return [{"require": id, "version": record.version} for id in sorted(ids) if (record := now.get(id)) is not None]

    def commit(self, token: str) -> dict[str, Any]:
        """Apply what was proposed under a token, after a person has agreed."""
        until, text = self._proposed.get(token, (0.0, ""))
        if time.monotonic() > until:
            return {"refused": "no proposal has this token, or it is too old", "hint": "propose again"}
        try:
            outcome = self._db.batch_from_json(text, key=f"mcp-{token}", viewer=self._viewer).apply()
        except kith.ConflictError as error:
            return {"refused": error.message, "hint": "it has changed since: read it again and propose anew"}
        except kith.Error as error:
            return {"refused": error.message, "hint": error.hint}
        return {"first": outcome.first_sequence, "last": outcome.last_sequence, "replayed": outcome.replayed}


TOOLS = ("search", "show", "describe", "query", "forecast", "propose", "commit")


def main() -> None:
    from mcp.server import MCPServer

    parser = argparse.ArgumentParser(description="A CRM as an agent's tools")
    parser.add_argument("path")
    parser.add_argument("--viewer", type=int, default=0, help="id of the employee on whose behalf; the system otherwise")
    given = parser.parse_args()
    with kith.open(given.path) as db:
        tools = Tools(db, given.viewer)
        server = MCPServer("kith", instructions="Read freely. To write: propose, show a person what would follow, then commit.")
        for name in TOOLS:
            server.tool()(getattr(tools, name))
        server.run()


if __name__ == "__main__":
    main()
