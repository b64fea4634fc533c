"""Viewers, the access policy, and batches on somebody's behalf."""

from __future__ import annotations

import json

import pytest

import kith
from kith import Money, Viewer

POLICY = {
    "types": {
        "opportunity": {
            "read": ["reports", "role:audit"],
            "write": ["reports"],
            "delete": ["role:admin"],
            "fields": {"budget": {"read": ["role:audit"]}},
        },
        "opportunity_line": {"follows": ["opportunity"]},
    }
}


class Firm:
    def __init__(self, db: kith.Database) -> None:
        self.db = db
        with db.batch() as b:
            eve = b.create("employee", name="Eve")
            ann = b.create("employee", name="Ann", manager=eve)
            bob = b.create("employee", name="Bob", manager=eve)
            deal = b.create("opportunity", name="Deal", owner=ann, budget=Money(900, "CNY"))
        assert b.outcome is not None
        self.eve, self.ann, self.bob, self.deal = (b.outcome.id(x) for x in (eve, ann, bob, deal))
        assert db.set_policy(POLICY) == ["sets an access policy"]

    def sees(self, viewer: Viewer | int) -> bool:
        with self.db.snapshot(viewer) as now:
            return now.get(self.deal) is not None


@pytest.fixture
def firm(db: kith.Database) -> Firm:
    return Firm(db)


def test_owners_managers_and_roles_see_a_deal(firm: Firm) -> None:  # B20
    assert [firm.sees(who) for who in (firm.eve, firm.ann, firm.bob, Viewer(firm.bob, roles=["audit"]))] == [True, True, False, True]
    with firm.db.snapshot(firm.bob) as now:
        assert list(now.query({"from": "opportunity", "aggregates": [{"count": "*"}]})) == [{"count": 0}]


def test_masked_fields_read_as_null(firm: Firm) -> None:
    with firm.db.snapshot(firm.ann) as now:
        assert now[firm.deal]["budget"] is None
        assert "budget" not in now.record(firm.deal)["fields"]
        assert "budget" not in json.dumps(now.history(firm.deal))
        assert now.type_access("opportunity") == {"create": True, "masked": ["budget"], "fixed": ["budget"]}
    with firm.db.snapshot(Viewer(firm.ann, roles=("audit",))) as now:
        assert now[firm.deal]["budget"] == Money(900, "CNY")


def test_batches_are_bound_by_their_viewer(firm: Firm) -> None:
    def rename(viewer: Viewer | int, **fields: object) -> None:
        with firm.db.batch(viewer=viewer) as b:
            b.set(firm.deal, **fields)

    rename(firm.eve, name="Renamed")
    with pytest.raises(kith.NotFoundError, match="no such record"):
        rename(firm.bob, name="Stolen")
    with pytest.raises(kith.PermissionDeniedError, match="may not change"):
        rename(Viewer(firm.bob, roles=["audit"]), name="Stolen")
    with pytest.raises(kith.PermissionDeniedError, match="may not set the field"):
        rename(firm.ann, budget=Money(1, "CNY"))
    with firm.db.snapshot(firm.ann) as now:
        assert now[firm.deal]["name"] == "Renamed"
        assert now.may(firm.deal, "write")
        assert not now.may(firm.deal, "delete")


def test_shares_and_the_end_of_a_policy(firm: Firm) -> None:
    with firm.db.batch() as b:
        b.create("share", record=firm.deal, to=firm.bob)
    assert firm.sees(firm.bob)
    assert firm.db.policy() == POLICY
    with pytest.raises(kith.InvalidArgumentError):
        firm.db.set_policy({"types": {"deal": {}}})
    firm.db.set_policy({})
    assert firm.db.policy() == {}
