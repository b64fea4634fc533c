"""Pictures of reports for notebooks and pages, in English or Chinese. Each is a `Picture`: a drawing, and the table of its numbers.

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
>>> len(plots.fan(months).rows), [row[0] for row in plots.waterfall(months[0]).rows]
(2, ['closed', 'open deals', 'new deals', 'total'])
>>> stages.svg().startswith("<svg"), "<table>" in stages._repr_html_()
(True, True)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kith.drawing import Canvas, Picture, Point, shortened, text_width
from kith.wording import Wording

__all__ = ["Picture", "chain", "fan", "funnel", "reliability", "reps", "track", "waterfall"]

Report = Mapping[str, Any]
_SMALL, _TEXT = 11.0, 12.5


def _ticks(top: float, count: int = 4) -> list[float]:
    """Round numbers from 0 to at least `top`."""
    if top <= 0:
        return [0.0, 1.0]
    raw = top / count
    step = 10 ** math.floor(math.log10(raw))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if factor * step >= raw)
    return [step * i for i in range(math.ceil(top / step - 1e-9) + 1)]


def _legend(canvas: Canvas, items: Sequence[tuple[str, str, str]], left: float = 2) -> float:
    """Marks ("box", "dot", "ring", "line") in their tone, each with its words, in as many rows as they need; where they end."""
    x, y = left, 10.0
    for mark, tone, label in items:
        needed = 18 + text_width(label, _SMALL)
        if x > left and x + needed > canvas.width:
            x, y = left, y + 18
        if mark == "box":
            canvas.rect(x, y - 5, 12, 10, tone, round=2)
        elif mark == "line":
            canvas.line(x, y, x + 12, y, tone, width=2.5)
        else:
            canvas.dot(x + 6, y, 4, tone, hollow=mark == "ring")
        canvas.text(x + 17, y + 4, label, tone="dim", size=_SMALL)
        x += needed + 14
    return y + 12


# --- periods


def _quantile(report: Report, share: float) -> float:
    points: list[float] = report["quantiles"]
    return points[min(int(share * len(points)), len(points) - 1)]


def _slot(report: Report, quota: float | None, actual: float | None = None) -> dict[str, Any]:
    total = report["total"]
    slot = {"period": report["period"], "low": total["p10"], "middle": total["p50"], "high": total["p90"], "quota": quota, "actual": actual}
    if "quantiles" in report:
        slot |= {"lower": _quantile(report, 0.25), "upper": _quantile(report, 0.75), "closed": report["closed"]}
    return slot


class _Periods:
    """Periods side by side: of those that are over the interval and what came, of the others the fan."""

    def __init__(self, words: Wording, past: list[dict[str, Any]], future: list[dict[str, Any]], currency: str) -> None:
        self.words, self.past, self.future, self.currency = words, past, future, currency

    def draw(self, width: float) -> Canvas:
        slots = self.past + self.future
        canvas = Canvas(width, 290 if width > 500 else 250)
        top = _legend(canvas, self._legend_items()) + 8
        bottom = canvas.height - 36
        highest = max((slot[name] or 0 for slot in slots for name in ("high", "actual", "quota")), default=0)
        ticks = _ticks(highest)
        labels = [self.words.short(tick, self.currency) for tick in ticks]
        left = max(text_width(label, _SMALL) for label in labels) + 10
        step = (width - left - 6) / max(len(slots), 1)

        def at(index: int, minor: float) -> Point:
            return left + step * (index + 0.5), bottom - (bottom - top) * minor / ticks[-1]

        for tick, label in zip(ticks, labels, strict=True):
            y = at(0, tick)[1]
            canvas.line(left, y, width, y, "grid")
            canvas.text(left - 6, y + 4, label, tone="dim", size=_SMALL, anchor="end")
        self._draw_past(canvas, at, step)
        self._draw_future(canvas, at, step)
        half = min(step * 0.4, 26)
        year = ""
        for i, slot in enumerate(slots):
            x = at(i, 0)[0]
            if slot["quota"]:
                y = at(i, slot["quota"])[1]
                canvas.line(x - half, y, x + half, y, "bad", width=2.5)
            name, its_year = self.words.tick(slot["period"])
            canvas.text(x, bottom + 15, name, tone="dim" if i < len(self.past) else "ink", size=_SMALL, anchor="middle")
            if its_year != year:
                canvas.text(x, bottom + 29, its_year, tone="dim", size=_SMALL, anchor="middle")
            year = its_year
        return canvas

    def _draw_past(self, canvas: Canvas, at: Callable[[int, float], Point], step: float) -> None:
        half = min(step * 0.28, 18)
        for i, slot in enumerate(self.past):
            x, y = at(i, slot["high"])
            canvas.rect(x - half, y, 2 * half, at(i, slot["low"])[1] - y, "pale", round=2)
            y = at(i, slot["middle"])[1]
            canvas.line(x - half, y, x + half, y, "soft", width=2)
        came = [at(i, slot["actual"]) for i, slot in enumerate(self.past)]
        if len(came) > 1:
            canvas.polyline(came, "good", width=1.5)
        for point in came:
            canvas.dot(*point, 4, "good")

    def _draw_future(self, canvas: Canvas, at: Callable[[int, float], Point], step: float) -> None:
        first = len(self.past)
        if not self.future:
            return
        # The fan opens at what came last; a lone period gets a bar.
        start = [at(first - 1, self.past[-1]["actual"])] if self.past else []
        if len(self.future) + len(start) == 1:
            half = min(step * 0.2, 40)
            for low, high, tone in (("low", "high", "pale"), ("lower", "upper", "soft")):
                x, y = at(0, self.future[0][high])
                canvas.rect(x - half, y, 2 * half, at(0, self.future[0][low])[1] - y, tone, round=2)
        else:
            for low, high, tone in (("low", "high", "pale"), ("lower", "upper", "soft")):
                upper = [at(first + i, slot[high]) for i, slot in enumerate(self.future)]
                lower = [at(first + i, slot[low]) for i, slot in enumerate(self.future)]
                canvas.area([*start, *upper, *reversed(lower)], tone)
        middle = [at(first + i, slot["middle"]) for i, slot in enumerate(self.future)]
        if len(start + middle) > 1:
            canvas.polyline(start + middle, "main")
        for i, (slot, point) in enumerate(zip(self.future, middle, strict=True)):
            canvas.dot(*point, 4, "main")
            if slot["closed"] > 0:
                canvas.dot(*at(first + i, slot["closed"]), 4, "good", hollow=True)

    def _legend_items(self) -> list[tuple[str, str, str]]:
        items = [("box", "pale", self.words("plot.80"))]
        if self.future:
            items += [("box", "soft", self.words("plot.50")), ("dot", "main", self.words("plot.median"))]
        else:
            items.append(("line", "soft", self.words("plot.median")))
        if self.past:
            items.append(("dot", "good", self.words("plot.came")))
        if any(slot["closed"] > 0 for slot in self.future):
            items.append(("ring", "good", self.words("plot.closed_so_far")))
        if any(slot["quota"] for slot in self.past + self.future):
            items.append(("line", "bad", self.words("plot.quota")))
        return items

    def picture(self, title: str) -> Picture:
        words, currency = self.words, self.currency
        keys = ["low", "middle", "high"] + (["actual"] if self.past else []) + (["closed"] if self.future else [])
        if any(slot["quota"] for slot in self.past + self.future):
            keys.append("quota")
        heads = {"low": "P10", "middle": "P50", "high": "P90", "actual": words("plot.came"), "quota": words("plot.quota")}
        heads["closed"] = words("plot.closed_so_far")
        rows = [[words.period(slot["period"]), *(words.money(slot.get(key), currency) for key in keys)] for slot in self.past + self.future]
        return Picture(title, self.draw, [words("plot.period"), *(heads[key] for key in keys)], rows)


def fan(forecasts: Sequence[Report], *, past: Report | None = None, quotas: Sequence[float | None] = (), lang: str = "en") -> Picture:
    """Forecasts of several periods in order: median, 50 % and 80 % intervals of the total, and what is closed already.

    `past`, a backtest, adds the periods before, as forecast then and as they came. `quotas`: minor units, one a forecast.
    """
    words = Wording(lang)
    given = [*quotas, *([None] * (len(forecasts) - len(quotas)))]
    future = [_slot(report, quota) for report, quota in zip(forecasts, given, strict=True)]
    currency = forecasts[0]["currency"] if forecasts else ""
    return _Periods(words, _past_of(past, currency), future, currency).picture(words("plot.fan"))


def track(backtest: Report, *, lang: str = "en") -> Picture:
    """Forecasts made at the start of periods that are over, and what came."""
    words = Wording(lang)
    points = backtest["points"]
    currency = points[-1]["forecast"]["currency"] if points else ""
    return _Periods(words, _past_of(backtest, currency), [], currency).picture(words("plot.track"))


def _past_of(backtest: Report | None, currency: str) -> list[dict[str, Any]]:
    points = backtest["points"] if backtest else []
    return [_slot(point["forecast"], None, point["actual"]) for point in points if point["forecast"]["currency"] in ("", currency)]


# --- the funnel


def funnel(report: Report, *, lang: str = "en") -> Picture:
    """Deals that reached each stage, those open in it darker, and the rate of going on with its interval."""
    words = Wording(lang)
    stages = report["stages"]
    currency = report["currency"]

    def draw(width: float) -> Canvas:
        beside = width > 500
        row = 50.0 if beside else 78.0
        canvas = Canvas(width, row * max(len(stages), 1) + 40)
        top = _legend(
            canvas,
            [("box", "soft", words("plot.reached")), ("box", "main", words("plot.open")), ("line", "dim", words("plot.rate"))],
        )
        most = max((stage["reached"] for stage in stages), default=0) or 1
        room = width * 0.56 if beside else width
        for i, stage in enumerate(stages):
            y = top + 16 + i * row
            counts = words("plot.reached_open", reached=words.count(stage["reached"]), open=words.count(stage["open"]))
            canvas.text(room, y, counts, tone="dim", size=_SMALL, anchor="end")
            name = shortened(words.label(stage), _TEXT, room - text_width(counts, _SMALL) - 10)
            canvas.text(0, y, name, size=_TEXT, bold=True)
            canvas.rect(0, y + 6, room, 16, "grid", round=3)
            canvas.rect(0, y + 6, room * stage["reached"] / most, 16, "soft", round=3)
            canvas.rect(0, y + 6, room * stage["open"] / most, 16, "main", round=3)
            if beside:
                _draw_rate(canvas, words, stage["rate"], room + 28, y + 14, width - room - 28)
            else:
                _draw_rate(canvas, words, stage["rate"], 0, y + 36, width)
        return canvas

    columns = [words("plot.stage"), *(words(f"plot.{key}") for key in ("reached", "open", "open_amount", "went_on", "lost", "rate"))]
    columns += [words("plot.median_days"), words("plot.maturity")]
    rows = [
        [
            words.label(stage),
            words.count(stage["reached"]),
            words.count(stage["open"]),
            words.money(stage["open_amount_minor"], currency),
            words.count(stage["advanced"]),
            words.count(stage["lost"]),
            words.rate(stage["rate"]),
            words.days(stage["median_days"]),
            words.named("maturity", stage["rate"]["maturity"]),
        ]
        for stage in stages
    ]
    return Picture(words("plot.funnel"), draw, columns, rows)


def _draw_rate(canvas: Canvas, words: Wording, rate: Report, x: float, y: float, room: float) -> None:
    """A rate and its interval on a line from 0 to 100 %, and in words."""
    if not rate["trials"]:
        canvas.text(x, y + 4, words("plot.none_decided"), tone="dim", size=_SMALL)
        return
    text = words("plot.rate_of", rate=words.rate(rate), trials=words.count(rate["trials"]))
    canvas.text(x, y + 16, text, tone="dim", size=_SMALL)
    canvas.line(x, y, x + room, y, "grid", width=2)
    canvas.line(x + room * rate["low"], y, x + room * rate["high"], y, "dim", width=4)
    canvas.dot(x + room * rate["value"], y, 4, "ink")


# --- what makes up an amount


def _steps(report: Report, words: Wording) -> tuple[tuple[str, float] | None, list[tuple[str, float, str]], str]:
    """Where the steps begin, their names, heights and tones ("mute": may be chance), and what their end is called."""
    def tone(height: float, doubtful: bool = False) -> str:
        return "mute" if doubtful else "good" if height >= 0 else "bad"

    if "causes" in report:
        steps = [
            (words.named("driver", cause["driver"]), -cause["contribution"], tone(-cause["contribution"], not cause["beyond_chance"]))
            for cause in report["causes"]
        ]
        return (words("plot.target"), report["target"]), steps, words("plot.came")
    if "steps" in report:
        steps = [
            (words.named("walk", step["kind"]), step["minor"], tone(1 if step["kind"] == "won" else step["minor"])) for step in report["steps"]
        ]
        return (words("plot.before"), report["before"]), steps, words("plot.after")
    if "changes" in report:
        steps = [
            (words.named("driver", change["driver"]), change["contribution"], tone(change["contribution"], not change["beyond_chance"]))
            for change in report["changes"]
        ]
        return (words("plot.before"), report["before"]["minor_a_day"]), steps, words("plot.after")
    sources = [name for name in ("from_issued", "from_won", "from_open", "from_new") if name in report]
    begun = "collected" if report.get("measure") == "cash" else "closed"
    parts = ((begun, report["closed"]), *((name, report[name]["mean"]) for name in sources))
    return None, [(words(f"plot.{name}"), minor, tone(minor)) for name, minor in parts], words("plot.total")


def waterfall(report: Report, *, lang: str = "en") -> Picture:
    """How a forecast is made up, how a gap's causes lead from target to result, what changed velocity or a pipeline. Grey: may be chance."""
    words = Wording(lang)
    start, steps, last = _steps(report, words)
    currency = report["currency"]
    end = (start[1] if start else 0) + sum(height for _, height, _ in steps)
    bars: list[tuple[str, float, float, str]] = []  # name, from, to, tone
    level = 0.0
    if start:
        bars.append((start[0], 0, start[1], "mute"))
        level = start[1]
    for name, height, tone in steps:
        bars.append((name, level, level + height, tone))
        level += height
    bars.append((last, 0, end, "main"))

    def draw(width: float) -> Canvas:
        row = 32
        canvas = Canvas(width, row * len(bars) + 8)
        values = [
            words.short(to - begin, currency) if tone == "main" or not begin else _signed(words, to - begin, currency)
            for _, begin, to, tone in bars
        ]
        left = min(max(text_width(name, _TEXT) for name, *_ in bars) + 12, width * 0.36)
        right = max(text_width(value, _SMALL) for value in values) + 12
        base = _base([to for _, _, to, _ in bars])
        high = max(0, *(max(begin, to) for _, begin, to, _ in bars))
        scale = (width - left - right) / ((high - base) or 1)

        def at(minor: float) -> float:
            return left + max(minor - base, 0) * scale

        canvas.line(at(0), 0, at(0), canvas.height, "grid")
        for i, ((name, begin, to, tone), value) in enumerate(zip(bars, values, strict=True)):
            y = i * row + 6.0
            canvas.text(left - 10, y + 15, shortened(name, _TEXT, left - 12), size=_TEXT, anchor="end", bold=tone == "main")
            x = min(at(begin), at(to))
            canvas.rect(x, y, max(abs(at(to) - at(begin)), 1.5), 20, tone, round=2)
            if base > 0 and not begin:
                canvas.area([(left + 14, y - 2), (left + 20, y - 2), (left + 14, y + 22), (left + 8, y + 22)], "paper")
            canvas.text(max(at(begin), at(to)) + 6, y + 14, value, tone="dim", size=_SMALL)
            if i + 1 < len(bars):
                canvas.line(at(to), y + 20, at(to), y + row, "mute")
        return canvas

    columns = ["", words("plot.amount")]
    rows = [[name, words.exact(to - begin, currency)] for name, begin, to, _ in bars]
    if any(tone == "mute" for *_, tone in steps):
        columns.append(words("plot.may_be_chance"))
        told = [words("yes" if tone == "mute" else "no") for *_, tone in steps]
        rows = [[*row, mark] for row, mark in zip(rows, ["", *told, ""] if start else [*told, ""], strict=True)]
    return Picture(words("plot.waterfall"), draw, columns, rows)


