"""A funnel: its report as a dict, and as a table."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from kith.columns import Columns


class Funnel(dict[str, Any], Columns):
    """The report of `Snapshot.funnel`: ``stages``, and with ``by`` the same of each of ``parts``. As columns (`to_pandas`): a row for each stage,
    of each part where there are parts."""

    def __init__(self, report: dict[str, Any], by: str | None = None) -> None:
        super().__init__(report)
        self._by = (by or "part").rpartition(".")[2]

    def __repr__(self) -> str:
        parts = f", {len(self['parts'])} parts" if self["parts"] else ""
        win = self["win_rate"]
        told = f"{self['arrivals']} came, {self['open']} open, {self['won']} won, {self['lost']} lost"
        return f"Funnel({self['pipeline']}: {told}{parts}; win rate {win['value']:.0%}, {win['maturity']})"

    def rows(self) -> list[dict[str, Any]]:
        """What the columns hold. `rate` goes from `low` to `high`, is of `n` deals that went on or were lost there, and counts as `maturity` says."""
        if not self["parts"]:
            return [_row(stage) for stage in self["stages"]]
        return [{self._by: part["part"], "name": part["name"]} | _row(stage) for part in self["parts"] for stage in part["stages"]]

    def _stream(self) -> object:
        return import_module("pyarrow").Table.from_pylist(self.rows()).__arrow_c_stream__()


def _row(stage: dict[str, Any]) -> dict[str, Any]:
    rate = stage["rate"]
    measured = {"rate": rate["value"], "low": rate["low"], "high": rate["high"], "n": rate["trials"], "maturity": rate["maturity"]}
    return {"stage": stage["name"], "reached": stage["reached"], "open": stage["open"]} | measured | {"median_days": stage["median_days"]}
