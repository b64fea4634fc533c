"""The example of an agent's tools: nothing is written without a proposal, and a proposal applies once, to what it was made for."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import pathlib
import sys
from typing import Any

import pytest

import kith
from kith import Money

EXAMPLE = pathlib.Path(__file__).parents[1] / "examples" / "mcp_server.py"


def example() -> Any:
    spec = importlib.util.spec_from_file_location("mcp_server", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tools(db: kith.Database) -> Any:
    return example().Tools(db)


def one(db: kith.Database) -> int:
    with db.batch() as b:
        made = b.create("opportunity", name="Pilot", amount=Money(1000, "CNY"))
        b.move(made, "default/qualified")
    assert b.outcome is not None
    return b.outcome.id(made)


def test_reads(db: kith.Database, tools: Any) -> None:
    id = one(db)
    with db.batch() as b:
        b.create("contact", name="Ada")
    assert tools.search("ada")[0]["type"] == "contact"
    assert tools.show(id)["fields"]["name"] == "Pilot"
    assert tools.query({"from": "opportunity", "select": ["amount"]}) == [{"amount": {"minor": 1000, "currency": "CNY"}}]
    assert {"name": "stage", "kind": "ref", "to": ["stage"], "choices": []} in tools.describe("opportunity")
    assert tools.forecast()["warnings"]
    assert json.dumps([tools.describe(), tools.show(id), tools.forecast()])


def test_a_proposal_changes_nothing_until_committed_and_applies_once(db: kith.Database, tools: Any) -> None:
    id = one(db)
    proposed = tools.propose([{"patch": id, "set": {"next_step": "call"}}, {"create": "note", "set": {"body": "x", "regarding": id}}], "agreed")
    with db.snapshot() as now:
        assert now[id]["next_step"] is None
        assert list(now.scan("note")) == []
    assert tools.commit(proposed["token"])["last"] > 0
    assert tools.commit(proposed["token"])["replayed"]
    with db.snapshot() as now:
        assert now[id]["next_step"] == "call"
        assert len(list(now.scan("note"))) == 1
        assert now.history(id)[-1]["actor"] == {"system": "mcp", "key": "agent"}


def test_a_proposal_is_refused_when_wrong_or_overtaken(db: kith.Database, tools: Any) -> None:
    id = one(db)
    assert "industry" in json.dumps(tools.propose([{"create": "account", "set": {"name": "A", "industry": "lawx"}}], ""))
    proposed = tools.propose([{"patch": id, "set": {"next_step": "call"}}], "")
    with db.batch() as b:
        b.set(id, next_step="visit")
    assert "propose anew" in tools.commit(proposed["token"])["hint"]
    assert "propose again" in tools.commit("made up")["hint"]
    with db.snapshot() as now:
        assert now[id]["next_step"] == "visit"


def test_a_viewer_reads_and_writes_as_themselves(db: kith.Database) -> None:
    with db.batch() as b:
        ann, bob = b.create("employee", name="Ann"), b.create("employee", name="Bob")
        acme = b.create("account", name="Acme", owner=bob)
    assert b.outcome is not None
    db.set_policy({"types": {"account": {"read": ["owner"], "write": ["owner"]}}})
    tools = example().Tools(db, b.outcome.id(ann))
    assert tools.query({"from": "account", "select": ["name"]}) == []
    assert "refused" in tools.propose([{"patch": b.outcome.id(acme), "set": {"name": "Mine"}}], "")


def test_over_the_protocol(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("mcp", reason="the extra package mcp is not installed")
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    with kith.open(tmp_path / "crm.kith", create=True) as db:
        id = one(db)

    async def talk() -> None:
        server = StdioServerParameters(command=sys.executable, args=[str(EXAMPLE), str(tmp_path / "crm.kith")])
        async with Client(stdio_client(server)) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert names == set(example().TOOLS)
            shown = await client.call_tool("show", {"record": id})
            assert shown.structured_content is not None
            assert shown.structured_content["fields"]["name"] == "Pilot"

    asyncio.run(talk())
