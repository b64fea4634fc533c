"""The numbers as a page."""

from __future__ import annotations

import json
from typing import Any

from kith import plots
from kith.drawing import NARROW, TONES, WIDE
from kith.report.words import WORDS, warning
from kith.wording import Wording
from kith.words import WORDS as COMMON

try:
    import jinja2
    from markupsafe import Markup, escape
except ImportError as missing:  # pragma: no cover
    raise ImportError("the report needs jinja2: pip install kith[report]") from missing

PICTURE_WIDTH = 820


class _Show:
    """Numbers by their path in the embedded JSON, written for people. Each stays with its raw value: ``<data value>``."""

    def __init__(self, numbers: dict[str, Any], words: Wording) -> None:
        self._numbers = numbers
        self._words = words
        self._currency: str = numbers["forecast"]["currency"]

    def _at(self, path: str) -> Any:
        found: Any = self._numbers
        for name in path.split("."):
            found = found[int(name)] if isinstance(found, list) else found[name]
        return found

    def _data(self, path: str, text: str) -> Markup:
        return Markup('<data value="{}" data-path="{}">{}</data>').format(json.dumps(self._at(path)), path, text)

    def money(self, path: str, currency: str = "") -> Markup:
        return self._data(path, self._words.money(self._at(path), currency or self._currency))

    def amount(self, path: str, currency: str = "") -> Markup:
        """Money without its currency, where that is the report's."""
        if currency and currency != self._currency:
            return self.money(path, currency)
        return self._data(path, self._words.short(self._at(path), self._currency))

    def signed(self, path: str) -> Markup:
        minor = self._at(path)
        return self._data(path, ("+" if minor >= 0 else "−") + self._words.short(abs(minor), self._currency))

    def size(self, path: str) -> Markup:
        """Money without its sign."""
        return self._data(path, self._words.money(abs(self._at(path)), self._currency))

    def percent(self, path: str) -> Markup:
        return self._data(path, self._words.percent(self._at(path)))

    def sure(self, path: str) -> Markup:
        """A chance that estimates must not call certain."""
        return self._data(path, self._words.percent(min(self._at(path), 0.999)))

    def span(self, path: str) -> Markup:
        return Markup("{}–{}").format(self.percent(f"{path}.low"), self.percent(f"{path}.high"))

    def count(self, path: str, digits: int = 0) -> Markup:
        return self._data(path, self._words.count(self._at(path), digits))

    def days(self, path: str) -> Markup:
        return self._data(path, self._words.days(self._at(path)))


def _pictures(numbers: dict[str, Any], lang: str) -> dict[str, plots.Picture]:
    reports = [numbers["forecast"], *numbers["ahead"]]
    quotas = [quota["target"] if quota else None for quota in numbers["quotas"]]
    pictures = {
        "fan": plots.fan(reports, past=numbers["backtest"], quotas=quotas, lang=lang),
        "made_of": plots.waterfall(numbers["forecast"], lang=lang),
        "funnel": plots.funnel(numbers["funnel"], lang=lang),
    }
    people = {int(id): name for id, name in numbers["names"].items()}
    for i, decided in enumerate(numbers["chains"] or ()):
        if decided["people"]:
            pictures[f"chain{i}"] = plots.chain(decided, people, lang=lang)
    if numbers["walk"]:
        pictures["walk"] = plots.waterfall(numbers["walk"], lang=lang)
    if numbers["gap"]:
        pictures["gap"] = plots.waterfall(numbers["gap"], lang=lang)
    if numbers["reps"]:
        names = {rep["owner"]: numbers["names"].get(str(rep["owner"]), "") for rep in numbers["reps"]}
        ordered = sorted(numbers["reps"], key=lambda rep: names[rep["owner"]])
        pictures["reps"] = plots.reps(ordered, names, lang=lang)
    if numbers["backtest"] and numbers["backtest"]["points"]:
        pictures["track"] = plots.track(numbers["backtest"], lang=lang)
        pictures["reliability"] = plots.reliability(numbers["backtest"], lang=lang)
    return pictures


def _inside(backtest: dict[str, Any] | None) -> int:
    points = backtest["points"] if backtest else []
    return sum(point["forecast"]["total"]["p10"] <= point["actual"] <= point["forecast"]["total"]["p90"] for point in points)


def page(numbers: dict[str, Any], lang: str) -> str:
    words = Wording(lang, COMMON | WORDS)
    forecast, names = numbers["forecast"], numbers["names"]
    stages = {stage["id"]: words.label(stage) for stage in numbers["pipeline"]["stages"]}

    def tell(key: str, **values: object) -> Markup:
        return escape(words.template(key)).format(**values)

    def name(id: int | None) -> str:
        return str(names.get(str(id), f"#{id}")) if id else "–"

    show = _Show(numbers, words)

    def steps(chain: dict[str, Any], at: str) -> Markup:
        """What would help a chain most."""
        told = (
            tell("chains.step", name=name(step["record"]), step=words.named("step", step["step"]), gain=show.count(f"{at}.suggestions.{i}.gain", 1))
            for i, step in enumerate(chain["suggestions"][:3])
        )
        return Markup("；" if lang == "zh" else "; ").join(told)

    period = words.period(forecast["period"])
    title = numbers["pipeline"].get("labels", {}).get(lang) or numbers["pipeline"]["name"]
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("kith.report", "."), autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["called"] = name
    environment.filters["role_label"] = lambda role: role["labels"].get(lang) or role["role"]
    return environment.get_template("page.html.j2").render(
        n=numbers,
        t=tell,
        told=lambda text: warning(text, lang),
        words=words,
        lang=lang,
        sp=" " if lang == "en" else "",  # between sentences
        show=show,
        steps=steps,
        pictures=_pictures(numbers, lang),
        name=name,
        stage=lambda id: stages.get(id, ""),
        period=period,
        subtitle=words("subtitle", pipeline=title, period=period, as_of=words.date(forecast["as_of"])),
        made=f"{words.date(numbers['made'])} {numbers['made'][11:16]} UTC",
        weak=[(i, j) for i, rep in enumerate(numbers["reps"]) for j, stage in enumerate(rep["stages"]) if stage["weak"]],
        few=sorted(name(rep["owner"]) for rep in numbers["reps"] if not any(stage["enough"] for stage in rep["stages"])),
        attained={
            kind: {attained["holder"]: f"parts.{kind}.attainments.{i}" for i, attained in enumerate(report["attainments"])}
            for kind, report in numbers["parts"].items()
        },
        inside=_inside(numbers["backtest"]),
        tones=TONES,
        wide=WIDE,
        narrow=NARROW,
        # A script element ends at the first "</", whatever it holds.
        json=json.dumps(numbers, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
    )
