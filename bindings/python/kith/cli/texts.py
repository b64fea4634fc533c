"""What somebody types, as values: amounts, dates, records, fields."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import click

import kith
from kith.wording import minor_digits

_SCALES = {"亿": 100_000_000, "万": 10_000, "千": 1_000, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_AMOUNT = re.compile(r"([A-Z]{3}|[¥￥$€£])?\s*(-?[\d,]*\.?\d+)\s*([亿万千kKmMbB]?)\s*(元|[A-Z]{3})?")
_SIGNS = {"¥": "CNY", "￥": "CNY", "元": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}


def number(text: str) -> Decimal:
    """"12,500", "1.25万", "3M".

    >>> number("1.25万"), number("12,500.50"), number("３")
    (Decimal('12500.00'), Decimal('12500.50'), Decimal('3'))
    """
    return _amount(text)[0]


def _amount(text: str) -> tuple[Decimal, str]:
    found = _AMOUNT.fullmatch(text.strip().translate(_WIDE))
    if not found:
        raise click.UsageError(f"not a number: {text!r}; write 12500, 12,500.50 or 1.25万")
    before, digits, scale, after = found.groups()
    try:
        value = Decimal(digits.replace(",", "")) * _SCALES.get(scale.lower(), 1)
    except InvalidOperation:
        raise click.UsageError(f"not a number: {text!r}") from None
    sign = before or after or ""
    return value, _SIGNS.get(sign, sign)


# Full-width digits and signs, as Chinese input methods write them.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != 0xFFE5} | {0x3000: " "}


def money(text: str, currency: str) -> dict[str, Any]:
    """An amount as batches take it; `currency` where the text names none.

    >>> money("125万元", "USD"), money("99.5", "USD")["minor"], money("JPY 5,000", "CNY")["minor"]
    ({'minor': 125000000, 'currency': 'CNY'}, 9950, 5000)
    """
    value, named = _amount(text)
    minor = value * 10 ** minor_digits(named or currency)
    if minor != int(minor):
        raise click.UsageError(f"{text!r} has more decimals than {named or currency}")
    return {"minor": int(minor), "currency": named or currency}


def date(text: str) -> dt.date:
    """
    >>> date("2026-03-05") == date("2026年3月5日") == date("2026/3/5")
    True
    """
    found = _DAY.fullmatch(text.strip())
    try:
        if not found:
            raise ValueError
        return dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        raise click.UsageError(f"not a date: {text!r}; write 2026-03-05 or 2026年3月5日") from None


def moment(text: str, zone: ZoneInfo) -> dt.datetime:
    """A time in the database's zone unless it names its own; a day alone is its beginning.

    >>> moment("2026-03-05 09:30", ZoneInfo("Asia/Shanghai")).isoformat(), moment("2026-03-05T00:00:00Z", ZoneInfo("UTC")).hour
    ('2026-03-05T09:30:00+08:00', 0)
    """
    try:
        time = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        day = date(text)
        time = dt.datetime(day.year, day.month, day.day)
    return time if time.tzinfo else time.replace(tzinfo=zone)


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


def _by_name(now: kith.Snapshot, types: list[str], name: str) -> int:
    found = [
        (row["id"], type)
        for type in types
        for row in now.query({"from": type, "where": "name == $name", "select": ["id"], "limit": 6}, {"name": name})
    ]
    if len(found) == 1:
        return int(found[0][0])
    of = " or ".join(types)
    if found:
        ids = ", ".join(str(id) for id, _ in found)
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
        values[name] = field_value(now, fields.get(name, {"kind": "text"}), value, currency, zone) if value else None
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
