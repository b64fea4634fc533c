"""Functions that decide: where scarce support does most, which channel earned the revenue, what is unusual about a project.

They read no database: what goes in is what comes from queries, as plain values.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from kith import _kith
from kith.values import Money, question_json, utc_text

Json: TypeAlias = dict[str, Any]


def allocate(
    deals: Sequence[Mapping[str, Any]],
    *,
    capacity: int | None = None,
    cost: float | None = None,
    experts: Sequence[Mapping[str, Any]] | None = None,
) -> Json:
    """Where support does most, by the money that it is expected to win.

    A pool of `capacity` units that are alike (days of presales), each for `cost`: deals are dicts of `value`, `base` and `most` (chances without
    any support and with all of it) and `scale` (units for 63 % of the difference); the plan has `units` by deal, `gain` and `shadow_price`, what
    one unit more would gain. Or `experts`, each whole on one deal: dicts of `expert`, `cost` and `effect`, by deal the log odds that they add, or
    None; the plan has `deals`, by expert the position of a deal or None, `gain`, `bound` and whether it is `exact`ly the best.

    >>> import kith
    >>> deals = [{"value": 100.0, "base": 0.2, "most": 0.6, "scale": 2}, {"value": 30.0, "base": 0.5, "most": 0.9, "scale": 2}]
    >>> plan = kith.decisions.allocate(deals, capacity=5)
    >>> plan["units"], round(plan["gain"], 1)
    ([4, 1], 39.3)
    """
    named = [
        {name: value for name, value in deal.items() if value is not None}
        for deal in deals
    ]
    question = question_json(
        deals=named,
        capacity=capacity,
        cost=cost,
        experts=None if experts is None else [dict(expert) for expert in experts],
    )
    plan: Json = json.loads(_kith.allocate(question))
    return plan


def credit(
    journeys: Sequence[Mapping[str, Any]],
    costs: Mapping[str, Money] | None = None,
    *,
    model: str = "last",
) -> list[Json]:
    """What channels return: `channel`, `conversions`, `revenue` and `cost` in minor units, `roi` (None without cost), most revenue first.

    A journey is a dict of `touches`, pairs of a channel and a time, `converted` (a time) and `revenue` (Money). `model`: who gets the credit,
    "first", "last", "linear", "decay" or "u_shape"; the shares of a journey sum to 1.
    """
    walked = [
        {
            "touches": [
                {"channel": channel, "at": _time(at)}
                for channel, at in journey["touches"]
            ],
            "converted": _time(journey["converted"]),
            "revenue": _money(journey["revenue"]),
        }
        for journey in journeys
    ]
    spent = [
        {"channel": channel, "cost": _money(cost)}
        for channel, cost in (costs or {}).items()
    ]
    returns: list[Json] = json.loads(
        _kith.credit(json.dumps({"model": model, "journeys": walked, "costs": spent}))
    )
    return returns


def habit(
    past: Sequence[float | tuple[float, float]],
    value: float | None = None,
    *,
    mean: float,
    sd: float,
    weight: float | None = None,
    sd_weight: float | None = None,
    level: float | None = None,
) -> Json:
    """How a customer usually does a thing, from past projects (values, or pairs of value and similarity) and what is usual in the segment.

    `mean`, `low` and `high` of the next project, `projects`, whether the habit is the customer's `own`; with a `value` its `surprise`, the chance
    of one at least as far off, and whether it `warns`.
    """
    projects = [
        {"value": one[0], "weight": one[1]}
        if isinstance(one, tuple)
        else {"value": one}
        for one in past
    ]
    prior = {"mean": mean, "sd": sd, "weight": weight, "sd_weight": sd_weight}
    known = {name: number for name, number in prior.items() if number is not None}
    learnt: Json = json.loads(
        _kith.habit(question_json(past=projects, prior=known, value=value, level=level))
    )
    return learnt


def _time(at: dt.datetime) -> str:
    return utc_text(at)


def _money(amount: Money) -> Json:
    return {"minor": amount.minor, "currency": amount.currency}
