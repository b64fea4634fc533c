"""The report: its numbers are those of the interface, and a browser shows them on any screen."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import pathlib
import random
import struct
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

import kith
import kith.report
from kith import Money, browser
from kith.report.gather import PAST
from kith.report.words import WORDS, warning
from kith.wording import Wording
from kith.words import WORDS as COMMON

START = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
AS_OF = dt.datetime(2024, 8, 15, tzinfo=dt.UTC)
NASTY = "</script><script>alert(1)</script>"


class Company:
    """Two teams of two reps, 400 deals in 19 months. Cy loses most of his proposals, Dee began last week."""

    def __init__(self, db: kith.Database) -> None:
        self.db = db
        with db.batch() as b:
            teams = [b.create("team", name=name) for name in ("North", "南区")]
            made = [b.create("employee", name=name, team=teams[i % 2]) for i, name in enumerate(("Ann", "王小明", "Cy", "Dee"))]
            quota: dict[str, Any] = {"period": "2024-Q3", "starts": dt.date(2024, 7, 1), "ends": dt.date(2024, 10, 1)}
            for team in teams:
                b.create("quota", None, holder=team, target=Money(30_000_000, "CNY"), **quota)
        assert b.outcome is not None
        self.reps = [b.outcome.id(rep) for rep in made]
        dice = random.Random(11)
        for chunk in range(4):
            with db.batch() as b:
                for i in range(100):
                    rep = 3 if chunk == 3 and i == 99 else dice.randrange(3)
                    self._deal(b, dice, f"Deal {chunk}/{i}" if (chunk, i) != (3, 98) else NASTY, rep)

    def _deal(self, b: kith.Batch, dice: random.Random, name: str, rep: int) -> None:
        at = START + dt.timedelta(days=dice.uniform(0, 590)) if rep < 3 else AS_OF - dt.timedelta(days=7)
        if name == NASTY:
            at = AS_OF - dt.timedelta(days=60)
        b.effective(at)
        amount = Money(int(dice.lognormvariate(14, 0.5)), "CNY") if name != NASTY else Money(100_000_000, "CNY")
        deal = b.create("opportunity", name=name, amount=amount, owner=self.reps[rep])
        b.move(deal, "default/qualified")
        for stage, share in (("proposal", 0.7), ("won", 0.15 if rep == 2 else 0.7)):
            at += dt.timedelta(days=dice.expovariate(1 / 15) + 1)
            on = dice.random() < share
            if at >= AS_OF or name == NASTY:
                break
            b.effective(at)
            b.move(deal, f"default/{stage if on else 'lost'}")
            if not on:
                break
        b.effective(None)


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    with kith.open(temporary=True) as db:
        yield Company(db)


@pytest.fixture(scope="module")
def numbers(company: Company) -> dict[str, Any]:
    return kith.report.gather(company.db, as_of=AS_OF)


@pytest.fixture(scope="module")
def chromium() -> Iterator[browser.Browser]:
    if browser.find() is None:
        pytest.skip("there is no Chromium")
    with browser.Browser() as found:
        yield found


class Told(HTMLParser):
    """The numbers that a page shows, (path, value, text), and what it embeds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shown: list[tuple[str, Any, str]] = []
        self.embedded = ""
        self._inside = ""
        self._given: dict[str, str | None] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside, self._given = tag, dict(attrs)

    def handle_data(self, data: str) -> None:
        if self._inside == "data":
            self.shown.append((str(self._given["data-path"]), json.loads(self._given["value"] or ""), data))
        if self._inside == "script":
            self.embedded += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def at(numbers: Any, path: str) -> Any:
    for name in path.split("."):
        numbers = numbers[int(name)] if isinstance(numbers, list) else numbers[name]
    return numbers


