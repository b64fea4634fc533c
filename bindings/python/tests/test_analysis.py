"""The examples that analyse: of a back office (R07), an executive (K07), each post (K06). What was planted comes out."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import re
import subprocess
import sys

import pandas as pd
import pytest

import kith
from kith import Money

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"
EXAMPLE = EXAMPLES / "analysis.py"
NOW = dt.datetime.now(dt.UTC)


def test_mondays_numbers(tmp_path: pathlib.Path) -> None:
    """Small deals are won, middling ones half the time, large ones never; two deals are new this week."""
    with kith.open(tmp_path / "crm.kith", create=True) as db, db.batch() as b:
        for i in range(60):
            b.effective(NOW - dt.timedelta(days=300 - 3 * i))
            deal = b.create("opportunity", name=f"Old {i}", amount=Money(1000 * (1 + i % 3), "EUR"))
            b.move(deal, "default/qualified")
            b.effective(NOW - dt.timedelta(days=280 - 3 * i))
            won = i % 3 == 0 or (i % 3 == 1 and i % 2 == 0)
            b.move(deal, "default/won" if won else "default/lost")
        b.effective(None)
        for name in ("Fresh", "Fresher"):
            b.move(b.create("opportunity", name=name, amount=Money(5000, "EUR")), "default/proposal")
    told = subprocess.run([sys.executable, EXAMPLE, tmp_path / "crm.kith", tmp_path / "out"], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("2 open deals changed in a week\nForecast(")
    assert "EUR" in told.stdout
    week = pd.read_csv(tmp_path / "out" / "week.csv")
    assert set(week["name"]) == {"Fresh", "Fresher"}
    assert set(week["what"]) == {"new"}
    assert list(pd.read_csv(tmp_path / "out" / "by_size.csv")["won"]) == [1, 0.5, 0]
    assert (tmp_path / "out" / "funnel.svg").read_text().startswith("<svg")
    assert (tmp_path / "out" / "quarter.svg").exists()


@pytest.fixture
def company(tmp_path: pathlib.Path) -> pathlib.Path:
    """Acme has most of the value, one of us who knows its buyer, a delivery ten days late and a bill that nobody paid; Bloom has our time."""
    path = tmp_path / "crm.kith"
    with kith.open(path, create=True, currency="EUR") as db, db.batch() as b:
        ann, bob = b.create("employee", name="Ann"), b.create("employee", name="Bob")
        pool = b.create("pool", name="north")
        b.create("pool_member", pool=pool, employee=bob)
        b.create("lead", name="Fair visitor", pool="north")
        acme, bloom = (b.create("account", name=name, owner=ann) for name in ("Acme", "Bloom"))
        buyer, clerk = b.create("contact", name="Li", account=acme), b.create("contact", name="Mo", account=bloom)
        for contact, account, who, talks in ((buyer, acme, ann, 2), (clerk, bloom, bob, 6)):
            for day in range(talks):
                at = NOW - dt.timedelta(days=day + 2)
                b.create("interaction", kind="meeting", direction="mutual", minutes=60, at=at, employee=who, contact=contact, account=account)
        b.effective(NOW - dt.timedelta(days=40))
        for i in range(30):
            old = b.create("opportunity", name=f"Old {i}", account=bloom, amount=Money(1_000, "EUR"), owner=bob)
            b.move(old, "default/qualified")
            b.effective(NOW - dt.timedelta(days=35))
            b.move(old, "default/won" if i % 2 else "default/lost")
            b.effective(NOW - dt.timedelta(days=40))
        large = b.create("opportunity", name="Line two", account=acme, amount=Money(9_000_000, "EUR"), owner=ann)
        b.move(large, "default/qualified")
        b.effective(None)
        sold = b.create("opportunity", name="Line one", account=acme, amount=Money(5_000_000, "EUR"), owner=ann)
        b.move(sold, "default/won")
        small = b.create("opportunity", name="Pots", account=bloom, amount=Money(10_000, "EUR"), owner=bob)
        b.move(small, "default/qualified")
        b.create("milestone", opportunity=sold, name="Acceptance", due=NOW.date() - dt.timedelta(days=10))
        due = NOW.date() - dt.timedelta(days=20)
        b.create("invoice", account=acme, status="issued", date=due, due=due, total=Money(70_000, "EUR"))
        end = (NOW.replace(day=1) + dt.timedelta(days=32)).date().replace(day=1)
        b.create("quota", holder=ann, metric="revenue", period="month", starts=NOW.date().replace(day=1), ends=end, target=Money(10_000_000, "EUR"))
    return path


def run(example: str, *arguments: object) -> str:
    told = subprocess.run([sys.executable, EXAMPLES / example, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_an_executives_summary(company: pathlib.Path) -> None:  # K07 K09
    told = json.loads(run("executive.py", company, "--json", "--days", 8, "--period", "this-month"))
    acme, bloom = told["accounts"]
    assert (acme["name"], bloom["name"]) == ("Acme", "Bloom")
    assert acme["share"] > 0.95
    assert acme["time"] == pytest.approx(2 / 8)
    assert bloom["time"] == pytest.approx(6 / 8)
    assert [slip["days_late"] for slip in acme["slips"]] == [10]
    assert {one["name"]: one["days"] for one in told["support"]["deals"]} == {"Line two": 8}
    assert (told["pipeline"]["open"], told["pipeline"]["won"]) == (2, 16)
    [quota] = told["quotas"]
    assert (quota["holder"], quota["share"]) == ("Ann", 0.5)
    risks = told["risks"]
    assert [(late["account"], late["name"], late["days_late"]) for late in risks["late"]] == [("Acme", "Acceptance", 10)]
    assert risks["on_one_person"] == ["Acme", "Bloom"]
    assert "Line two" in [deal["name"] for deal in risks["stuck"]]
    assert risks["overdue"] == [{"currency": "EUR", "minor": 70_000}]
    page = run("executive.py", company, "--period", "this-month")
    for line in ("Acme: 100% of value, 25% of time", "Line two: 20 days", "Ann: 50% of the revenue asked", "Acceptance is 10 days late", "700.00 EUR are overdue"):
        assert line in page, page


def test_what_each_post_asks(company: pathlib.Path) -> None:  # K06 K09
    told: dict[str, list[str]] = {}
    for line in run("posts.py", company).splitlines():
        if line.startswith("  "):
            told[list(told)[-1]].append(line.strip())
        else:
            told[line] = []
    assert all(lines or skill == "cultivate" for skill, lines in told.items()), told
    assert "Fair visitor goes to Bob" in told["build_team"][0]
    assert "buys within the quarter" in told["locate"][0]
    assert told["plan"][0].endswith("tasks changed")
    assert len(told["plan"]) == 6
    assert told["process"][0] == "qualified of default"
    assert told["deliver"] == ["Acceptance is 10 days late"]
    assert told["cultivate"][0].startswith("Li: closeness gains")
    assert told["cultivate"][0].endswith("through Ann")
    assert told["evaluate"][0].startswith("Acme: ")
    assert [line.split(":")[0] for line in told["four_questions"]] == ["opportunity", "compete", "win", "worth"]
    assert company.with_suffix(".jsonl").stat().st_size > 10_000


def test_every_skill_has_a_program_that_a_test_runs() -> None:  # K06
    table = re.findall(r"^\| (.+?) \| (.+?) \(.+?\) \| (.+?) \| \[(.+?)\]\(examples/(.+?)\) \|$", (EXAMPLES.parent / "README.md").read_text(), re.MULTILINE)
    skills = {(post, skill) for post, skill, *_ in table}
    assert skills == {
        *(("Everybody", f"{skill} customers") for skill in ("Locate", "Plan", "Operate", "Evaluate")),
        ("Everybody", "Build a team"),
        ("Everybody", "Ask the four questions"),
        ("Executive", "Value key accounts"),
        ("Executive", "Give resources"),
        ("Front line", "Cultivate relations"),
        *(("Sales IT", skill) for skill in ("Build assets", "Process", "Deliver")),
    }
    tests = "".join(path.read_text() for path in pathlib.Path(__file__).parent.glob("test_*.py"))
    for _, skill, calls, name, file in table:
        text = (EXAMPLES / file).read_text()
        assert name == file
        assert f'run("{file}"' in tests, file
        names = re.findall(r"`(\w+)\.(\w+)`", calls)
        for where, call in names:
            assert hasattr(getattr(kith, where), call), call
        assert any(f".{call}(" in text for _, call in names), skill
