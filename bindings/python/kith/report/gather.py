"""What the report tells, read through the public interface for one viewer: a dictionary that the page also carries as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import kith
from kith import _kith
from kith.report.chain import Chains
from kith.report.walk import walk
from kith.wording import months_of

PAST = 8  # periods looked back at, and learnt from
COMPARED = 4  # periods that show what is usual
AHEAD = 2  # periods after the one asked for
TOP_DEALS, STUCK_DEALS, CHAINS, REPS, MOVES = 10, 15, 4, 60, 10

Numbers = dict[str, Any]
_T = TypeVar("_T")


def _month(months: int) -> str:
    """The first day of a month that is counted from year 0."""
    return f"{months // 12:04}-{months % 12 + 1:02}-01"


def _shifted(period: Mapping[str, str], by: int) -> dict[str, str]:
    """The period of the same length that many after."""
    first, months = dt.date.fromisoformat(period["first"]), months_of(period)
    if months:
        start = first.year * 12 + first.month - 1 + by * months
        return {"first": _month(start), "end": _month(start + months)}
    start_day = first + by * _length(period)
    return {"first": start_day.isoformat(), "end": (start_day + _length(period)).isoformat()}


def _name(period: Mapping[str, str]) -> str:
    """What the interface calls it."""
    first, months = dt.date.fromisoformat(period["first"]), months_of(period)
    if months:
        return {1: period["first"][:7], 3: f"{first.year}-Q{first.month // 3 + 1}"}.get(months, str(first.year))
    year, week, _ = first.isocalendar()
    return f"{year}-W{week:02}" if _length(period).days == 7 else period["first"]


def _length(period: Mapping[str, str]) -> dt.timedelta:
    return dt.date.fromisoformat(period["end"]) - dt.date.fromisoformat(period["first"])


def _unit(period: Mapping[str, str]) -> str:
    days = _length(period).days
    return {1: "month", 3: "quarter", 12: "year"}.get(months_of(period), "week" if days == 7 else "day")


def _team_field(catalog: Mapping[str, Any]) -> str | None:
    """The field by which the people who own records belong to a team."""
    for type in catalog["types"]:
        member = type.get("behaviours", {}).get("member", {})
        if "group" in member and "member" not in member:
            return str(member["group"])
    return None


class Gatherer:
    """Asks one snapshot. What cannot be told yet becomes None, with the reason in `missing`."""

    def __init__(self, now: kith.Snapshot, pipeline: str, period: str | None, as_of: dt.datetime | None) -> None:
        self._now = now
        self._pipeline = pipeline
        self._period = period or "this-quarter"
        self._as_of = as_of
        self._missing: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._has_quotas = False

    def _ask(self, section: str, question: Callable[[], _T]) -> _T | None:
        try:
            return question()
        except (kith.FailedPreconditionError, kith.NotFoundError) as error:
            self._missing[section] = str(error)
            return None

    def _forecast(self, period: str, by: str, learn_from: int = PAST) -> kith.Forecast:
        return self._now.forecast(self._pipeline, period, by=by, learn_from=learn_from, as_of=self._as_of)

    def gather(self, catalog: Mapping[str, Any]) -> Numbers:
        now, pipeline, as_of = self._now, self._pipeline, self._as_of
        funnel = now.funnel(pipeline, as_of=as_of)
        self._has_quotas = any(type["name"] == "quota" for type in catalog["types"]) and any(True for _ in now.scan("quota"))
        described = next(found for found in now.pipelines() if found["name"] == pipeline)
        described["labels"] = {lang: now[described["id"]][f"label_{lang}"] for lang in ("en", "zh")}
        numbers: Numbers = {"pipeline": described, "sequence": now.sequence, "funnel": funnel}
        numbers |= self._forecasts(catalog)
        period = numbers["forecast"]["period"]
        numbers["walk"] = self._walk(catalog, described, numbers["forecast"])
        numbers["chains"] = self._chains(catalog, described["for_type"], numbers["forecast"]["deals"])
        numbers["gap_period"] = self._last_over(period, numbers["forecast"]["as_of"])
        numbers["gap"] = self._gap(numbers["gap_period"], catalog)
        reps = now.reps(pipeline, as_of=as_of)
        numbers |= {"reps": reps[:REPS], "all_reps": len(reps)}
        numbers["biases"] = now.biases(pipeline, as_of=as_of)
        health = now.health(pipeline, as_of=as_of)
        numbers["stuck"] = {"count": len(health["stuck"]), "deals": [self._deal(deal) for deal in health["stuck"][:STUCK_DEALS]]}
        numbers["data_gaps"] = health["gaps"]
        numbers["backtest"] = self._ask("backtest", lambda: self._backtest(_unit(period)))
        numbers["saved"] = self._ask("saved", lambda: now.saved_forecasts(pipeline, as_of=as_of)["score"])
        self._name_all(rep["owner"] for rep in [*numbers["reps"], *numbers["biases"]])
        return numbers | {"names": self._names, "missing": self._missing}

    def _backtest(self, unit: str) -> Numbers:
        """Of the periods at whose start there was something to learn from."""
        count = PAST
        while True:
            report = self._now.backtest(self._pipeline, unit, count, as_of=self._as_of)
            known = sum(point["forecast"]["closed_deals"] > 0 for point in report["points"])
            if known in (0, len(report["points"])):
                return report if known else {**report, "points": []}
            count = known

    # --- the forecast and its parts

    def _forecasts(self, catalog: Mapping[str, Any]) -> Numbers:
        team = _team_field(catalog)
        by_owner = self._forecast(self._period, "owner")
        quotas = self._quotas(self._period, team)
        forecast = dict(by_owner)
        forecast["deals"] = [self._deal(deal) for deal in by_owner["deals"][:TOP_DEALS]]
        del forecast["parts"], forecast["attainments"]
        farthest = dt.date.fromisoformat(by_owner["as_of"][:10]) + dt.timedelta(days=2 * 365)  # as far as forecasts go
        spans = [_shifted(by_owner["period"], i + 1) for i in range(AHEAD)]
        ahead = [_name(span) for span in spans if dt.date.fromisoformat(span["end"]) <= farthest]
        following = [self._forecast(name, "owner") for name in ahead]
        targets = [quotas, *(self._quotas(name, team) for name in ahead)]
        parts = {"owner": by_owner, **({"team": self._forecast(self._period, f"owner.{team}")} if team else {})}
        shown = {kind: {key: report[key] for key in ("parts", "attainments")} for kind, report in parts.items()}
        for report in shown.values():
            self._name_all(part["part"] for part in report["parts"])
        chance = by_owner.probability_at_least(quotas["target"]) if quotas else None
        return {
            "forecast": forecast,
            "parts": shown,
            "ahead": [{key: value for key, value in report.items() if key not in ("deals", "parts", "attainments")} for report in following],
            "quotas": targets,
            "quota_chance": chance,
        }

    def _quotas(self, period: str, team: str | None) -> Numbers | None:
        """What the quotas of a period add up to: the teams', or where these have none their people's."""
        if not self._has_quotas:
            return None
        for kind, by in (("team", f"owner.{team}"), ("owner", "owner")):
            if kind == "team" and team is None:
                continue
            targets = [attained["target_minor"] for attained in self._forecast(period, by, learn_from=0)["attainments"]]
            if targets:
                return {"kind": kind, "holders": len(targets), "target": sum(targets)}
        return None

    def _walk(self, catalog: Mapping[str, Any], pipeline: Mapping[str, Any], forecast: Mapping[str, Any]) -> Numbers | None:
        """What the last week did to the pipeline."""
        roles = next(type["behaviours"]["pipelined"] for type in catalog["types"] if type["name"] == pipeline["for_type"])
        if "amount" not in roles:
            return None
        since = dt.datetime.fromisoformat(forecast["as_of"]) - dt.timedelta(days=7)
        period = _name(forecast["period"])
        found = walk(self._now, self._pipeline, since=since, until=self._as_of, currency=forecast["currency"], period=period)
        moved = [self._deal(deal) for deal in found["moved"][:MOVES]]
        return found | {"moved": moved, "all_moved": len(found["moved"])} if found["deals_before"] or found["moved"] else None

    def _chains(self, catalog: Mapping[str, Any], for_type: str, deals: list[Numbers]) -> list[Numbers] | None:
        """Who decides the deals that matter most; None where no role can be recorded."""
        chains = Chains(self._now, catalog, for_type, self._as_of)
        if not chains.known:
            return None
        found = [chains.of(deal["id"]) for deal in deals[:CHAINS]]
        self._name_all(person["id"] for chain in found for person in chain["people"])
        self._name_all(suggestion["record"] for chain in found for suggestion in chain["suggestions"])
        return found

    @staticmethod
    def _last_over(period: Mapping[str, str], as_of: str) -> Mapping[str, str]:
        """The period, or the last one of its length before it that is over; of periods shorter than a month, the last month."""
        if not months_of(period):
            this = int(as_of[:4]) * 12 + int(as_of[5:7]) - 1
            period = {"first": _month(this), "end": _month(this + 1)}
        while period["end"] > as_of[:10]:
            period = _shifted(period, -1)
        return period

    def _gap(self, period: Mapping[str, str], catalog: Mapping[str, Any]) -> Numbers | None:
        """Why a period that is over brought what it did: against its quota, or what is usual in the periods before it, as far as there are any."""
        name, compared = _name(period), 0
        while compared < COMPARED and self._closed(_shifted(period, -compared - 1)):
            compared += 1
        if not compared:
            return None
        quotas = self._quotas(name, _team_field(catalog))
        target = quotas["target"] if quotas else None
        found = self._ask("gap", lambda: self._now.gap(self._pipeline, name, target=target, compare_with=compared, as_of=self._as_of))
        return None if found is None else found | {"by_quota": quotas is not None, "compared_with": compared}

    def _closed(self, period: Mapping[str, str]) -> int:
        report = self._now.funnel(self._pipeline, period=_name(period), as_of=self._as_of)
        return int(report["won"] + report["lost"])

    # --- names

    def _deal(self, deal: Mapping[str, Any]) -> Numbers:
        """The deal with who owns it and whose it is."""
        record = self._now.get(deal["id"])
        owner = record["owner"] if record is not None else None
        self._name_all([deal["id"], *([owner] if owner else [])])
        return dict(deal) | {"owner": owner}

    def _name_all(self, ids: Iterable[int]) -> None:
        for id in ids:
            if not id or str(id) in self._names:
                continue
            record = self._now.get(id)
            try:
                name = record["name"] if record is not None else None
            except kith.Error:  # a type without names
                name = None
            self._names[str(id)] = str(name) if name else f"#{id}"


def version() -> str:
    number = _kith.version
    return f"{number >> 16}.{number >> 8 & 255}.{number & 255}"
