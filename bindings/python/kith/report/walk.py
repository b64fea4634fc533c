"""The walk of a pipeline in one currency, as the report and the command tell it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import kith

NOTHING: dict[str, Any] = {
    "before": 0,
    "steps": [],
    "after": 0,
    "deals_before": 0,
    "deals_after": 0,
    "pulled_in": {"minor": 0, "deals": []},
    "pushed_out": {"minor": 0, "deals": []},
    "moved": [],
    "cash": 0,
    "plan": 0,
}


NOTES = ("pushed_twice", "silent", "no_next_step")


def walk(
    now: kith.Snapshot,
    pipeline: str,
    *,
    since: dt.datetime,
    until: dt.datetime | None,
    currency: str,
    period: str,
    notes: bool = False,
) -> dict[str, Any]:
    """`before` + the steps' amounts = `after`, in minor units of the currency; deals in others are left out but in the notes."""
    told = now.walk(pipeline, since=since, until=until, period=period, notes=notes)
    of_currency = next((found for found in told["walks"] if found["currency"] == currency), NOTHING)
    return {"since": told["since"], **of_currency, "currency": currency, **{name: told[name] for name in NOTES if notes}}
