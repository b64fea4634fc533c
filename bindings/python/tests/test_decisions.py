"""Functions that decide."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

import kith
from kith import Money, decisions

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def test_support_goes_where_it_does_most() -> None:  # P01 P02
    deals = [
        {"deal": 1, "value": 100.0, "base": 0.2, "most": 0.6, "scale": 2.0},
        {"deal": 2, "value": 0.0, "base": 0.2, "most": 0.9, "scale": 1.0},
    ]
    plan = decisions.allocate(deals, capacity=3)
    assert plan["units"] == [3, 0]
    more = decisions.allocate(deals, capacity=4)
    assert more["gain"] - plan["gain"] == pytest.approx(plan["shadow_price"])
    chosen = decisions.allocate(
        [{"value": 10.0, "base": 0.5}, {"value": 90.0, "base": 0.5}],
        experts=[
            {"expert": 7, "effect": [1.0, None]},
            {"expert": 8, "cost": 1.0, "effect": [1.0, 1.0]},
        ],
    )
    assert chosen["deals"] == [0, 1]
    assert chosen["exact"]
    with pytest.raises(kith.Error, match="chance"):
        decisions.allocate(
            [{"value": 1.0, "base": 2.0, "most": 1.0, "scale": 1.0}], capacity=1
        )
    with pytest.raises(kith.Error, match="member"):
        decisions.allocate([{"value": 1.0, "bass": 0.1}], capacity=1)


@pytest.mark.parametrize("model", ["first", "last", "linear", "decay", "u_shape"])
def test_credit_is_shared_out_wholly(model: str) -> None:  # G03
    journeys = [
        {
            "touches": [
                (channel, NOW - dt.timedelta(days=days))
                for days, channel in enumerate(ways)
            ],
            "converted": NOW,
            "revenue": Money(6_000, "CNY"),
        }
        for ways in itertools.product(["fair", "search"], repeat=3)
    ]
    returns = {
        one["channel"]: one
        for one in decisions.credit(
            journeys, {"fair": Money(12_000, "CNY")}, model=model
        )
    }
    assert sum(one["conversions"] for one in returns.values()) == pytest.approx(8)
    assert returns["fair"]["revenue"] == pytest.approx(24_000)
    assert returns["fair"]["roi"] == pytest.approx(1)
    assert returns["search"]["roi"] is None
    journey = {
        "touches": [("fair", NOW - dt.timedelta(days=7)), ("search", NOW)],
        "converted": NOW,
        "revenue": Money(1, "CNY"),
    }
    shares = {
        one["channel"]: one["conversions"]
        for one in decisions.credit([journey], model=model)
    }
    fair = {"first": 1, "last": 0, "linear": 1 / 2, "decay": 1 / 3, "u_shape": 1 / 2}
    assert shares.get("fair", 0) == pytest.approx(fair[model])
    with pytest.raises(kith.Error, match="model"):
        decisions.credit(journeys, model="best")


def test_a_delay_is_unusual_for_a_punctual_customer() -> None:  # Q06
    usual = decisions.habit(
        [44.0, 46.0, (45.0, 0.9), 43.0], 45.0, mean=60, sd=5, weight=0.11
    )
    late = decisions.habit(
        [44.0, 46.0, (45.0, 0.9), 43.0], 75.0, mean=60, sd=5, weight=0.11
    )
    assert usual["own"]
    assert usual["low"] < 45 < usual["high"]
    assert not usual["warns"]
    assert late["warns"]
    assert late["surprise"] < 0.01
    assert not decisions.habit([], mean=60, sd=5)["own"]
