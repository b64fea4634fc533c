"""What somebody types at the command: records and fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import click

import kith
from kith.reading import date, moment, money, number


def reference(text: str) -> tuple[str, str]:
    """"SYSTEM=KEY" as an external reference."""
    system, equals, key = text.partition("=")
    if not (equals and system and key):
        raise click.UsageError(f"{text!r} is no external reference; write SYSTEM=KEY")
    return system, key


def target(now: kith.Snapshot, text: str, types: list[str] | None = None) -> int:
    """A record as somebody names it: its id, "TYPE:SYSTEM=KEY", "TYPE:NAME", or NAME where `types` says what it must be."""
    if text.isdigit():
        found = now.get(int(text))
        if found is None:
            raise kith.NotFoundError(f"there is no record {text} that the viewer may see", code="NOT_FOUND", reason="NotFound")
        return found.id
    kind, colon, name = text.partition(":")
    if colon and kind.isidentifier():
        types = [kind]
    else:
        name = text
    if not types:
        raise click.UsageError(f"{text!r} names no record; write its id, TYPE:SYSTEM=KEY or TYPE:NAME, such as account:Acme")
    if "=" in name:
        return _by_reference(now, types, reference(name))
    return _by_name(now, types, name)


def _by_reference(now: kith.Snapshot, types: list[str], ref: tuple[str, str]) -> int:
    for type in types:
        if (record := now.find(type, ref)) is not None:
            return record.id
    raise kith.NotFoundError(f"no {' or '.join(types)} has the reference {ref[0]}={ref[1]}", code="NOT_FOUND", reason="NotFound")


_CALLED = ("name", "number", "subject")  # the first that a type has


def _named(now: kith.Snapshot, type: str, name: str) -> list[int]:
    for field in _CALLED:
        try:
            return [row["id"] for row in now.query(type, {"name": name}, where=f"{field} == $name", select="id", limit=6)]
        except kith.InvalidArgumentError as error:
            if error.reason != "UnknownField" or field == _CALLED[-1]:
                raise
    return []


def _by_name(now: kith.Snapshot, types: list[str], name: str) -> int:
    found = [id for type in types for id in _named(now, type, name)]
    if len(found) == 1:
        return found[0]
    of = " or ".join(types)
    if found:
        ids = ", ".join(map(str, found))
        raise click.UsageError(f"several {of} are called {name!r}; give the id of one: {ids}")
    hint = f"see what there is: kith search {name!r}"
    raise kith.NotFoundError(f"no {of} is called {name!r}", code="NOT_FOUND", reason="NotFound", hint=hint, value=name)


def assignments(
    now: kith.Snapshot, type: Mapping[str, Any], given: tuple[str, ...], *, currency: str, zone: ZoneInfo
) -> dict[str, Any]:
    """"FIELD=VALUE" texts as a batch in JSON has them; "FIELD=" clears."""
    fields = {field["name"]: field for field in type["fields"]} | {"owner": {"kind": "ref"}}
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"{text!r} sets nothing; write FIELD=VALUE")
        # An unknown field goes as it is: the library's refusal names the nearest one.
        try:
            values[name] = field_value(now, fields.get(name, {"kind": "text"}), value, currency, zone) if value else None
        except kith.Error:
            raise
        except ValueError as error:
            raise click.UsageError(f"{name}: {error}") from None
    return values


def field_value(now: kith.Snapshot, field: Mapping[str, Any], text: str, currency: str, zone: ZoneInfo) -> Any:
    match field["kind"]:
        case "money":
            return money(text, currency)
        case "int" | "decimal" | "double":
            value = number(text)
            return str(value) if field["kind"] == "decimal" else int(value) if value == int(value) else float(value)
        case "bool":
            return _yes(text)
        case "date":
            return date(text).isoformat()
        case "time":
            return moment(text, zone).astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case "ref":
            return target(now, text, field.get("to") or (["employee"] if "name" not in field else None))
        case "text_list" | "choice_set":
            return [part.strip() for part in text.replace("；", ";").replace(",", ";").split(";") if part.strip()]
        case "choice":
            return next((c["name"] for c in field["choices"] if text in (c["name"], *c.get("labels", {}).values())), text)
        case _:
            return text


def _yes(text: str) -> bool:
    if text.lower() in ("true", "yes", "y", "1", "是"):
        return True
    if text.lower() in ("false", "no", "n", "0", "否"):
        return False
    raise click.UsageError(f"not yes or no: {text!r}")
