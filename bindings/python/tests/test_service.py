"""The example of an HTTP service: who asks sees and writes their own, and two people do not write over each other."""

from __future__ import annotations

import importlib.util
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

import kith
from kith import Money

EXAMPLE = pathlib.Path(__file__).parents[1] / "examples" / "service.py"


@pytest.fixture
def company(tmp_path: pathlib.Path) -> tuple[pathlib.Path, dict[str, int]]:
    """Ann has three deals, Bob one; each sees their own."""
    path = tmp_path / "crm.kith"
    with kith.open(path, create=True) as db:
        with db.batch() as b:
            people = {name: b.create("employee", name=name) for name in ("Ann", "Bob")}
            for i, name in enumerate(("Ann", "Ann", "Ann", "Bob")):
                deal = b.create("opportunity", name=f"Deal {i}", amount=Money(100 * i, "EUR"), owner=people[name])
                b.move(deal, "default/qualified")
        assert b.outcome is not None
        db.set_policy({"types": {"opportunity": {"read": ["owner"], "write": ["owner"]}}})
        return path, {name: b.outcome.id(local) for name, local in people.items()}


@pytest.fixture
def client(company: tuple[pathlib.Path, dict[str, int]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    testclient = pytest.importorskip("fastapi.testclient", reason="the extra packages fastapi and httpx are not installed")
    monkeypatch.setenv("CRM", str(company[0]))
    spec = importlib.util.spec_from_file_location("service", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "service", module)
    spec.loader.exec_module(module)
    with testclient.TestClient(module.app) as client:
        yield client


@pytest.fixture
def ann(company: tuple[pathlib.Path, dict[str, int]]) -> dict[str, str]:
    return {"X-Employee": str(company[1]["Ann"])}


def test_pages_hold_what_the_employee_may_see(client: Any, ann: dict[str, str]) -> None:
    first = client.get("/opportunities", params={"limit": 2}, headers=ann).json()
    rest = client.get("/opportunities", params={"limit": 2, "after": first["next"]}, headers=ann).json()
    assert [row["name"] for row in first["rows"] + rest["rows"]] == ["Deal 2", "Deal 1", "Deal 0"]
    assert first["rows"][0]["amount"] == {"minor": 200, "currency": "EUR"}
    assert rest["next"] is None
    large = client.get("/opportunities", params={"where": "amount > money('1.00', 'EUR')"}, headers=ann).json()
    assert [row["name"] for row in large["rows"]] == ["Deal 2"]
    assert client.get("/opportunities", headers={"X-Employee": "0"}).status_code == 422  # nobody becomes the system
    assert client.get("/opportunities").status_code == 422


def test_two_people_do_not_write_over_each_other(client: Any, ann: dict[str, str]) -> None:
    id = client.get("/opportunities", headers=ann).json()["rows"][0]["id"]
    read = client.get(f"/records/{id}", headers=ann)
    mine = ann | {"If-Match": read.headers["etag"]}
    written = client.patch(f"/records/{id}", json={"next_step": "call"}, headers=mine)
    assert written.json()["fields"]["next_step"] == "call"
    assert written.headers["etag"] != read.headers["etag"]
    overtaken = client.patch(f"/records/{id}", json={"next_step": "visit"}, headers=mine)
    assert (overtaken.status_code, overtaken.json()["reason"]) == (412, "VersionConflict")
    assert client.get(f"/records/{id}", headers=ann).json()["fields"]["next_step"] == "call"


def test_a_repeat_is_applied_once(client: Any, ann: dict[str, str]) -> None:
    id = client.get("/opportunities", headers=ann).json()["rows"][0]["id"]
    keyed = ann | {"Idempotency-Key": "k1"}
    tags = [client.patch(f"/records/{id}", json={"next_step": "call"}, headers=keyed).headers["etag"] for _ in range(2)]
    assert tags[0] == tags[1]
    assert client.patch(f"/records/{id}", json={"next_step": "visit"}, headers=keyed).json()["reason"] == "IdempotencyMismatch"


def test_errors_say_what_to_do(client: Any, ann: dict[str, str], company: tuple[pathlib.Path, dict[str, int]]) -> None:
    id = client.get("/opportunities", headers=ann).json()["rows"][0]["id"]
    wrong = client.patch(f"/records/{id}", json={"amount": "a lot"}, headers=ann)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "amount")
    bob = {"X-Employee": str(company[1]["Bob"])}
    assert client.get(f"/records/{id}", headers=bob).status_code == 404
    assert client.patch(f"/records/{id}", json={"next_step": "mine"}, headers=bob).status_code in (403, 404)


def test_the_forecast(client: Any, ann: dict[str, str]) -> None:
    found = client.get("/forecast/this-quarter", headers=ann).json()
    assert found["currency"] == "EUR"
    assert found["total"]["p10"] <= found["total"]["p90"]