def _base(levels: Sequence[float]) -> float:
    """Where the bars begin: at 0, or below it; where small steps would vanish beside large levels, higher, and bars from 0 are shown broken."""
    lowest, highest = min(levels), max(levels)
    return lowest - (highest - lowest) / 2 if 0 < highest - lowest < 0.2 * lowest else min(lowest, 0)


def _signed(words: Wording, minor: float, currency: str) -> str:
    return ("+" if minor >= 0 else "−") + words.short(abs(minor), currency)


# --- how good chances are


def reliability(backtest: Report, *, lang: str = "en") -> Picture:
    """Chances given to deals against the share that was won: on the diagonal they are calibrated. A dot's area is its number of deals."""
    words = Wording(lang)
    bins = backtest["reliability"]
    most = max((entry["deals"] for entry in bins), default=1)

    def draw(width: float) -> Canvas:
        side = min(width - 56, 300)
        canvas = Canvas(side + 70, side + 54)
        left, top = 44.0, 8.0

        def at(given: float, won: float) -> Point:
            return left + side * given, top + side * (1 - won)

        for share in (0, 0.25, 0.5, 0.75, 1):
            canvas.line(*at(0, share), *at(1, share), "grid")
            canvas.line(*at(share, 0), *at(share, 1), "grid")
            canvas.text(left - 6, at(0, share)[1] + 4, f"{share:.0%}", tone="dim", size=_SMALL, anchor="end")
            canvas.text(at(share, 0)[0], top + side + 15, f"{share:.0%}", tone="dim", size=_SMALL, anchor="middle")
        canvas.line(*at(0, 0), *at(1, 1), "mute", width=1.5, dashed=True)
        for entry in bins:
            canvas.dot(*at(entry["forecast"], entry["won"]), max(2.5, 8 * math.sqrt(entry["deals"] / most)), "main")
        canvas.text(left + side, top + side + 36, words("plot.chance_given") + " →", tone="dim", size=_SMALL, anchor="end")
        canvas.text(left + 6, top + 14, "↑ " + words("plot.share_won"), tone="dim", size=_SMALL)
        return canvas

    columns = [words("plot.chance_given"), words("plot.share_won"), words("plot.deals")]
    rows = [[words.percent(entry["forecast"]), words.percent(entry["won"]), words.count(entry["deals"])] for entry in bins]
    return Picture(words("plot.reliability"), draw, columns, rows)


