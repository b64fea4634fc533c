"""Values that Python has no type for."""

from __future__ import annotations

import datetime as dt
import json
import operator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from kith.errors import InvalidArgumentError


def aware(time: dt.datetime, field: str = "") -> dt.datetime:
    """The time, if it is a datetime that says its zone; else TypeError, since whose clock would be meant?"""
    of = f"field {field}: " if field else ""
    if not isinstance(time, dt.datetime):
        raise TypeError(f"{of}a time is an aware datetime, not {time!r}")
    if time.utcoffset() is None:
        raise TypeError(f"{of}a time without a zone: {time!r}; give it one, such as tzinfo=datetime.UTC")
    return time


def utc_text(time: dt.datetime) -> str:
    """An aware datetime as JSON has it, in UTC."""
    return aware(time).astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def epoch_micros(time: dt.datetime) -> int:
    """Microseconds since 1970 in UTC, of an aware datetime."""
    delta = aware(time) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def listed(parameter: str, given: Any, *kinds: type) -> list[Any]:
    """A parameter that takes several of something, or one: a lone text is one name, never its letters. None: none."""
    if given is None:
        return []
    try:
        items = [given] if isinstance(given, kinds) else list(given)
    except TypeError:
        raise TypeError(f"{parameter} is one {kinds[0].__name__} or several, not {given!r}") from None
    return [_of_kind(parameter, item, kinds) for item in items]


def _of_kind(parameter: str, item: Any, kinds: tuple[type, ...]) -> Any:
    if isinstance(item, kinds):
        return item
    if int in kinds and hasattr(item, "__index__"):  # an integer of another library
        return operator.index(item)
    raise TypeError(f"{parameter} is one {kinds[0].__name__} or several; {item!r} is none")


def check_counts(**given: Any) -> None:
    """ValueError with a parameter's name where it counts less than nothing, or more than there can be."""
    for parameter, count in given.items():
        if isinstance(count, bool) or not hasattr(count, "__index__"):
            raise TypeError(f"{parameter} is a whole number, not {count!r}")
        if not 0 <= operator.index(count) < 2**63:
            raise ValueError(f"{parameter} is a whole number from 0 on, not {count!r}")


def check_page(page: int) -> None:
    """The same of what is read at once, which is something."""
    check_counts(page=page)
    if not page:
        raise ValueError("page is a whole number from 1 on, not 0")


def check_limit(parameter: str, seconds: float) -> int:
    """A time limit in microseconds. 0 is none; a short one is not none."""
    if not seconds >= 0:
        raise ValueError(f"{parameter} is a number of seconds from 0 on, not {seconds!r}")
    return max(1, int(min(seconds, 1e9) * 1e6)) if seconds else 0


class Money(NamedTuple):
    """Integer minor units and an ISO 4217 code: Money(1250000, "CNY") is ¥12,500.00."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class LocalId:
    """A record that a batch creates or names, before it has an id. Take it to Outcome.id() for the id. It means nothing to another batch,
    which refuses it: `batch` is the number of its own (0: any)."""

    value: int
    batch: int = field(default=0, repr=False)

    def of(self, batch: int) -> int:
        """The number that the extension takes for it in a batch."""
        if self.batch not in (0, batch):
            raise InvalidArgumentError(
                "a LocalId of another batch",
                code="INVALID_ARGUMENT",
                reason="BatchMalformed",
                hint="take the record's id from the outcome of its own: batch.outcome.id(local)",
                value=f"new#{self.value & (2**32 - 1)}",
            )
        return self.value


Ref: TypeAlias = "int | tuple[str, str] | None"
"""A record by id, or by (system, key) of another system. None: the system itself, where an actor is asked for."""

Target: TypeAlias = "int | LocalId"
"""A record inside a batch: an id, or what create(), upsert() and existing() return."""


NOW = 2**63 - 1  # later than any time on either axis


def micros_of(time: dt.datetime | None) -> int:
    """Microseconds since 1970 of an aware time; `NOW` for None."""
    return NOW if time is None else epoch_micros(time)


def question_json(**members: Any) -> str:
    """Members that are given, as a JSON object; times in UTC."""
    given = {name: value for name, value in members.items() if value is not None}
    for name, value in given.items():
        if isinstance(value, dt.datetime):
            given[name] = utc_text(value)
    return json.dumps(given)
