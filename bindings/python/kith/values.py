"""Values that Python has no type for."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias


def epoch_micros(time: dt.datetime) -> int:
    """Microseconds since 1970 in UTC, of an aware datetime."""
    delta = time - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


class Money(NamedTuple):
    """Integer minor units and an ISO 4217 code: Money(1250000, "CNY") is ¥12,500.00."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class LocalId:
    """A record that a batch creates or names, before it has an id. Take it to Outcome.id() for the id."""

    value: int


Ref: TypeAlias = "int | tuple[str, str] | None"
"""A record by id, or by (system, key) of another system. None: the system itself, where an actor is asked for."""

Target: TypeAlias = "int | LocalId"
"""A record inside a batch: an id, or what create(), upsert() and existing() return."""


def raw_target(target: Target) -> int:
    """The number that the extension takes for a record inside a batch."""
    return target.value if isinstance(target, LocalId) else target


NOW = 2**63 - 1  # later than any time on either axis


def micros_of(time: dt.datetime | None) -> int:
    """Microseconds since 1970 of an aware time; `NOW` for None."""
    return NOW if time is None else epoch_micros(time)


def question_json(**members: Any) -> str:
    """Members that are given, as a JSON object; times in UTC."""
    given = {name: value for name, value in members.items() if value is not None}
    for name, value in given.items():
        if isinstance(value, dt.datetime):
            given[name] = value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return json.dumps(given)
