"""What moved a pipeline between two moments: the amount open then, what came and went, the amount open now; exact to the minor unit.

Both moments are read as of their time, so what is entered later with an earlier date counts where it belongs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import kith

KINDS = ("new", "reopened", "larger", "smaller", "won", "lost", "gone")


class _Walk:
    def __init__(self, now: kith.Snapshot, pipeline: Mapping[str, Any], roles: Mapping[str, str], currency: str) -> None:
        self._now = now
        self._pipeline = pipeline
        self._roles = roles
        self._currency = currency
        self._kinds: dict[int, str] = {stage["id"]: stage["kind"] for stage in pipeline["stages"]}

    def open_at(self, at: dt.datetime | None) -> dict[int, tuple[int, dt.date | None]]:
        """The open deals at a moment (None: now): amount in the currency, 0 in others, and expected day of closing."""
        amount, close_date = self._roles["amount"], self._roles.get("close_date")
        rows = self._now.query(
            {
                "from": self._pipeline["for_type"],
                "where": f"{self._roles['pipeline']} == $pipeline && {self._roles['stage']} in $open",
                "select": ["id", amount, *([close_date] if close_date else [])],
            },
            {"pipeline": self._pipeline["id"], "open": [id for id, kind in self._kinds.items() if kind == "open"]},
            effective=at,
        )
        found = {}
        for row in rows:
            money = row[amount]
            minor = money.minor if money is not None and money.currency == self._currency else 0
            found[row["id"]] = (minor, row[close_date] if close_date else None)
        return found

    def stage_kind(self, id: int, at: dt.datetime | None) -> str | None:
        """Whether a deal was open, won or lost in this pipeline; None where it was not in it."""
        try:
            stage = self._now.as_of(id, effective=at)["fields"].get(self._roles["stage"])
        except kith.NotFoundError:
            return None
        return self._kinds.get(stage)


def _sum(changes: Mapping[int, int]) -> dict[str, Any]:
    return {"minor": sum(changes.values()), "deals": list(changes)}


def _weight(change: Mapping[str, Any]) -> tuple[int, int]:
    return -abs(change["minor"]), change["id"]


def walk(
    now: kith.Snapshot,
    pipeline: Mapping[str, Any],
    roles: Mapping[str, str],
    *,
    since: dt.datetime,
    until: dt.datetime | None,
    currency: str,
    period: Mapping[str, str],
) -> dict[str, Any]:
    """`before` + the steps' amounts = `after`, in minor units of the currency; deals in others count with 0. Won, lost and gone ones leave with
    the amount they had; a deal that came and closed in between is in neither. `pulled_in` and `pushed_out`: open at both moments and expected
    to close in the period now but not then, or then but later now."""
    asked = _Walk(now, pipeline, roles, currency)
    before, after = asked.open_at(since), asked.open_at(until)
    steps: dict[str, dict[int, int]] = {kind: {} for kind in KINDS}
    for id in after.keys() - before.keys():
        steps["reopened" if asked.stage_kind(id, since) else "new"][id] = after[id][0]
    for id in before.keys() - after.keys():
        left = asked.stage_kind(id, until)
        steps[left if left in ("won", "lost") else "gone"][id] = -before[id][0]
    pulled, pushed = {}, {}
    first, end = (dt.date.fromisoformat(period[name]) for name in ("first", "end"))
    for id in before.keys() & after.keys():
        (was, day_then), (amount, day_now) = before[id], after[id]
        if amount != was:
            steps["larger" if amount > was else "smaller"][id] = amount - was
        inside_then, inside_now = (day is not None and first <= day < end for day in (day_then, day_now))
        if inside_now and not inside_then:
            pulled[id] = amount
        if inside_then and day_now is not None and day_now >= end:
            pushed[id] = amount
    moved: list[dict[str, Any]] = [{"id": id, "kind": kind, "minor": minor} for kind in KINDS for id, minor in steps[kind].items()]
    return {
        "since": since.isoformat(),
        "currency": currency,
        "before": sum(minor for minor, _ in before.values()),
        "steps": [{"kind": kind, **_sum(dict(sorted(steps[kind].items())))} for kind in KINDS if steps[kind]],
        "after": sum(minor for minor, _ in after.values()),
        "deals_before": len(before),
        "deals_after": len(after),
        "pulled_in": _sum(pulled),
        "pushed_out": _sum(pushed),
        "moved": sorted(moved, key=_weight),
    }
