"""A forecast: its report as a dict, and what can be asked of it."""

from __future__ import annotations

import datetime as dt
import functools
import html
import json
from typing import TYPE_CHECKING, Any

from kith.wording import months_of

if TYPE_CHECKING:
    from kith import _kith
    from kith.drawing import Picture

_PAST = 8  # periods that coverage looks back on


def _unit(period: dict[str, str]) -> str:
    months = months_of(period)
    if months == 0:
        return "day" if dt.date.fromisoformat(period["end"]) - dt.date.fromisoformat(period["first"]) == dt.timedelta(days=1) else "week"
    return {1: "month", 3: "quarter"}.get(months, "year")


class Forecast(dict[str, Any]):
    """The report of `Snapshot.forecast`, amounts in minor units: ``closed``, ``from_open``, ``from_new``, ``total``, ``parts``, ``deals``.

    Of cash also ``from_issued`` and ``from_won``; ``measure`` says which it is.
    """

    def __init__(self, handle: _kith.Forecast, backtest: functools.partial[dict[str, Any]]) -> None:
        super().__init__(json.loads(handle.json()))
        self._handle = handle
        self._backtest = backtest

    def __repr__(self) -> str:
        total, currency, digits = self["total"], self["currency"], self["minor_digits"]
        told = " / ".join(f"{total[p] / 10**digits:,.{digits}f}" for p in ("p10", "p50", "p90"))
        return f"Forecast({self['period']['first']} to {self['period']['end']}: {told} {currency}, {self['maturity']})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.plot()._repr_html_()}"

    @property
    def p10(self) -> float:
        """The total is at least so much with a chance of 90 %, in minor units."""
        return float(self["total"]["p10"])

    @property
    def p50(self) -> float:
        return float(self["total"]["p50"])

    @property
    def p90(self) -> float:
        return float(self["total"]["p90"])

    @property
    def parts(self) -> list[dict[str, Any]]:
        """With ``by``: forecasts of the parts, the largest first; ``part`` is the id of an owner, a team and so on, 0: none, ``name`` what it is
        called."""
        parts: list[dict[str, Any]] = self["parts"]
        return parts

    @functools.cached_property
    def past_coverage(self) -> float | None:
        """How many of the last eight periods of this length brought what lay between P10 and P90 of a forecast made at their start, as a share: 0.8
        is right. None when none is over. Worked out when asked for, from every deal; a forecast that a snapshot gave needs it open."""
        past = self._backtest(_unit(self["period"]), _PAST)
        return float(past["coverage80"]) if past["points"] else None

    def probability_at_least(self, minor: float) -> float:
        """The chance that the period brings at least so much: of reaching a quota."""
        return self._handle.probability_at_least(minor)

    def plot(self, lang: str = "en") -> Picture:
        """How the total is made up; see `kith.plots` for more pictures."""
        from kith import plots

        return plots.waterfall(self, lang=lang)
