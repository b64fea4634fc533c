"""What a table holds, by what its headers say: names and labels of fields in any language, and what people call them."""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kith.errors import InvalidArgumentError
from kith.importing.tables import Table

HEADERS: dict[str, Any] = json.loads((pathlib.Path(__file__).parent / "headers.json").read_text(encoding="utf-8"))
_BY_NAME = ("account", "contact", "employee", "product")


def plain(text: str) -> str:
    """A header without what is in brackets, marks, spaces and case.

    >>> plain("金额（万元）"), plain("Deal_Name *")
    ('金额', 'dealname')
    """
    return re.sub(r"[（(\[【].*?[）)\]】]|[\s_\-:：*/.]", "", text).lower()


def _called(type: Mapping[str, Any]) -> dict[str, str]:
    """What headers mean as fields of a type."""
    found = {}
    for field in type["fields"]:
        for text in (field["name"], *field.get("labels", {}).values()):
            found[plain(text)] = field["name"]
    for name, texts in HEADERS["fields"].get(type["name"], {}).items():
        found |= {plain(text): name for text in texts}
    fields = {field["name"] for field in type["fields"]}
    for other in _BY_NAME:
        if other in fields:
            found |= {plain(text): other for text in HEADERS["names"][other]}
    if "name" in fields:
        found |= {plain(text): "name" for text in HEADERS["names"].get(type["name"], ())}
    return found


def _words(name: str) -> set[str]:
    return {plain(text) for text in HEADERS[name]}


def _fields(table: Table, type: Mapping[str, Any]) -> dict[str, str]:
    """Header by field, each field once, the first header that means it."""
    called, found = _called(type), {}
    special = _words("stage") | _words("created") if "pipelined" in type.get("behaviours", {}) else _words("created")
    fixed = {field["name"] for field in type["fields"] if any(field.get(how) for how in ("derived", "formula", "roll_up"))}
    for header in table.header:
        text = plain(header)
        field = called.get(text)
        if text in _words("owner"):
            field = "owner"
        if field and field not in found and field not in fixed and text not in special:
            found[field] = header
    if "name" not in found and _staged(table, type):
        # Deals without names are called by their numbers.
        numbers = [header for header in table.header if plain(header) in _words("key")]
        found |= {"name": numbers[0]} if numbers else {}
    return found


def _staged(table: Table, type: Mapping[str, Any]) -> bool:
    return "pipelined" in type.get("behaviours", {}) and any(plain(header) in _words("stage") for header in table.header)


def inferred(table: Table, types: Mapping[str, Any], wanted: str = "") -> dict[str, Any]:
    """An entry as presets have them."""
    if wanted and wanted not in types:
        raise InvalidArgumentError(f"there is no type {wanted!r}", code="INVALID_ARGUMENT", reason="UnknownType", hint="see: kith schema", value=wanted)
    named = [type for type in types.values() if any(field["name"] == "name" and field["kind"] == "text" for field in type["fields"])]
    candidates = [types[wanted]] if wanted else [type for type in named if type["name"] in HEADERS["names"]]
    scored = [(_score(table, type), type) for type in candidates]
    score, type = max(scored, key=lambda pair: pair[0], default=(0.0, {}))
    if score <= 0:
        raise InvalidArgumentError(
            f"the headers of {table.name} tell of nothing known: {', '.join(table.header[:8])}",
            code="INVALID_ARGUMENT",
            reason="MappingMalformed",
            hint="give --type, and name columns as kith schema TYPE names fields; or give a mapping",
            value=table.name,
        )
    return _entry(table, type)


def _score(table: Table, type: Mapping[str, Any]) -> float:
    """How many headers it explains; nothing without a header for its name. One that means this type alone counts three times."""
    fields = _fields(table, type)
    required = [f["name"] for f in type["fields"] if f.get("required") and "default" not in f and f["kind"] == "text"]
    if any(name not in fields for name in required):
        return 0
    own = plain(fields.get("name", "")) in {plain(text) for text in HEADERS["names"].get(type["name"], ())}
    return len(fields) + (2 if own else 0) + (1 if _staged(table, type) else 0)


def _entry(table: Table, type: Mapping[str, Any]) -> dict[str, Any]:
    fields = _fields(table, type)
    kinds = {field["name"]: field for field in type["fields"]} | {"owner": {"kind": "ref", "to": ["employee"]}}
    columns: list[dict[str, Any]] = []
    for name, header in fields.items():
        column: dict[str, Any] = {"column": [header], "field": name}
        if kinds[name]["kind"] == "ref":
            by_name = next((to for to in kinds[name].get("to", ()) if to in _BY_NAME), None)
            if by_name is None:
                continue
            column["by_name"] = by_name
        columns.append(column)
    created = [header for header in table.header if plain(header) in _words("created")]
    entry: dict[str, Any] = {"type": type["name"], "system": f"sheet.{table.name}", "columns": columns, "created": created}
    if "pipelined" in type.get("behaviours", {}):
        closed = [header for header in table.header if plain(header) in _words("closed")]
        stage = [header for header in table.header if plain(header) in _words("stage")]
        entry["stage"] = {"column": stage, "at": created, "closed_at": closed}
    # People in sheets of names are the same wherever they are named.
    if type["name"] in _BY_NAME and not any(plain(header) in _words("key") for header in table.header):
        entry["system"], entry["key"] = f"name.{type['name']}", [fields["name"]]
    else:
        entry["key"] = list(_keys(table, fields))
    return entry


def _keys(table: Table, fields: Mapping[str, str]) -> Iterator[list[str]]:
    """The first columns that tell rows apart: an id, the name, or the name with one more."""
    ids = [header for header in table.header if plain(header) in _words("key")]
    name = fields.get("name", table.header[0])
    pairs = ([name, header] for header in fields.values() if header != name)
    candidates = [*([header] for header in ids), [name], *pairs, list(fields.values())]
    places = [[table.header.index(part) for part in candidate] for candidate in candidates]
    seen: list[set[tuple[str, ...]] | None] = [set() for _ in candidates]
    for row in table.rows():
        for i, place in enumerate(places):
            known = seen[i]
            value = tuple(row[at].strip() if at < len(row) else "" for at in place)
            if known is None or not all(value) or value in known:
                seen[i] = None
            else:
                known.add(value)
    yield from (candidate for candidate, known in zip(candidates, seen, strict=True) if known is not None)
    yield [name]
