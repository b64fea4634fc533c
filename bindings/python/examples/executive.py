"""What an executive looks at before a review: `pip install kith`, then `python executive.py crm.kith`.

Key accounts by what hangs on them and how we stand there, where support should go and where time went, the pipeline at a glance, quotas,
and risks. Every line rests on a call that anybody may make; what is not known is left out.
"""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import json
from typing import Any

import kith
from kith import decisions

Json = dict[str, Any]
TOUCHES = {"from": "interaction", "where": "at >= $since && account != null", "select": ["account", "minutes"]}
OPEN = {"from": "opportunity", "where": "stage.kind == 'open' && amount != null", "select": ["id", "name", "account", "amount"]}


def key_accounts(now: kith.Snapshot, at: dt.datetime, most: int) -> list[Json]:
    """The accounts that most of our value is with (amounts of open deals and of the last year's), and how we stand with each."""
    touches = now.query(TOUCHES, {"since": at - dt.timedelta(days=90)})
    minutes: collections.Counter[int] = collections.Counter()
    for touch in touches:
        minutes[touch["account"]] += touch["minutes"] or 30
    accounts = []
    for part in sorted(now.relation(as_of=at)["score"]["contributions"], key=lambda part: -part["weight"])[:most]:
        told = now.relation(None, part["record"], as_of=at)
        accounts.append(
            {
                "account": part["record"],
                "name": now[part["record"]]["name"],
                "share": part["weight"],
                "time": minutes[part["record"]] / (minutes.total() or 1),
                "score": told["score"]["value"],
                "light": told["light"],
                "one_person": told["account"]["bus_factor"],
                "capital": told["capital"],
                "slips": told["slips"],
            }
        )
    return accounts


def support(now: kith.Snapshot, chances: dict[int, float], days: int, uplift: float) -> Json:
    """Where days of support (presales, experts) do most: `uplift` is how much all of it adds to a chance, five days giving two thirds of it.

    The uplift is the company's own assumption: say it aloud, and measure it.
    """
    deals = [deal for deal in now.query(OPEN) if deal["id"] in chances]
    asked = [{"deal": d["id"], "value": d["amount"].minor, "base": (p := chances[d["id"]]), "most": min(1, p + uplift), "scale": 5} for d in deals]
    plan = decisions.allocate(asked, capacity=days)
    given = [{"deal": deal["id"], "name": deal["name"], "days": units} for deal, units in zip(deals, plan["units"], strict=True) if units]
    return {"deals": sorted(given, key=lambda one: -one["days"]), "gain": plan["gain"], "shadow_price": plan["shadow_price"]}


def summary(now: kith.Snapshot, period: str = "this-quarter", *, pipeline: str = "", at: dt.datetime | None = None, days: int = 20, uplift: float = 0.2) -> Json:
    """All of it as one dict."""
    at = at or dt.datetime.now(dt.UTC)
    pipeline = pipeline or now.main_pipeline()
    accounts = key_accounts(now, at, 10)
    forecast = now.forecast(pipeline, period, as_of=at)
    team = now.scorecards(pipeline, period=period, as_of=at)
    glance = now.summary(period, pipeline, as_of=at)
    health = now.health(pipeline, as_of=at)
    owed = now.receivables(as_of=at.date())
    return {
        "accounts": accounts,
        "support": support(now, {deal["id"]: deal["win_ever"] for deal in forecast["deals"]}, days, uplift),
        "pipeline": {"open": glance["funnel"]["open"], "won": glance["funnel"]["won"], "forecast": forecast["total"], "maturity": forecast["maturity"]},
        "quotas": [quota | {"holder": now[quota["holder"]]["name"]} for card in team["reps"] for quota in card["quotas"]],
        "risks": {
            "late": [slip | {"account": account["name"]} for account in accounts for slip in account["slips"] if not slip["done"]],
            "on_one_person": [account["name"] for account in accounts if account["one_person"] > 0.7],
            "stuck": [{"deal": deal["id"], "name": now[deal["id"]]["name"], "days": deal["age_days"]} for deal in health["stuck"]],
            "overdue": [{"currency": total["currency"], "minor": total["overdue"]} for total in owed["total"] if total["overdue"]],
        },
    }


def tell(told: Json) -> str:
    """The summary as text."""
    lines = ["Key accounts: share of value, share of our time, how we stand"]
    for one in told["accounts"]:
        lines.append(f"  {one['name']}: {one['share']:.0%} of value, {one['time']:.0%} of time, {one['score']:.0f} of 100 ({one['light']})")
    lines.append(f"Support where it does most (one day more gains {told['support']['shadow_price'] / 100:,.0f})")
    lines += [f"  {one['name']}: {one['days']} days" for one in told["support"]["deals"]]
    pipeline = told["pipeline"]
    total = pipeline["forecast"]
    lines.append(f"Pipeline: {pipeline['open']} open, {pipeline['won']} won; the period brings {total['p10'] / 100:,.0f} to {total['p90'] / 100:,.0f} ({pipeline['maturity']})")
    lines.append("Quotas")
    lines += [f"  {one['holder']}: {one['share']:.0%} of the {one['metric']} asked" for one in told["quotas"] if one["share"] is not None]
    risks = told["risks"]
    lines.append("Risks")
    lines += [f"  {one['account']}: {one['name']} is {one['days_late']} days late" for one in risks["late"]]
    lines += [f"  {name} hangs on one of us" for name in risks["on_one_person"]]
    lines += [f"  {one['name']} has stood still for {one['days']:.0f} days" for one in risks["stuck"]]
    lines += [f"  {one['minor'] / 100:,.2f} {one['currency']} are overdue" for one in risks["overdue"]]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="An executive's summary")
    parser.add_argument("database")
    parser.add_argument("--period", default="this-quarter")
    parser.add_argument("--days", type=int, default=20, help="days of support to give")
    parser.add_argument("--uplift", type=float, default=0.2, help="what all the support that a deal can use adds to its chance")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with kith.open(given.database, read_only=True) as db, db.snapshot() as now:
        told = summary(now, given.period, days=given.days, uplift=given.uplift)
    print(json.dumps(told, default=str) if given.json else tell(told))


if __name__ == "__main__":
    main()