def test_the_numbers_are_those_of_the_interface(company: Company, numbers: dict[str, Any]) -> None:
    with company.db.snapshot() as now:
        forecast = now.forecast("default", "2024-Q3", by="owner", learn_from=PAST, as_of=AS_OF)
        for key in ("period", "closed", "from_open", "from_new", "total", "quantiles", "open_deals", "warnings"):
            assert numbers["forecast"][key] == forecast[key]
        for told, deal in zip(numbers["forecast"]["deals"], forecast["deals"], strict=False):
            assert {key: told[key] for key in deal} == deal
        assert numbers["parts"]["owner"]["parts"] == forecast["parts"]
        by_team = now.forecast("default", "2024-Q3", by="owner.team", learn_from=PAST, as_of=AS_OF)
        assert numbers["parts"]["team"] == {key: by_team[key] for key in ("parts", "attainments")}
        assert numbers["quotas"] == [{"kind": "team", "holders": 2, "target": 60_000_000}, None, None]
        assert numbers["quota_chance"] == forecast.probability_at_least(60_000_000)
        assert [report["period"]["first"] for report in numbers["ahead"]] == ["2024-10-01", "2025-01-01"]
        assert numbers["funnel"] == now.funnel("default", as_of=AS_OF)
        assert numbers["reps"] == now.reps("default", as_of=AS_OF)
        gap = now.gap("default", "2024-Q2", compare_with=4, as_of=AS_OF)
        assert {key: numbers["gap"][key] for key in gap} == gap
        points = numbers["backtest"]["points"]
        assert 3 < len(points) < PAST  # the first deal was made in January 2023
        assert numbers["backtest"] == now.backtest("default", "quarter", len(points), as_of=AS_OF)
        health = now.health("default", as_of=AS_OF)
        assert (numbers["stuck"]["count"], numbers["data_gaps"]) == (len(health["stuck"]), health["gaps"])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_shown_is_what_is_embedded(numbers: dict[str, Any], lang: str) -> None:
    told = Told(kith.report.page(numbers, lang=lang))
    assert json.loads(told.embedded) == json.loads(json.dumps(numbers))
    words = Wording(lang)
    shown = {path: text for path, _, text in told.shown}
    for path, value, _ in told.shown:
        assert value == at(numbers, path), path
    assert shown["forecast.total.p10"] in (words.money(numbers["forecast"]["total"]["p10"], "CNY"), words.short(numbers["forecast"]["total"]["p10"], "CNY"))
    assert shown["quota_chance"] == words.percent(numbers["quota_chance"])
    assert shown["funnel.win_rate.trials"] == words.count(numbers["funnel"]["win_rate"]["trials"])
    assert {"gap.reached", "stuck.count", "backtest.wape", "parts.team.attainments.0.probability", "forecast.deals.0.win_in_period"} <= set(shown)


def test_a_weak_step_is_named_and_too_few_deals_too(numbers: dict[str, Any], company: Company) -> None:
    reps = {rep["owner"]: rep for rep in numbers["reps"]}
    cy = reps[company.reps[2]]
    assert cy["weakest"] == cy["look_first"] == "proposal"
    assert cy["look_first"] == min(cy["stages"], key=lambda stage: stage["surprise"])["name"]
    dee = reps[company.reps[3]]
    assert dee["look_first"] is None
    assert {stage["surprise"] for stage in dee["stages"]} == {1}
    page = kith.report.page(numbers)
    assert "Cy, Proposal" in page
    assert "Not enough deals to tell: Dee." in page
    assert "商机太少，无法判断：Dee。" in kith.report.page(numbers, lang="zh")


