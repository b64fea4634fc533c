"""Pictures: what is drawn is in proportion to the numbers, and the numbers stand beside it."""

from __future__ import annotations

import pathlib
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

import kith
from kith import browser, plots
from kith.wording import Wording

RATE = {"value": 0.6, "low": 0.5, "high": 0.7, "successes": 60, "trials": 100, "maturity": "stable"}


def shapes(picture: plots.Picture, tag: str, tone: str, width: float = 700) -> list[dict[str, float]]:
    """Elements of a tone, by their numbers."""
    found = ET.fromstring(picture.svg(width)).iter(f"{{http://www.w3.org/2000/svg}}{tag}")
    numbers = [{key: float(value) for key, value in shape.attrib.items() if re.fullmatch(r"-?[\d.]+", value)} for shape in found if tone in shape.attrib["class"]]
    return numbers


def stage(name: str, reached: int, open: int, rate: dict[str, Any] = RATE) -> dict[str, Any]:
    return {
        "name": name,
        "labels": {"zh": name + "阶段"},
        "reached": reached,
        "open": open,
        "advanced": 60,
        "lost": 40,
        "rate": rate,
        "open_amount_minor": 1_000_000,
        "median_days": None,
    }


@pytest.mark.parametrize("width", [700, 340])
def test_bars_of_the_funnel_are_as_long_as_its_counts(width: float) -> None:
    report = {"currency": "CNY", "stages": [stage("a", 400, 40), stage("b", 100, 10)]}
    picture = plots.funnel(report)
    long, short = (bar["width"] for bar in shapes(picture, "rect", "f-soft", width)[-2:])
    assert short / long == pytest.approx(100 / 400, rel=0.01)
    interval = shapes(picture, "line", "s-dim", width)[-1]
    axis = [line for line in shapes(picture, "line", "s-grid", width) if line["stroke-width"] == 2][-1]
    room = axis["x2"] - axis["x1"]
    assert [(interval[end] - axis["x1"]) / room for end in ("x1", "x2")] == pytest.approx([0.5, 0.7], abs=0.01)
    assert "60% (50%–70%) of 100 go on" in picture.svg(width)
    assert "a阶段" in plots.funnel(report, lang="zh").svg(width)
    assert picture.rows[0][:4] == ["a", "400", "40", "CNY 10K"]


def test_a_stage_without_decided_deals_says_so() -> None:
    picture = plots.funnel({"currency": "CNY", "stages": [stage("a", 3, 3, {**RATE, "trials": 0})]})
    assert "no deal decided yet" in picture.svg()


def forecast(first: str, end: str, scale: int) -> dict[str, Any]:
    quantiles = [scale * (i + 0.5) for i in range(100)]
    total = {"p10": 10 * scale, "p50": 50 * scale, "p90": 90 * scale, "mean": 50 * scale}
    part = {"mean": 20 * scale}
    period = {"first": first, "end": end}
    return {"period": period, "currency": "CNY", "total": total, "quantiles": quantiles, "closed": 10 * scale, "from_open": part, "from_new": part}


def test_the_fan_is_as_wide_as_its_intervals_and_shows_the_quota() -> None:
    quarters = [forecast("2026-07-01", "2026-10-01", 1000), forecast("2026-10-01", "2027-01-01", 2000)]
    points = [{"period": p["period"], "forecast": p, "actual": 60_000.0} for p in [forecast("2026-04-01", "2026-07-01", 1000)]]
    picture = plots.fan(quarters, past={"points": points}, quotas=[70_000, None])
    band = next(ET.fromstring(picture.svg()).iter("{http://www.w3.org/2000/svg}polygon")).attrib["points"]
    ys = [float(point.split(",")[1]) for point in band.split()]
    actual, high, higher, lower, low = ys  # from what came, over the upper ends, back along the lower ones
    assert (low - high) / (lower - higher) == pytest.approx(80_000 / 160_000, rel=0.02)
    quota = shapes(picture, "line", "s-bad")[-1]
    assert (low - quota["y1"]) / (low - high) == pytest.approx((70 - 10) / 80, rel=0.02)
    assert (low - actual) / (low - high) == pytest.approx((60 - 10) / 80, rel=0.02)
    assert [row[0] for row in picture.rows] == ["Q2 2026", "Q3 2026", "Q4 2026"]
    assert picture.rows[1][-1] == "CNY 700"
    lone = plots.fan(quarters[:1], lang="zh")
    assert "中位数" in lone.svg()
    assert plots.fan([]).rows == []


def test_steps_of_a_waterfall_lead_to_its_end() -> None:
    causes = [
        {"driver": "volume", "contribution": 300.0, "beyond_chance": True},
        {"driver": "deal_size", "contribution": -100.0, "beyond_chance": False},
    ]
    picture = plots.waterfall({"target": 1000.0, "causes": causes, "currency": "JPY"}, lang="zh")
    [loss] = shapes(picture, "rect", "f-bad")
    target, gain = shapes(picture, "rect", "f-mute")
    [end] = shapes(picture, "rect", "f-main")
    assert [bar["width"] / target["width"] for bar in (loss, gain, end)] == pytest.approx([0.3, 0.1, 0.8], abs=0.01)
    assert loss["x"] + loss["width"] == pytest.approx(target["x"] + target["width"], abs=0.2)
    assert [row[-1] for row in picture.rows] == ["", "否", "是", ""]


