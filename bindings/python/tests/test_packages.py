"""Packages beside each other: choices for others' fields, vendors, removal."""

from __future__ import annotations

from typing import Any

import pytest

import kith


def pack(vendor: str, version: str = "1.0.0") -> dict[str, Any]:
    return {
        "package": f"{vendor}.tax",
        "version": version,
        "needs": ["kith.crm"],
        "types": [{"name": f"{vendor}_form", "fields": [{"name": "account", "kind": "ref", "to": ["account"]}]}],
        "extend": [
            {
                "type": "account",
                "fields": [{"name": f"{vendor}_number", "kind": "text"}],
                "choices": [{"field": "industry", "choices": [{"name": f"{vendor}_special", "labels": {"zh": "特别"}}]}],
            }
        ],
    }


def test_two_vendors_install_together_and_stay_apart(db: kith.Database) -> None:  # E10, E11, E12
    db.ensure(pack("acme"))
    db.ensure(pack("globex"))
    with db.batch(vendor="acme") as batch:
        one = batch.create("account", name="One", industry="acme_special", acme_number="A1")
        batch.create("acme_form", account=one)
    assert batch.outcome is not None
    id = batch.outcome.id(one)
    with db.snapshot() as now:
        assert now[id]["industry"] == "acme_special"
    with pytest.raises(kith.PermissionDeniedError) as caught, db.batch(vendor="acme") as batch:
        batch.set(id, globex_number="G1")
    assert (caught.value.reason, caught.value.type, caught.value.field) == ("ForeignNamespace", "account", "globex_number")
    with pytest.raises(kith.PermissionDeniedError):
        db.batch_from_json('{"changes": [{"create": "globex_form"}]}', vendor="acme").apply()
    with db.batch() as batch:  # the host may
        batch.set(id, globex_number="G1")
    extend = [{"type": "account", "fields": [{"name": "tax_number", "kind": "text"}]}]
    wrong = {"package": "initech.tax", "version": "1.0.0", "needs": ["kith.crm"], "extend": extend}
    with pytest.raises(kith.InvalidArgumentError, match="initech_"):
        db.ensure(wrong)


def test_removal(db: kith.Database) -> None:  # E06
    db.ensure(pack("acme"))
    with db.batch() as batch:
        one = batch.create("account", name="One", industry="acme_special", acme_number="A1")
        form = batch.create("acme_form", account=one)
    assert batch.outcome is not None
    report = db.remove("acme.tax", dry_run=True)
    assert [str(held) for held in report.data] == [
        "1 records of acme_form",
        "1 values of account.acme_number",
        "1 choices of account.industry.acme_special",
    ]
    assert report.obstacles == []
    with pytest.raises(kith.FailedPreconditionError, match="PackageInUse"):
        db.remove("acme.tax")
    assert "retires type acme_form" in db.remove("acme.tax", delete_data=True).changes
    with db.snapshot() as now:
        assert now[batch.outcome.id(one)]["industry"] is None
        assert now.get(batch.outcome.id(form)) is None
    with pytest.raises(kith.FailedPreconditionError, match="PackageMissing"):
        db.remove("acme.tax")
    assert db.verify() == []
    assert "installs package acme.tax 1.0.0" in db.ensure(pack("acme"))
