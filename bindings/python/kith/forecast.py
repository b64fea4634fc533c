"""A forecast: its report as a dict, and what can be asked of it."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kith import _kith
    from kith.drawing import Picture


class Forecast(dict[str, Any]):
    """The report of `Snapshot.forecast`, amounts in minor units: ``closed``, ``from_open``, ``from_new``, ``total``, ``parts``, ``deals``."""

    def __init__(self, handle: _kith.Forecast) -> None:
        super().__init__(json.loads(handle.json()))
        self._handle = handle

    def __repr__(self) -> str:
        total, currency, digits = self["total"], self["currency"], self["minor_digits"]
        told = " / ".join(f"{total[p] / 10**digits:,.{digits}f}" for p in ("p10", "p50", "p90"))
        return f"Forecast({self['period']['first']} to {self['period']['end']}: {told} {currency}, {self['maturity']})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.plot()._repr_html_()}"

    def probability_at_least(self, minor: float) -> float:
        """The chance that the period brings at least so much: of reaching a quota."""
        return self._handle.probability_at_least(minor)

    def plot(self, lang: str = "en") -> Picture:
        """How the total is made up; see `kith.plots` for more pictures."""
        from kith import plots

        return plots.waterfall(self, lang=lang)