def test_small_steps_beside_large_levels_are_still_seen() -> None:
    steps = [{"kind": "new", "minor": 30_000.0}, {"kind": "lost", "minor": -10_000.0}]
    picture = plots.waterfall({"before": 1_000_000.0, "steps": steps, "currency": "CNY"})
    [gain], [loss] = shapes(picture, "rect", "f-good"), shapes(picture, "rect", "f-bad")
    assert gain["width"] / loss["width"] == pytest.approx(3, rel=0.02)
    assert gain["width"] > 200
    assert len(shapes(picture, "polygon", "f-paper")) == 2  # the two bars that begin at 0 are shown broken
    assert plots.waterfall({"before": 0.0, "steps": [], "currency": "CNY"}).svg().startswith("<svg")


def test_dots_of_reliability_are_where_chance_and_share_are() -> None:
    bins = [{"forecast": 0.1, "won": 0.2, "deals": 100}, {"forecast": 0.9, "won": 0.8, "deals": 25}]
    low, high = shapes(plots.reliability({"reliability": bins}), "circle", "f-main")
    assert (high["cx"] - low["cx"]) == pytest.approx(240, abs=1)
    assert (low["cy"] - high["cy"]) == pytest.approx(180, abs=1)
    assert high["r"] / low["r"] == pytest.approx(0.5, abs=0.02)


def test_a_rep_with_few_deals_is_grey_and_a_weak_step_red() -> None:
    def step(enough: bool, weak: bool) -> dict[str, Any]:
        told = {"rep": RATE, "team": RATE, "shrunk": 0.5, "low": 0.4, "high": 0.6, "below": 0.97}
        return {"name": "proposal", "labels": {}, **told, "enough": enough, "weak": weak}

    reports = [{"owner": i, "stages": [step(enough, weak)]} for i, (enough, weak) in enumerate([(True, False), (True, True), (False, False)])]
    picture = plots.reps(reports, {0: "Ann", 1: "Bob"})
    for tone in ("main", "bad", "mute"):
        assert len(shapes(picture, "circle", f"f-{tone}")) == 1
    assert [(row[0], row[-1]) for row in picture.rows] == [("Ann", ""), ("Bob", "weak step"), ("#2", "not enough deals to tell")]


def test_a_chain_draws_everybody_once_and_lines_between_them() -> None:
    def person(id: int, role: str, veto: bool = False) -> dict[str, Any]:
        labels = {"zh": "角色"} if role else {}
        return {"id": id, "role": role, "labels": labels, "veto": veto, "approve": False, "stance": {1: -0.5, 2: 0.3, 3: None}[id]}

    people = [person(1, "approver", veto=True), person(2, "user"), person(3, "")]
    lines = [{"from": 1, "to": 2, "kind": "influence"}, {"from": 1, "to": 3, "kind": "reports"}]
    picture = plots.chain({"people": people, "lines": lines}, {1: "Ann", 2: "Bob"})
    for width in (700, 340):
        boxes = shapes(picture, "rect", "f-pale", width)
        assert len(boxes) == len({(box["x"], box["y"]) for box in boxes}) == 3
        assert len(shapes(picture, "line", "s-mute", width)) == 2
        assert len(shapes(picture, "rect", "f-bad", width)) == 1
        assert max(box["x"] + box["width"] for box in boxes) <= width
        assert [len(shapes(picture, "circle", tone, width)) for tone in ("f-bad", "f-good", "s-mute")] == [1, 1, 1]
    assert picture.rows == [["Ann", "approver · veto", "−0.50", "Bob, #3"], ["Bob", "user", "+0.30", ""], ["#3", "no role", "–", ""]]


def test_what_people_typed_is_text_in_a_picture() -> None:
    picture = plots.funnel({"currency": "CNY", "stages": [stage("<b>&", 1, 0)]})
    assert "<b>" not in picture._repr_html_()
    ET.fromstring(picture._repr_svg_())


def test_pictures_are_saved(db: kith.Database, tmp_path: pathlib.Path) -> None:
    with db.batch() as b:
        b.move(b.create("opportunity", name="D", amount=kith.Money(10_000, "CNY")), "default/qualified")
    forecast = db.forecast("this-month")
    picture = forecast.plot()
    assert forecast._repr_html_().endswith(picture._repr_html_())
    assert picture.rows[-1][0] == "total"
    picture.save(tmp_path / "a.svg")
    assert ET.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")
    with pytest.raises(ValueError, match=r"\.svg or \.png"):
        picture.save(tmp_path / "a.jpg")
    if browser.find():
        picture.save(tmp_path / "a.png")
        assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_numbers_in_words() -> None:
    english, chinese = Wording("en"), Wording("zh")
    assert [english.short(major * 100, "CNY") for major in (0, 9_999, 10_000, 999_499, 999_700, 1_234_567, 1e9)] == [
        "0", "9,999", "10K", "999K", "1M", "1.23M", "1B",
    ]  # fmt: skip
    assert [chinese.short(major * 100, "CNY") for major in (9_999, 10_000, 1_234_567, 12_345_678, 2e8)] == ["9,999", "1万", "123万", "1235万", "2亿"]
    assert (english.exact(5, "KWD"), english.exact(5, "JPY")) == ("KWD 0.005", "JPY 5")
    assert [english.percent(share) for share in (0, 0.004, 0.5, 0.996, 1, None)] == ["0%", "<1%", "50%", ">99%", "100%", "–"]
    assert english.period({"first": "2026-07-06", "end": "2026-07-13"}) == "6 July 2026 – 12 July 2026"
    with pytest.raises(ValueError, match="'en' or 'zh'"):
        Wording("fr")