# --- reps


def reps(reports: Sequence[Report], names: Mapping[int, str] | None = None, *, lang: str = "en") -> Picture:
    """Each rep's rate of going on with its interval, stage by stage, beside the team's. Grey: not enough deals to tell. Red: a weak step."""
    words = Wording(lang)
    called = names or {}
    stages = [stage["name"] for stage in reports[0]["stages"]] if reports else []

    def name_of(report: Report) -> str:
        return called.get(report["owner"], f"#{report['owner']}")

    def draw(width: float) -> Canvas:
        beside = width > 500
        row = 24.0 if beside else 36.0
        left = min(max((text_width(name_of(report), _TEXT) for report in reports), default=0) + 14, width * 0.26) if beside else 0
        column = (width - left) / max(len(stages), 1)
        canvas = Canvas(width, 62 + row * len(reports))
        marks = [("line", "main", words("plot.rep_interval")), ("line", "bad", words("plot.weak")), ("line", "mute", words("plot.too_few"))]
        top = _legend(canvas, [*marks, ("box", "dim", words("plot.team"))]) + 14
        canvas.height = top + 8 + row * len(reports)
        for j, stage in enumerate(reports[0]["stages"] if reports else []):
            canvas.text(left + column * j, top, shortened(words.label(stage), _SMALL, column - 8), tone="dim", size=_SMALL)
        for i, report in enumerate(reports):
            y = top + 8 + row * (i + 0.5)
            canvas.text(0, y + 4 if beside else y - 6, shortened(name_of(report), _TEXT, left - 8 if beside else width), size=_TEXT)
            for j, stage in enumerate(report["stages"]):
                _draw_step(canvas, stage, left + column * j, y if beside else y + 8, column - 14)
        return canvas

    columns = [words("plot.rep"), words("plot.stage"), words("plot.rep_rate"), words("plot.team_rate")]
    columns += [words("plot.estimate"), words("plot.below"), words("plot.finding")]
    rows = [
        [
            name_of(report),
            words.label(stage),
            words.rate(stage["rep"]),
            words.rate(stage["team"]),
            f"{words.percent(stage['shrunk'])} ({words.span(stage['low'], stage['high'])})",
            words.percent(stage["below"]),
            words("plot.weak") if stage["weak"] else "" if stage["enough"] else words("plot.too_few"),
        ]
        for report in reports
        for stage in report["stages"]
    ]
    return Picture(words("plot.reps"), draw, columns, rows)