def test_hopes_are_told_and_not_read(company: Company, numbers: dict[str, Any]) -> None:
    assert "too hopeful" not in kith.report.page(numbers)
    with company.db.snapshot() as now:
        cys = [record.id for record in now.scan("opportunity") if record["owner"] == company.reps[2]]
        fair = [record.id for record in now.scan("opportunity") if record["owner"] == company.reps[0]]
    try:
        for ids, typed in ((cys, 90), (fair, 55)):
            with company.db.batch() as b:
                b.effective(START)
                for id in ids:
                    b.set(id, rep_probability=typed)
        hopeful = kith.report.gather(company.db, as_of=AS_OF)
        page = kith.report.page(hopeful)
        assert "Cy typed" in page
        assert "Ann typed" not in page
        assert {key: hopeful[key] for key in ("forecast", "backtest", "funnel")} == {key: numbers[key] for key in ("forecast", "backtest", "funnel")}
    finally:
        with company.db.batch() as b:
            for id in cys + fair:
                b.set(id, rep_probability=None)


def test_every_picture_has_the_table_of_its_numbers(chromium: browser.Browser, numbers: dict[str, Any]) -> None:
    chromium.show(kith.report.page(numbers))
    described = "[...document.querySelectorAll('figure')].map(f => [f.querySelector('svg').getAttribute('aria-label'), f.querySelectorAll('tbody tr').length])"
    found = chromium.evaluate(described)
    assert len(found) >= 7
    assert all(label and rows for label, rows in found)
    levels = chromium.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_both_languages_have_every_word() -> None:
    for key, pair in (COMMON | WORDS).items():
        assert all(pair), key
        fields = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in pair]
        assert fields[0] == fields[1], key


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_browser_shows_it_on_a_phone_without_the_network(chromium: browser.Browser, numbers: dict[str, Any], lang: str) -> None:
    text = kith.report.page(numbers, lang=lang)
    chromium.size(390, phone=True)
    chromium.show(text)
    shown = json.loads(chromium.evaluate("JSON.stringify([...document.querySelectorAll('data')].map(e => [e.dataset.path, e.value, e.textContent]))"))
    assert [(path, json.loads(value), seen) for path, value, seen in shown] == Told(text).shown
    assert chromium.evaluate("document.querySelector('script').textContent") == Told(text).embedded
    for width in (390, 820):
        chromium.size(width, phone=width < 500)
        assert chromium.evaluate("document.documentElement.scrollWidth") <= width
        drawn = "[...document.querySelectorAll('figure')].map(f => [...f.querySelectorAll('svg')].filter(s => s.getBoundingClientRect().width).length)"
        assert set(chromium.evaluate(drawn)) == {1}
        outside = """[...document.querySelectorAll('svg text')].filter(t => { const a = t.getBoundingClientRect(), b = t.closest('svg').getBoundingClientRect();
            return a.width && (a.left < b.left - 1 || a.right > b.right + 1) }).map(t => t.textContent)"""
        assert chromium.evaluate(outside) == []
    requests = [told["request"]["url"] for method, told in chromium.events if method == "Network.requestWillBeSent"]
    assert len(requests) == 1
    assert requests[0].startswith("file:")
    said = [told for method, told in chromium.events if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")]
    assert said == []


def test_the_dark_is_dark(chromium: browser.Browser, numbers: dict[str, Any]) -> None:
    chromium.show(kith.report.page(numbers))
    colours = []
    for scheme in ("light", "dark"):
        chromium.prefer(("prefers-color-scheme", scheme))
        colours.append(chromium.evaluate("['body', 'svg text'].map(s => { const c = getComputedStyle(document.querySelector(s)); return [c.backgroundColor, c.color, c.fill] })"))
    assert colours[0] != colours[1]
    chromium.prefer(("prefers-color-scheme", "light"))


def test_paper_has_the_tables_but_for_the_longest(chromium: browser.Browser, numbers: dict[str, Any]) -> None:
    def shown(told: dict[str, Any]) -> list[int]:
        chromium.show(kith.report.page(told))
        chromium.prefer(media="print")
        chromium.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")  # it is drawn
        seen = chromium.evaluate("[...document.querySelectorAll('details table')].map(t => t.checkVisibility({contentVisibilityAuto: true}) ? 1 : 0)")
        chromium.prefer(media="")
        return [int(one) for one in seen]

    assert set(shown(numbers)) == {1}
    longer = shown(numbers | {"reps": numbers["reps"] * 12})
    assert longer.count(0) == 1


def test_it_is_printed_and_pictured(company: Company, tmp_path: pathlib.Path) -> None:
    if browser.find() is None:
        pytest.skip("there is no Chromium")
    assert kith.report.write(company.db, tmp_path / "r.pdf", as_of=AS_OF).read_bytes().startswith(b"%PDF-")
    picture = kith.report.write(company.db, tmp_path / "long", format="png", lang="zh", as_of=AS_OF).read_bytes()
    width, height = struct.unpack(">II", picture[16:24])
    assert (picture[:4], width) == (b"\x89PNG", 2 * 820)
    assert height > 2 * width
    assert sorted(path.name for path in tmp_path.iterdir()) == ["long", "r.pdf"]


def test_without_a_browser_the_error_says_what_to_do(company: Company, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_BROWSER", "no-such-browser")
    with pytest.raises(kith.FailedPreconditionError, match=r"no-such-browser.*NoBrowser.*apt install chromium.*html"):
        kith.report.write(company.db, tmp_path / "r.pdf", as_of=AS_OF)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_asked_is_refused(company: Company, tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="html, pdf, png"):
        kith.report.write(company.db, tmp_path / "r.docx")
    with pytest.raises(ValueError, match="'en' or 'zh'"):
        kith.report.write(company.db, tmp_path / "r.html", lang="fr")  # type: ignore[arg-type]
    with pytest.raises(kith.Error, match="UnknownPipeline"):
        kith.report.write(company.db, tmp_path / "r.html", pipeline="nowhere")
    assert list(tmp_path.iterdir()) == []


def test_what_is_usual_is_what_there_was(company: Company) -> None:
    second = kith.report.gather(company.db, period="2023-Q2", as_of=AS_OF)["gap"]
    with company.db.snapshot() as now:
        assert second["compared_with"] == 1
        assert second["target"] == now.gap("default", "2023-Q2", compare_with=1, as_of=AS_OF)["target"] > 0
    assert kith.report.gather(company.db, period="2023-Q1", as_of=AS_OF)["gap"] is None


def test_a_very_long_page_is_pictured_coarser(chromium: browser.Browser) -> None:
    chromium.show('<body style="margin:0"><div style="height:20000px">')
    width, height = struct.unpack(">II", chromium.png(width=400)[16:24])
    assert (width, height) == (320, 16000)


def test_a_viewer_is_told_of_their_deals_alone(tmp_path: pathlib.Path) -> None:
    with kith.open(temporary=True) as db:
        db.set_policy({"types": {"opportunity": {"read": ["owner"]}}})
        with db.batch() as b:
            people = [b.create("employee", name=name) for name in ("Ann", "Bob")]
            for person, name in zip(people, ("Orchard", "Harbour"), strict=True):
                b.move(b.create("opportunity", name=name, amount=Money(500_000, "CNY"), owner=person), "default/qualified")
        assert b.outcome is not None
        path = kith.report.write(db, tmp_path / "ann.html", viewer=b.outcome.id(people[0]))
        page = path.read_text(encoding="utf-8")
        assert "as Ann sees it" in page
        assert "Orchard" in page
        assert "Harbour" not in page
        assert json.loads(Told(page).embedded)["funnel"]["open"] == 1


def test_who_decides_is_read_by_behaviours() -> None:
    with kith.open(temporary=True) as db:
        with db.batch() as b:
            acme = b.create("account", name="Acme")
            boss = b.create("contact", name="Boss", account=acme)
            buyer = b.create("contact", name="Buyer", account=acme, reports_to=boss)
            expert = b.create("contact", name="Expert", account=acme)
            b.create("contact", name="Bystander", account=acme)
            for name in ("Large", "Small"):
                deal = b.create("opportunity", name=name, account=acme, amount=Money(900_000 if name == "Large" else 100, "CNY"))
                b.move(deal, "default/proposal")
                if name == "Large":
                    for who, role in ((buyer, "user"), (boss, "decision_maker"), (expert, "technical")):
                        b.create("contact_role", contact=who, opportunity=deal, role=role, veto=role == "technical")
            b.create("influence", contact=expert, on=boss, strength=0.7)
            b.create("evidence", subject=boss, dimension="solution", value=0.9, source="document", at=dt.datetime.now(dt.UTC))
        numbers = kith.report.gather(db)
        with db.snapshot() as now:
            measured = now.relation(object=numbers["chains"][0]["deal"], contributions=False, capital=False)
    large, small = numbers["chains"]
    told = {numbers["names"][str(person["id"])]: (person["role"], person["veto"]) for person in large["people"]}
    assert list(told.items()) == [("Boss", ("decision_maker", False)), ("Expert", ("technical", True)), ("Buyer", ("user", False))]
    named = [(numbers["names"][str(line["from"])], numbers["names"][str(line["to"])], line["kind"]) for line in large["lines"]]
    assert sorted(named) == [("Boss", "Buyer", "reports"), ("Expert", "Boss", "influence")]
    assert (small["people"], small["score"]) == ([], None)
    stances = {person["role"]: person["stance"] for person in large["people"]}
    assert stances["decision_maker"] > 0
    assert stances["technical"] is None
    assert {key: large[key] for key in ("score", "suggestions")} == {key: measured[key] for key in ("score", "suggestions")}
    assert (large["missing"], measured["chain"]["missing"]) == ([], [])
    page = kith.report.page(numbers, lang="zh")
    assert "决策者" in page
    assert f"得分<data value=\"{measured['score']['value']}\"" in page
    assert "没有记录任何角色的商机：Small。" in page


def test_warnings_are_told_in_the_language() -> None:
    known = {
        "since 2024-03 2.1 new deals a day come, 1.4 before": "自2024-03起每天新增商机2.1个，此前为1.4个",
        "since 2024-03 31 % go on from proposal, 52 % before": "自2024-03起proposal阶段的推进率为31 %，此前为52 %",
        "segments differ in the rate of stage proposal (p < 0.0001): read the funnel by segment": "proposal阶段的推进率在不同细分市场之间有差异（p < 0.0001）：请分细分市场查看漏斗",
        "12 deals were closed by their first recorded move and are in no stage's rate": "12个商机的首条记录即为结束，不计入各阶段推进率",
        "of a later library": "of a later library",
    }
    assert {text: warning(text, "zh") for text in known} == known
    assert warning("of a later library", "en") == "Of a later library"


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_recorded_can_be_told(seed: int) -> None:
    dice = random.Random(seed)
    with kith.open(temporary=True) as db:
        with db.batch() as b:
            owners = [None, *(b.create("employee", name=f"R{i}") for i in range(dice.randrange(3)))]
            b.effective(AS_OF - dt.timedelta(days=800))
            people = [b.create("contact", name=f"C{i}") for i in range(dice.randrange(8))]
            for one in people:  # lines in both directions, and in circles
                for other in people:
                    if one != other and dice.random() < 0.3:
                        b.create("dotted_line", contact=one, superior=other)
                    if one != other and dice.random() < 0.3:
                        b.create("influence", contact=one, on=other, strength=dice.random())
            for i in range(dice.choice((1, 5, 60))):
                at = AS_OF - dt.timedelta(days=dice.uniform(1, 700))
                b.effective(at)
                amount = dice.choice((None, Money(dice.randrange(10**6), dice.choice(("CNY", "JPY", "KWD")))))
                deal = b.create("opportunity", name=f"D{i}", amount=amount, owner=dice.choice(owners))
                for contact in people:
                    if dice.random() < 0.5:
                        role = dice.choice((None, "approver", "user", "coach"))
                        b.create("contact_role", contact=contact, opportunity=deal, role=role, veto=dice.random() < 0.2)
                for _ in range(dice.randrange(1, 4)):
                    b.move(deal, "default/" + dice.choice(("prospecting", "proposal", "negotiation", "won", "lost")))
                    at += (AS_OF - at) * dice.random()
                    b.effective(at)
        numbers = kith.report.gather(db, as_of=AS_OF, period=dice.choice((None, "this-month", "2024")))
    english, chinese = (Told(kith.report.page(numbers, lang=lang)).shown for lang in ("en", "zh"))
    assert sorted(path for path, *_ in english) == sorted(path for path, *_ in chinese)
    assert {path for path, value, text in english if (value is None) != (text == "–")} == set()


def test_masked_amounts_and_names_are_nowhere_in_the_page() -> None:
    hide = {"read": ["role:finance"]}
    for policy in (["amount", "name"], ["amount", "name", "move"]):
        with kith.open(temporary=True) as db:
            types: dict[str, Any] = {"opportunity": {"fields": {"amount": hide, "name": hide}}}
            if "move" in policy:
                types["move"] = {"fields": {"amount": hide}}
            db.set_policy({"types": types})
            with db.batch() as b:
                ann = b.create("employee", name="Ann")
                for i in range(4):
                    deal = b.create("opportunity", name=f"Orchard {i}", amount=Money(123_456_700, "CNY"), owner=ann)
                    b.move(deal, "default/qualified")
                    if i == 0:
                        b.move(deal, "default/won")
            assert b.outcome is not None
            seen = [
                kith.report.page(kith.report.gather(db, viewer=kith.Viewer(b.outcome.id(ann), roles=roles))) for roles in ((), ("finance",))
            ]
        assert [("Orchard" in page, "1234567" in page) for page in seen] == [(False, False), (True, True)]


def test_a_matter_of_a_law_firm_has_a_report_too() -> None:
    with kith.open(temporary=True) as db:
        db.ensure_shipped("legal")
        with db.batch() as b:
            for i in range(5):
                matter = b.create("matter", name=f"Matter {i}", fee=Money(700_000, "CNY"))
                b.move(matter, "legal/intake")
        numbers = kith.report.gather(db, pipeline="legal")
    assert (numbers["funnel"]["open"], numbers["walk"]["after"]) == (5, 3_500_000)
    page = kith.report.page(numbers, lang="zh")
    assert "委托流程" in page
    assert "接案" in page


def test_an_empty_database_says_that_it_is(tmp_path: pathlib.Path) -> None:
    with kith.open(temporary=True) as db:
        page = kith.report.write(db, tmp_path / "r.html").read_text(encoding="utf-8")
    assert "The history is too short to look back." in page
    assert "There is nothing to compare with" in page
    assert "No decided deal has an owner yet." in page


@pytest.mark.parametrize("period", ["2024-08", "2024", "2024-W33", "2024-08-15", "2025-Q1", "2023-Q4"])
def test_periods_of_any_length(company: Company, period: str) -> None:
    numbers = kith.report.gather(company.db, period=period, as_of=AS_OF)
    spans = [numbers["forecast"]["period"], *(report["period"] for report in numbers["ahead"])]
    assert len(spans) == (2 if period == "2024" else 3)  # forecasts go two years ahead
    assert [span["end"] for span in spans[:-1]] == [span["first"] for span in spans[1:]]
    assert numbers["gap_period"]["end"] <= "2024-08-15"
    assert len(kith.report.page(numbers, lang="zh")) < 1_500_000


def test_what_people_typed_stays_text(numbers: dict[str, Any]) -> None:
    page = kith.report.page(numbers)
    assert "<script>alert" not in page
    assert NASTY in json.loads(Told(page).embedded)["names"].values()
