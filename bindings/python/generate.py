"""Writes kith/crm/generated.py, the standard model's types, from its package: generate.py [PACKAGE.json]"""

from __future__ import annotations

import json
import keyword
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

HERE = pathlib.Path(__file__).parent
PACKAGE = HERE.parents[1] / "lib" / "packages" / "kith.crm.json"
TARGET = HERE / "kith" / "crm" / "generated.py"

# What the values of a kind are in Python, read and written.
READ = {"bool": "bool", "int": "int", "double": "float", "decimal": "Decimal", "money": "Money", "text": "str", "text_list": "list[str]"}
READ |= {"date": "dt.date", "time": "dt.datetime", "ref": "int", "bytes": "bytes"}
WRITTEN = READ | {"ref": "Target", "decimal": "Decimal | int | str"}
HEADER: list[dict[str, Any]] = [{"name": "owner", "kind": "ref"}, {"name": "created", "kind": "time", "derived": True}, {"name": "updated", "kind": "time", "derived": True}]

START = '''"""Made from package {package} by bindings/python/generate.py; not to be edited."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal, TypedDict, Unpack

from kith.batch import Batch
from kith.crm.entity import Entity, Field
from kith.values import LocalId, Money, Target
'''
METHODS = '''
    @classmethod
    def create(cls, batch: Batch, /, ref: tuple[str, str] | None = None, **fields: Unpack[{name}Fields]) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        return batch.create(cls.TYPE, ref, **fields)

    @classmethod
    def upsert(cls, batch: Batch, ref: tuple[str, str], /, **fields: Unpack[{name}Fields]) -> LocalId:
        """The record with `ref`, created when absent."""
        return batch.upsert(cls.TYPE, ref, **fields)

    @classmethod
    def set(cls, batch: Batch, target: Target, /, **fields: Unpack[{name}Fields]) -> None:
        """Sets fields; None clears."""
        batch.set(target, **fields)
'''


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def of(field: dict[str, Any], owner: str, kinds: dict[str, str]) -> str:
    if field["kind"] not in ("choice", "choice_set"):
        return kinds[field["kind"]]
    one = f"{owner}{camel(field['name'])}"
    return one if field["kind"] == "choice" else f"list[{one}]"


def fields_of(type: dict[str, Any]) -> list[dict[str, Any]]:
    known = {field["name"] for field in type["fields"]}
    return [*type["fields"], *(field for field in HEADER if field["name"] not in known)]


def lines(type: dict[str, Any]) -> Iterator[str]:
    name, fields = camel(type["name"]), fields_of(type)
    for field in fields:
        if field["kind"] in ("choice", "choice_set"):
            names = ", ".join(json.dumps(choice["name"]) for choice in field["choices"])
            yield f"{name}{camel(field['name'])} = Literal[{names}]"
    written = [field for field in fields if not (field.keys() & {"derived", "formula", "roll_up"})]
    yield f"{name}Fields = TypedDict(\n    \"{name}Fields\",\n    {{"
    yield from (f'        "{field["name"]}": "{of(field, name, WRITTEN)} | None",' for field in written)
    yield "    },\n    total=False,\n)\n\n"
    yield f"class {name}(Entity):\n    \"\"\"{type['labels']['en']}: {type['labels']['zh']}.\"\"\"\n\n    TYPE = \"{type['name']}\"\n"
    for field in fields:
        attribute = field["name"] + ("_" if keyword.iskeyword(field["name"]) else "")
        yield f'    {attribute} = Field[{of(field, name, READ)}]("{field["name"]}")'
    yield METHODS.format(name=name)


def source(package: dict[str, Any]) -> str:
    types = package["types"]
    exported = ", ".join(sorted(f'"{camel(type["name"])}"' for type in types))
    body = "\n".join(line for type in types for line in ("", *lines(type)))
    return START.format(package=package["package"]) + f"\n# fmt: off\n__all__ = [{exported}]\n" + body.rstrip() + "\n"


if __name__ == "__main__":
    given = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE
    TARGET.write_text(source(json.loads(given.read_text(encoding="utf-8"))), encoding="utf-8")
