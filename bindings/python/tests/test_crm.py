"""The standard model with types: what it says is what the package says, and mypy notices what is wrong."""

from __future__ import annotations

import pathlib
import runpy
import subprocess
import sys

import pytest

import kith
from kith import crm
from kith.crm.generated import AccountRelationFields

HERE = pathlib.Path(__file__).parents[1]

WRONG = {
    "deal.amonut": 'no attribute "amonut"',
    "deal.amount.minor": 'has no attribute "minor"',  # it may have none
    "crm.Opportunity.set(batch, 1, amount=5)": "incompatible type",
    'crm.Account.create(batch, industry="lawn")': "incompatible type",
    'crm.Account.create(batch, nmae="Acme")': "nmae",
    "crm.Invoice.set(batch, 1, open=None)": "open",  # it is worked out
}


def test_it_is_made_from_the_package() -> None:
    made = runpy.run_path(str(HERE / "generate.py"))
    package = made["json"].loads(made["PACKAGE"].read_text(encoding="utf-8"))
    assert made["TARGET"].read_text(encoding="utf-8") == made["source"](package), "run bindings/python/generate.py"


def test_every_type_and_field_is_there(db: kith.Database) -> None:
    types = {type["name"]: type for type in db.catalog()["types"]}
    entities = [entity for entity in vars(crm).values() if isinstance(entity, type) and issubclass(entity, crm.Entity)]
    entities.remove(crm.Entity)
    for entity in entities:
        fields = {field.name for field in vars(entity).values() if isinstance(field, crm.Field)}
        assert fields - {"owner", "created", "updated"} == {field["name"] for field in types[entity.TYPE]["fields"]} - {"owner"}
    assert len(entities) > 60


def test_reading_and_writing(db: kith.Database) -> None:
    with db.batch() as batch:
        acme = crm.Account.create(batch, ("app", "1"), name="Acme", tags=["a", "b"])
        crm.Account.upsert(batch, ("app", "1"), industry="law")
        between: AccountRelationFields = {"from": acme, "to": crm.Account.create(batch, name="Bloom"), "kind": "customer_of"}
        edge = crm.AccountRelation.create(batch, **between)
    assert batch.outcome is not None
    with db.snapshot() as now:
        [account, bloom] = crm.Account.scan(now)
        assert (account.name, account.industry, account.tags, account.employees) == ("Acme", "law", ["a", "b"], None)
        relation = crm.AccountRelation(now[batch.outcome.id(edge)])
        assert (relation.from_, relation.to) == (account.id, bloom.id)
        assert str(crm.AccountRelation.from_) == "account_relation.from"
        with pytest.raises(TypeError, match="account_relation, not account"):
            crm.Account(now[relation.id])
        found = now.query("account", where=f"{crm.Account.industry.name} == 'law'", select=crm.Account.name.name)
        assert [row["name"] for row in found] == ["Acme"]
    with db.batch() as batch:
        crm.Account.set(batch, account.id, industry=None)
    with db.snapshot() as now:
        assert crm.Account(now[account.id]).industry is None


def test_mypy_finds_what_is_wrong(tmp_path: pathlib.Path) -> None:
    lines = ["import kith", "from kith import crm", "def f(deal: crm.Opportunity, batch: kith.Batch) -> None:"]
    lines += [f"    {line}" for line in (*WRONG, "print(deal.amount, deal.close_date)", 'crm.Opportunity.set(batch, 1, name="x")')]
    program = tmp_path / "program.py"
    program.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path / "cache"), str(program)]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout.splitlines()
    for number, (line, said) in enumerate(WRONG.items(), start=4):
        assert any(f":{number}: error" in text and said in text for text in told), (line, told)
    assert not any(f":{number}:" in text for text in told for number in (len(lines) - 1, len(lines)))
