"""Pictures of reports, with matplotlib (``pip install kith[plots]``). Each function draws on ``ax``, or on a new figure; it returns the axes.

>>> import kith
>>> from kith import plots
>>> with kith.open(temporary=True) as db:
...     with db.batch() as batch:
...         for name in ("A", "B"):
...             deal = batch.create("opportunity", name=name, amount=kith.Money(10_000, "CNY"))
...             move = batch.move(deal, "default/qualified")
...     months = [db.forecast(month) for month in ("this-month", "next-month")]
...     with db.snapshot() as now:
...         stages = plots.funnel(now.funnel("default"))
>>> [label.get_text() for label in plots.fan(months).get_xticklabels()] == [month["period"]["first"] for month in months]
True
>>> [label.get_text() for label in plots.waterfall(months[0]).get_xticklabels()]
['closed', 'from open', 'from new', 'total']
>>> len(stages.patches) > 2
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BLUE, _GREEN, _RED, _GREY = "#2b6cb0", "#2f855a", "#c53030", "#718096"


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    try:
        from matplotlib.figure import Figure
    except ImportError as missing:
        raise ImportError("pictures need matplotlib: pip install kith[plots]") from missing
    return Figure(figsize=(7, 4), layout="constrained").add_subplot()


def _major(minor: float, report: Mapping[str, Any]) -> float:
    return float(minor / 10 ** report["minor_digits"])


def fan(forecasts: Sequence[Mapping[str, Any]], ax: Axes | None = None) -> Axes:
    """Forecasts of several periods, in order: median, 50 % and 80 % intervals of the total, and what is closed already; in major units."""
    ax = _axes(ax)
    at = range(len(forecasts))

    def quantile(p: float) -> list[float]:
        return [_major(report["quantiles"][int(p * len(report["quantiles"]))], report) for report in forecasts]

    for low, high, shade in ((0.1, 0.9, 0.2), (0.25, 0.75, 0.3)):
        ax.fill_between(
            at,
            quantile(low),
            quantile(high),
            color=_BLUE,
            alpha=shade,
            lw=0,
            label=f"{high - low:.0%}",
        )
    ax.plot(at, quantile(0.5), color=_BLUE, marker="o", label="median")
    ax.plot(
        at,
        [_major(report["closed"], report) for report in forecasts],
        color=_GREEN,
        marker="s",
        ls="",
        label="closed",
    )
    ax.set_xticks(at, [report["period"]["first"] for report in forecasts])
    ax.set_ylabel(forecasts[0]["currency"] if forecasts else "")
    ax.set_ylim(bottom=0)
    ax.legend(frameon=False)
    return ax


def funnel(report: Mapping[str, Any], ax: Axes | None = None) -> Axes:
    """Deals that reached each stage, those open in it darker, and the rate of going on with its interval."""
    ax = _axes(ax)
    stages = report["stages"]
    at = range(len(stages))
    ax.barh(at, [stage["reached"] for stage in stages], color=_BLUE, alpha=0.35)
    ax.barh(at, [stage["open"] for stage in stages], color=_BLUE)
    for y, stage in zip(at, stages, strict=True):
        rate = stage["rate"]
        told = f" {rate['value']:.0%} ({rate['low']:.0%}-{rate['high']:.0%})" if rate["trials"] else " no deal decided"
        ax.text(stage["reached"], y, told, va="center")
    ax.set_yticks(at, [stage["name"] for stage in stages])
    ax.invert_yaxis()
    ax.margins(x=0.3)
    ax.set_xlabel("deals that reached the stage")
    return ax


def reliability(backtest: Mapping[str, Any], ax: Axes | None = None) -> Axes:
    """Chances given to deals against the share that was won: on the diagonal they are calibrated. A dot's area is its number of deals."""
    ax = _axes(ax)
    bins = backtest["reliability"]
    most = max((entry["deals"] for entry in bins), default=1)
    ax.plot([0, 1], [0, 1], color=_GREY, lw=1)
    ax.scatter(
        [entry["forecast"] for entry in bins],
        [entry["won"] for entry in bins],
        [120 * entry["deals"] / most for entry in bins],
        color=_BLUE,
    )
    ax.set(
        xlim=(-0.02, 1.02),
        ylim=(-0.02, 1.02),
        aspect="equal",
        xlabel="chance given",
        ylabel="share won",
    )
    return ax


def _steps(report: Mapping[str, Any]) -> tuple[list[tuple[str, float]], float, str]:
    """Names and heights of the steps, where they begin, and what their end is called."""
    if "causes" in report:
        return (
            [(cause["driver"], -cause["contribution"]) for cause in report["causes"]],
            report["target"],
            "reached",
        )
    if "changes" in report:
        return (
            [(change["driver"], change["contribution"]) for change in report["changes"]],
            report["before"]["minor_a_day"],
            "after",
        )
    steps = [
        ("closed", report["closed"]),
        ("from open", report["from_open"]["mean"]),
        ("from new", report["from_new"]["mean"]),
    ]
    return steps, 0, "total"


def waterfall(report: Mapping[str, Any], ax: Axes | None = None) -> Axes:
    """How a forecast is made up, how a gap's causes lead from target to result, or what changed velocity; in major units."""
    ax = _axes(ax)
    steps, start, last = _steps(report)
    names, level = [], _major(start, report)
    if start:
        ax.bar(0, level, color=_GREY)
        names.append("target" if last == "reached" else "before")
    for name, minor in steps:
        height = _major(minor, report)
        ax.bar(len(names), height, bottom=level, color=_GREEN if height >= 0 else _RED)
        level += height
        names.append(name)
    ax.bar(len(names), level, color=_BLUE)
    ax.set_xticks(range(len(names) + 1), [*names, last])
    ax.set_ylabel(report.get("currency", ""))
    return ax