def _draw_step(canvas: Canvas, stage: Report, x: float, y: float, room: float) -> None:
    canvas.line(x, y, x + room, y, "grid", width=2)
    if stage["team"]["trials"]:
        canvas.rect(x + room * stage["team"]["value"] - 1, y - 7, 2, 14, "dim")
    if stage["shrunk"] is None or stage["low"] is None:
        return
    tone = "bad" if stage["weak"] else "main" if stage["enough"] else "mute"
    canvas.line(x + room * stage["low"], y, x + room * stage["high"], y, tone, width=4)
    canvas.dot(x + room * stage["shrunk"], y, 4, tone)


# --- who decides


def chain(report: Report, names: Mapping[int, str] | None = None, *, lang: str = "en") -> Picture:
    """The people with a role in a deal, superiors above, and who has a say with whom: arrows by influence, dashes by whom they report to.

    A dot says where somebody stands: green for us, red against, grey between, a ring where nothing is known. `report`: {"people": [{"id",
    "role", "labels", "veto", "approve", "stance"}], "lines": [{"from", "to", "kind"}]}, stances from -1 to 1 or None.
    """
    words = Wording(lang)
    people, called = report["people"], names or {}

    def name_of(id: int) -> str:
        return called.get(id, f"#{id}")

    def told(person: Report) -> str:
        role = person["labels"].get(lang) or person["role"] or words("plot.no_role")
        rights = [words(f"plot.{right}") for right in ("veto", "approve") if person[right]]
        return " · ".join([role, *rights])

    def draw(width: float) -> Canvas:
        across = 3 if width > 500 else 2
        gap, height = 26.0, 46.0
        box = (width - gap * (across - 1)) / across
        rows = [level[i : i + across] for level in _levels(report) for i in range(0, len(level), across)]
        canvas = Canvas(width, max(len(rows), 1) * (height + gap) - gap + 2)
        boxes = {}
        for i, row in enumerate(rows):
            left = (width - len(row) * (box + gap) + gap) / 2
            boxes.update({id: (left + j * (box + gap), 1 + i * (height + gap)) for j, id in enumerate(row)})
        for line in report["lines"]:
            _draw_say(canvas, boxes[line["from"]], boxes[line["to"]], (box, height), line["kind"] == "reports")
        for person in people:
            x, y = boxes[person["id"]]
            canvas.rect(x, y, box, height, "pale", round=5)
            canvas.rect(x, y, 4, height, "bad" if person["veto"] else "good" if person["approve"] else "main", round=2)
            stance = person["stance"]
            canvas.dot(x + box - 13, y + 14, 5, _tone_of(stance), hollow=stance is None)
            canvas.text(x + 12, y + 19, shortened(name_of(person["id"]), _TEXT, box - 36), size=_TEXT, bold=True)
            canvas.text(x + 12, y + 36, shortened(told(person), _SMALL, box - 20), tone="dim", size=_SMALL)
        return canvas

    says = {person["id"]: [name_of(line["to"]) for line in report["lines"] if line["from"] == person["id"]] for person in people}
    rows = [
        [name_of(person["id"]), told(person), words.signed(person["stance"]), ", ".join(dict.fromkeys(says[person["id"]]))] for person in people
    ]
    columns = [words(f"plot.{key}") for key in ("person", "role", "stance", "has_a_say_with")]
    return Picture(words("plot.chain"), draw, columns, rows)


def _tone_of(stance: float | None) -> str:
    """The light of a stance: its display score 50·(1 + stance) is red below 40 and green from 60 on."""
    if stance is None or -0.2 <= stance < 0.2:
        return "mute"
    return "good" if stance > 0 else "bad"


def _levels(report: Report) -> list[list[int]]:
    """People by how many superiors stand above them in the picture, each level in their order."""
    above: dict[int, set[int]] = {person["id"]: set() for person in report["people"]}
    for line in report["lines"]:
        if line["kind"] == "reports":
            above[line["to"]].add(line["from"])
    levels: list[list[int]] = []
    while above:
        # Somebody who reports to nobody left; in a circle of dotted lines, whoever comes first.
        level = [id for id, superiors in above.items() if not superiors & above.keys()] or [next(iter(above))]
        levels.append(level)
        for id in level:
            del above[id]
    return levels


def _draw_say(canvas: Canvas, source: Point, target: Point, size: Point, dashed: bool) -> None:
    """A line between two boxes, with a head where it meets the second."""
    width, height = size
    x1, y1, x2, y2 = source[0] + width / 2, source[1] + height / 2, target[0] + width / 2, target[1] + height / 2
    dx, dy = x2 - x1, y2 - y1
    length = math.hypot(dx, dy)
    if not length:
        return
    inside = min(width / 2 / abs(dx) if dx else 1, height / 2 / abs(dy) if dy else 1)
    tip = (x2 - dx * inside, y2 - dy * inside)
    canvas.line(x1, y1, *tip, "mute", width=1.5, dashed=dashed)
    ux, uy = dx / length, dy / length
    canvas.area([tip, (tip[0] - 8 * ux + 4 * uy, tip[1] - 8 * uy - 4 * ux), (tip[0] - 8 * ux - 4 * uy, tip[1] - 8 * uy + 4 * ux)], "mute")
