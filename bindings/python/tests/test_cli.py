"""The command: what people read, what programs read, and exit codes, on a small company made from a seed."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import pathlib
import random
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import kith
from kith import Money
from kith.cli.commands import cli
from kith.cli.helping import CHINESE
from kith.cli.reasons import REASONS

Kith = Callable[..., Result]
SEED = 5
START = dt.datetime(2023, 1, 2, tzinfo=dt.UTC)


def company(path: str) -> None:
    """Two reps, 150 deals in two years, 60 % of the decided ones won."""
    dice = random.Random(SEED)
    with kith.open(path, create=True) as db, db.batch() as b:
        b.set(b.existing("setting", ("kith.setting", "database")), time_zone="Asia/Shanghai")
        team = b.create("team", name="North")
        reps = [b.create("employee", name=name, team=team) for name in ("Ann", "王小明")]
        accounts = [b.upsert("account", ("erp", f"C-{i}"), name=f"Account {i}", industry="law") for i in range(10)]
        for i in range(150):
            at = START + dt.timedelta(days=i * 5)
            b.effective(at)
            amount = Money(int(dice.lognormvariate(13, 0.5)), "CNY")
            deal = b.create("opportunity", None, name=f"Deal {i}", account=accounts[i % 10], owner=reps[i % 2], amount=amount)
            b.move(deal, "default/qualified")
            for stage, share in (("proposal", 0.8), ("won", 0.6)):
                at += dt.timedelta(days=dice.uniform(5, 30))
                b.effective(at)
                on = dice.random() < share
                if i < 140:
                    b.move(deal, f"default/{stage if on else 'lost'}")
                if not on:
                    break


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("seeded") / "crm.kith"
    company(str(path))
    return path


@pytest.fixture
def path(seeded: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy that a test may change."""
    with kith.open(seeded) as db:
        db.backup(tmp_path / "copy.kith")
    return tmp_path / "copy.kith"


def runner(path: pathlib.Path) -> Kith:
    def run(*words: str, code: int = 0, input: str | None = None) -> Result:
        environment = {"KITH_DB": str(path), "LC_ALL": "C.UTF-8", "COLUMNS": "160"}
        result = CliRunner().invoke(cli, list(words), env=environment, input=input)
        assert result.exit_code == code, (words, result.output, result.exception)
        return result

    return run


@pytest.fixture
def run(seeded: pathlib.Path) -> Kith:
    """For commands that only read."""
    return runner(seeded)


@pytest.fixture
def edit(path: pathlib.Path) -> Iterator[Kith]:
    yield runner(path)
    with kith.open(path) as db:
        assert db.verify() == []


def told(run: Kith, *words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("query", "employee"), "Ann"),
        (("search", "account 3"), "Account 3"),
        (("show", "account:Account 3"), "erp"),
        (("changes", "account:Account 3"), "created"),
        (("pipeline",), "Qualified"),
        (("funnel",), "Proposal"),
        (("funnel", "--by", "owner"), "王小明"),
        (("funnel", "--by", "team", "--lang", "zh"), "赢单率"),
        (("forecast", "this-quarter", "--as-of", "2024-12-01", "--by", "team", "--quota", "10万"), "North"),
        (("reps",), "Ann"),
        (("gap", "2024-Q4", "--as-of", "2025-01-01"), "win rate"),
        (("walk", "--as-of", "2024-12-01"), "open then"),
        (("stats",), "opportunity"),
        (("schema",), "opportunity"),
        (("schema", "opportunity"), "close_date"),
        (("verify",), "Sound"),
        (("package", "list"), "kith.crm"),
    ],
)
def test_each_reads_for_people_and_programs(run: Kith, words: tuple[str, ...], shown: str) -> None:
    assert shown in run(*words).stdout
    assert told(run, *words)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "999"), 3, "no record 999"),
        (("show", "account:Nobody"), 3, "kith search"),
        (("show", "nothing"), 2, "TYPE:NAME"),
        (("query", "acount"), 3, "acount"),
        (("query", "account", "--where", "nme == 'x'"), 1, "nme"),
        (("funnel", "--pipeline", "nope"), 3, "nope"),
        (("pipeline", "--pipeline", "nope"), 3, "default"),
        (("forecast", "someday"), 1, "someday"),
        (("gap", "someday"), 1, "someday"),
        (("changes", "account:Nobody"), 3, "Nobody"),
        (("schema", "acount"), 3, "did you mean 'account'?"),
        (("schema", "zzz"), 3, "kith schema"),
        (("stats", "--db", "/nowhere/crm.kith"), 3, "kith init"),
        (("funnel", "--as-of", "soon"), 2, "not a date"),
        (("search",), 2, "Missing argument"),
        (("undo", "import-x"), 3, "import-x"),
        (("export", "out.csv"), 2, "--type"),
    ],
)
def test_errors_have_their_exit_codes(run: Kith, words: tuple[str, ...], code: int, said: str) -> None:
    assert said in run(*words, code=code).stderr


def test_the_numbers_are_those_of_the_interface(run: Kith, seeded: pathlib.Path) -> None:
    with kith.open(seeded) as db, db.snapshot() as now:
        assert told(run, "funnel")["stages"] == now.funnel("default")["stages"]
        open_deals = sum(1 for deal in now.scan("opportunity") if deal["closed_at"] is None)
    stages = told(run, "pipeline")
    assert sum(stage["deals"] for stage in stages if stage["kind"] == "open") == open_deals == 10
    walked = told(run, "walk", "--as-of", "2024-12-01", "--since", "2024-06-01")
    assert walked["before"] + sum(step["minor"] for step in walked["steps"]) == walked["after"]


def test_a_deal_lives(edit: Kith) -> None:
    acme = told(edit, "add", "account", "name=Acme 律所", "industry=法律", "annual_revenue=1.25亿", "--ref", "erp=A1")["created"][0]["id"]
    shown = told(edit, "show", "account:erp=A1")
    assert shown["id"] == acme
    assert shown["fields"]["industry"] == "law"
    assert shown["fields"]["annual_revenue"] == {"minor": 12_500_000_000, "currency": "CNY"}
    made = told(edit, "add", "opportunity", "name=Pilot", f"account={acme}", "owner=Ann", "amount=12,500.50", "close_date=2026年12月1日", "--at", "2024-02-01")
    deal = str(next(record["id"] for record in made["created"] if record["type"] == "opportunity"))
    assert "undo with" in edit("move", deal, "Proposal", "--at", "2024-03-01 09:30", "--reason", "asked").stdout
    edit("log", deal, "call", "asked for a quote", "--minutes", "15", "--employee", "Ann")
    edit("note", "opportunity:Pilot", "likes blue")
    edit("set", deal, "next_step=send the quote", "close_date=")
    edit("won", deal, "amount=USD 9000", "--actor", "app.users=17")
    with_everything = edit("changes", deal).stdout
    assert "2024-03-01 09:30" in with_everything
    assert "app.users=17" in with_everything
    assert told(edit, "show", deal)["fields"]["amount"] == {"minor": 900_000, "currency": "USD"}
    assert "Won" in edit("show", deal).stdout
    assert "赢单" in edit("show", deal, "--lang", "zh").stdout
    before = told(edit, "query", "opportunity", "--where", "name == 'Pilot'", "--select", "stage.kind,amount")
    assert before == [{"stage.kind": "won", "amount": {"minor": 900_000, "currency": "USD"}}]


def test_refused_writes_change_nothing(edit: Kith) -> None:
    version = str(told(edit, "show", "account:Account 1")["version"])
    refused = edit("set", "account:Account 1", "industry=lawyers", code=1).stderr
    assert "industry" in refused
    assert "lawyers" in refused
    error = json.loads(edit("set", "account:Account 1", "industry=lawyers", "--json", code=1).stderr)["error"]
    assert (error["type"], error["field"], error["value"]) == ("account", "industry", "lawyers")
    assert "did you mean" in edit("move", "opportunity:Deal 149", "negotation", code=1).stderr
    chinese = edit("set", "account:Account 1", "industry=lawyers", "--lang", "zh", code=1).stderr
    for word in ("错误: 不在可选值之中 (NotAChoice)", "类型: account", "字段: industry", "值: lawyers", "怎么办: 从可选值中选一个", "原文: "):
        assert word in chinese, chinese
    assert "怎么办: 是否指“default/negotiation”？" in edit("move", "opportunity:Deal 149", "negotation", "--lang", "zh", code=1).stderr
    edit("set", "account:Account 1", "name=One", "--version", "1", code=4)
    edit("move", "account:Account 1", "won", code=1)
    assert "Dry run" in edit("set", "account:Account 1", "name=One", "--dry-run").stdout
    assert told(edit, "add", "account", "name=Dry", "--dry-run")["created"] == []
    assert str(told(edit, "show", "account:Account 1")["version"]) == version
    edit("set", "account:erp=C-1", "name=One", "--version", version, "--key", "k")
    assert "applied before" in edit("set", "account:erp=C-1", "name=One", "--version", version, "--key", "k").stdout


def test_every_reason_of_the_library_is_said_in_chinese() -> None:
    reasons = pathlib.Path(__file__).parents[3] / "include" / "kith" / "base" / "reason.h"
    names = set(re.findall(r"X\((\w+), \d+, k", reasons.read_text())) - {"None"}
    assert len(names) > 80
    assert names <= set(REASONS)
    for told in (text for both in REASONS.values() for text in both):
        assert re.search("[一-鿿]", told), told


def test_help_is_in_chinese_too() -> None:
    def told(*words: str, **environment: str) -> str:
        call = [sys.executable, "-c", "from kith.cli import main; main()", *words]
        return subprocess.run(call, check=True, capture_output=True, text=True, env=os.environ | environment, timeout=60).stdout

    def texts(command: click.Command) -> Iterator[str]:
        yield command.help or ""
        yield from (option.help for option in command.params if isinstance(option, click.Option) and option.help)
        for within in command.commands.values() if isinstance(command, click.Group) else ():
            yield from texts(within)

    first_lines = {text.strip().partition("\n")[0] for text in texts(cli)}
    assert len(first_lines) > 100
    assert first_lines - set(CHINESE) == set()
    assert set(CHINESE) - first_lines == {"Show this message and exit."}
    chinese = told("--help", KITH_LANG="zh")
    for word in ("用法: kith", "命令:", "一个目录里的 CRM", "导入文件或文件夹", "显示此说明并退出"):
        assert word in chinese, chinese
    assert "本位币" in told("forecast", "--lang", "zh", "--help")
    assert "How many deals" in told("funnel", "--help", KITH_LANG="en")


def test_a_viewer_sees_and_changes_what_they_may(edit: Kith, path: pathlib.Path) -> None:
    with kith.open(path) as db:
        db.set_policy({"types": {"opportunity": {"read": ["owner"], "write": ["owner"]}}})
    assert len(told(edit, "query", "opportunity", "--viewer", "Ann", "--limit", "1000")) == 75
    edit("show", "opportunity:Deal 1", "--viewer", "Ann", code=3)
    first = told(edit, "set", "opportunity:Deal 0", "next_step=call", "--viewer", "Ann")["first"]
    # What acts as the system does not act beyond a viewer's rights.
    for words in (("undo", str(first)), ("import", str(path)), ("backup", "x"), ("package", "add", "florist"), ("verify",), ("init",)):
        assert "--viewer" in edit(*words, "--viewer", "Ann", code=2).stderr


def test_apply_takes_a_batch(edit: Kith, tmp_path: pathlib.Path) -> None:
    batch = json.dumps({"reason": "by a script", "changes": [{"create": "account", "set": {"name": "Piped"}}]})
    assert "Dry run" in edit("apply", "--dry-run", input=batch).stdout
    edit("show", "account:Piped", code=3)
    file = tmp_path / "batch.json"
    file.write_text(batch)
    [created] = told(edit, "apply", str(file))["created"]
    assert "by a script" in edit("changes", str(created["id"])).stdout
    assert "not JSON" in edit("apply", input="{", code=2).stderr
    assert "nme" in edit("apply", input='{"changes": [{"create": "account", "set": {"nme": 1}}]}', code=1).stderr


def test_changes_tell_of_definitions_too(seeded: pathlib.Path) -> None:
    shown = runner(seeded)("changes", "--limit", "40").stdout
    assert "kith.crm" in shown
    assert len(json.loads(runner(seeded)("changes", "--limit", "40", "--json").stdout)) == 40


def test_what_cannot_be_read_as_its_field_is_refused_by_name(edit: Kith) -> None:
    assert "amount: not a number: 'abc'" in edit("add", "opportunity", "name=x", "amount=abc", code=2).stderr


def test_undo_takes_back_what_nobody_changed_since(edit: Kith) -> None:
    deal = told(edit, "show", "opportunity:Deal 149")
    lost = told(edit, "lost", "opportunity:Deal 149", "loss_reason=price")
    edit("undo", f"{lost['first']}-{lost['last']}")
    assert told(edit, "show", "opportunity:Deal 149")["fields"] == deal["fields"]
    gone = told(edit, "delete", "opportunity:Deal 149")
    edit("show", "opportunity:Deal 149", code=3)
    edit("undo", f"{gone['first']}-{gone['last']}")
    assert told(edit, "show", "opportunity:Deal 149")["fields"] == deal["fields"]
    first = told(edit, "set", "account:Account 2", "city=Paris")["first"]
    edit("set", "account:Account 2", "phone=1")  # another field: nothing is lost
    assert "Dry run" in edit("undo", str(first), "--dry-run").stdout
    rome = told(edit, "set", "account:Account 2", "city=Rome")["first"]
    assert "changed since" in edit("undo", str(first), code=1).stderr
    assert told(edit, "show", "account:Account 2")["fields"]["city"] == "Rome"
    edit("undo", str(rome))  # as the refusal said
    edit("undo", str(first))
    assert "city" not in told(edit, "show", "account:Account 2")["fields"]
    made = told(edit, "add", "account", "name=Fresh")
    edit("add", "quote", "number=Q-1", "account=Fresh")
    assert "refer" in edit("undo", str(made["first"]), code=1).stderr
    edit("set", "quote:Q-1", "account=")
    renamed = told(edit, "set", "account:Fresh", "name=Stale")["first"]
    assert "changed since" in edit("undo", str(made["first"]), code=1).stderr
    edit("undo", str(renamed))
    edit("undo", str(made["first"]))
    edit("show", "account:Fresh", code=3)


def test_init_makes_a_database(tmp_path: pathlib.Path) -> None:
    run = runner(tmp_path / "new.kith")
    edit = ("--currency", "USD", "--zone", "America/New_York", "--fiscal-start", "4", "--package", "legal")
    assert "USD" in run("init", *edit).stdout
    run("add", "account", "name=Acme", "annual_revenue=100")
    assert "USD 100.00" in run("show", "account:Acme").stdout
    assert "matter" in run("schema").stdout
    assert told(run, "init", "--currency", "EUR")["base_currency"] == "EUR"
    run("init", "--currency", "Euro", code=1)
    assert "installs" in run("package", "add", "florist", "--dry-run").stdout
    run("package", "add", "florist")
    assert "removes" in run("package", "remove", "florist").stdout
    run("package", "remove", "florist", code=1)


def test_copies(run: Kith, tmp_path: pathlib.Path) -> None:
    assert "Wrote" in run("backup", str(tmp_path / "copy")).stdout
    run("backup", str(tmp_path / "copy"), code=1)
    copy = runner(tmp_path / "copy")
    assert "Sound" in copy("verify").stdout
    assert "Sound" in copy("verify", "--repair").stdout
    assert "bytes became" in copy("compact").stdout
    assert "as of change 900" in copy("restore", str(tmp_path / "then"), "900").stdout
    assert told(copy, "restore", str(tmp_path / "today"), "2100-01-01")["brought_back"] == 0
    copy("restore", str(tmp_path / "never"), "yesterday", code=2)
    assert "0 lost" in copy("salvage", str(tmp_path / "copy"), str(tmp_path / "salvaged")).stdout
    assert told(copy, "salvage", str(tmp_path / "copy"), str(tmp_path / "again"), "--definitions", str(tmp_path / "then"))["problems"] == []
    assert told(run, "export", str(tmp_path / "all.jsonl"))["types"]
    table = tmp_path / "deals.csv"
    assert told(run, "export", str(table), "--type", "opportunity")["types"] == [{"type": "opportunity", "records": 150}]
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 151
    assert "Account 3" in lines[4]
    run("export", str(tmp_path / "deals.parquet"), "--type", "opportunity")
    assert (tmp_path / "deals.parquet").stat().st_size > 1000


def test_no_cell_of_an_exported_table_runs_as_a_formula(edit: Kith, tmp_path: pathlib.Path) -> None:
    cities = ["=1+1", "  +cmd", "\uff1d1", "@SUM(A1)", "\n=1", "-1+2", "-5", "Bonn"]
    for i, city in enumerate(cities):
        edit("set", f"account:Account {i}", f"city={city}")
    table = tmp_path / "accounts.csv"
    edit("export", str(table), "--type", "account")
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = {row[1]: row for row in csv.reader(file)}
    for i, city in enumerate(cities):
        assert (city if i >= 6 else f"'{city}") in rows[f"Account {i}"], rows[f"Account {i}"]


def test_a_write_names_what_it_changed(edit: Kith) -> None:
    assert "Deal 149" in edit("move", "opportunity:Deal 149", "proposal").output
    assert "account" in edit("set", "account:Account 3", "city=Bremen").output
    rows = told(edit, "query", "account", "--where", "city == 'Bremen'")
    assert [(row["name"], row["city"]) for row in rows] == [("Account 3", "Bremen")]  # programs get all fields


def test_numbers_are_of_the_pipeline_that_has_deals(tmp_path: pathlib.Path) -> None:
    run = runner(tmp_path / "crm.kith")
    run("init")
    assert "won 0" in run("funnel").output
    with kith.open(tmp_path / "crm.kith") as db, db.batch() as b:
        stages = [{"name": name, "kind": kind} for name, kind in (("talk", "open"), ("won", "won"), ("lost", "lost"))]
        b.define_pipeline({"name": "side", "for_type": "opportunity", "stages": stages})
    with kith.open(tmp_path / "crm.kith") as db, db.batch() as b:
        b.move(b.create("opportunity", name="D"), "side/talk")
    shown = run("funnel").output
    assert "Pipeline: side" in shown
    assert "talk" in shown
    assert "won 0" in run("funnel", "--pipeline", "default").output


def test_parts_that_are_choices_are_told_by_their_labels(edit: Kith) -> None:
    edit("set", "opportunity:Deal 149", "source=web")
    edit("move", "opportunity:Deal 149", "proposal")
    for words in (("funnel",), ("forecast", "this-quarter")):
        assert "网站" in edit(*words, "--by", "source", "--lang", "zh").stdout
        assert "Website" in edit(*words, "--by", "source").stdout
        assert "web" in [part["name"] for part in told(edit, *words, "--by", "source")["parts"]]


def test_a_pipeline_is_migrated_by_a_plan(edit: Kith, tmp_path: pathlib.Path) -> None:
    stages = [{"name": "work"}, {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]
    plan: dict[str, Any] = {"pipeline": {"name": "default", "for_type": "opportunity", "stages": stages}, "map": {"qualified": "work"}}
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan))
    assert "10" in edit("pipeline", "migrate", str(file), "--dry-run").output
    assert told(edit, "pipeline", "migrate", str(file), "--dry-run")["placements"] == [{"from": "qualified", "to": "work", "records": 10}]
    unplaced = json.dumps(plan | {"map": {}})
    assert "no place" in edit("pipeline", "migrate", "--dry-run", input=unplaced, code=1).output
    edit("pipeline", "migrate", input=unplaced, code=1)
    assert "10 deals moved" in edit("pipeline", "migrate", str(file)).output
    assert "work" in edit("pipeline").output


def test_two_records_become_one(edit: Kith) -> None:
    for words in (("add", "contact", "name=Anna Katz"), ("add", "contact", "name=Ann Katz", "title=CTO")):
        edit(*words)
    assert "Dry run" in edit("merge", "contact:Anna Katz", "contact:Ann Katz", "--dry-run").output
    ann = next(row["id"] for row in told(edit, "query", "contact") if row["name"] == "Ann Katz")
    shown = edit("merge", "contact:Anna Katz", "contact:Ann Katz", "--reason", "one card").output
    assert "Ann Katz" in shown
    [left] = told(edit, "query", "contact")
    assert (left["name"], left["title"]) == ("Anna Katz", "CTO")
    edit("unmerge", str(ann))
    assert {row["name"]: row["title"] for row in told(edit, "query", "contact")} == {"Anna Katz": None, "Ann Katz": "CTO"}


def test_a_lead_is_converted(edit: Kith) -> None:
    edit("add", "lead", "name=Li Wei", "company=Acme", "email=li@acme.cn", "possible_project=New plant")
    lead = str(next(row["id"] for row in told(edit, "query", "lead") if row["name"] == "Li Wei"))
    assert "Dry run" in edit("convert", lead, "--dry-run").output
    made = told(edit, "convert", lead, "--name", "Plant in Wuhan")
    assert [made[part]["how"] for part in ("person", "organisation", "deal")] == ["created"] * 3
    assert "Nothing changed" in edit("convert", lead).output
    assert len(told(edit, "query", "opportunity", "--where", "name == 'Plant in Wuhan'")) == 1


def test_the_timeline_of_an_account(edit: Kith) -> None:
    edit("log", "account:Account 3", "call", "Asked for an offer")
    shown = told(edit, "timeline", "account:Account 3", "--kind", "interaction")
    assert [(entry["kind"], entry["text"]) for entry in shown] == [("interaction", "Asked for an offer")]
    assert "Asked for an offer" in edit("timeline", "account:Account 3").output
    assert len(told(edit, "timeline", "account:Account 3", "--limit", "2")) == 2


def test_duplicates_are_shown_with_reasons(tmp_path: pathlib.Path) -> None:
    run = runner(tmp_path / "crm.kith")
    run("init")
    with kith.open(tmp_path / "crm.kith") as db, db.batch() as b:
        for number in range(100):
            b.create("contact", name=f"Somebody Else{number}", mobile=f"139{number * 7919:08}")
        b.create("contact", name="Wei Zhang", mobile="+86 138 0013 8000")
        b.create("contact", name="张伟", mobile="13800138000")
    [pair] = told(run, "duplicates", "contact", "--review", "0.9")["pairs"]
    assert pair["probability"] > 0.9
    shown = run("duplicates", "contact", "--review", "0.9").output
    assert "Wei Zhang" in shown
    assert "phone exact" in shown
    assert "Nothing found" in run("duplicates", "account").output


BUILD = {
    "name": "build",
    "for_type": "opportunity",
    "stages": [
        {"name": "design", "steps": [{"name": "drawing", "mandatory": True, "evidence": "note"}], "actions": [{"name": "call"}]},
        {"name": "built", "kind": "won"},
    ],
}


def test_what_a_deal_needs_next(edit: Kith, path: pathlib.Path) -> None:  # D04, D07
    with kith.open(path) as db, db.batch() as b:
        b.define_pipeline(BUILD)
    edit("add", "opportunity", "name=House")
    edit("move", "opportunity:House", "build/design")
    shown = edit("guide", "opportunity:House").output
    assert "drawing" in shown
    assert "not before: drawing" in shown
    assert "Suggested: call" in shown
    edit("won", "opportunity:House", code=1)
    edit("note", "opportunity:House", "Drawing 3")
    note = str(told(edit, "query", "note")[0]["id"])
    assert "Dry run" in edit("done", "House", "build/design/drawing", "--evidence", note, "--dry-run").output
    assert told(edit, "guide", "House")["tracks"][0]["progress"] == 0
    edit("done", "House", "build/design/drawing", "--evidence", note, "--note", "seen")
    edit("won", "House")
    assert told(edit, "guide", "House", "--lang", "zh")["tracks"][0]["kind"] == "won"
    assert "成交" in edit("guide", "House", "--lang", "zh").output


def test_a_quote_becomes_an_order_and_that_what_the_customer_has(edit: Kith) -> None:  # F05, B09
    edit("add", "product", "name=Pump")
    edit("add", "quote", "number=Q-7", "account=Account 3")
    edit("add", "quote_line", "quote=Q-7", "product=Pump", "quantity=4", "price=10")
    edit("set", "quote:Q-7", "status=sent")
    edit("set", "quote:Q-7", "status=accepted")
    line = told(edit, "query", "quote_line")[0]["id"]
    assert "Dry run" in edit("continue", "quote:Q-7", "order", "--dry-run").output
    assert "10.00" in edit("continue", "quote:Q-7", "order", f"{line}=1", "--ref", "erp=O-1").output
    assert "Nothing changed" in edit("continue", "quote:Q-7", "order", f"{line}=1", "--ref", "erp=O-1").output
    rest = told(edit, "continue", "quote:Q-7", "order")
    assert (rest["lines"], rest["already"]) == (1, False)
    assert "left" in edit("continue", "quote:Q-7", "order", code=1).stderr
    edit("continue", "quote:Q-7", "order", "four", code=2)
    for status in ("placed", "delivered"):
        edit("set", str(rest["document"]), f"status={status}")
    [owned] = told(edit, "owned", "account:Account 3")
    assert (owned["quantity"], owned["document"]) == ("3.000", rest["document"])
    assert "Pump" in edit("owned", "Account 3", "--lang", "zh").output
    assert told(edit, "owned", "Account 3", "--as-of", "2023-01-02") == []


def test_stores_to_visit(edit: Kith) -> None:  # J05, J06
    edit("add", "account", "name=Corner shop", "kind=store")
    edit("add", "visit_plan", "account=Corner shop", "every_days=7", "starts=2026-03-01", "employee=Ann")
    edit("log", "account:Corner shop", "visit", "--at", "2026-03-03 9:00", "--direction", "out")
    shown = edit("visits", "--today", "2026-03-20", "--employee", "Ann").output
    assert "Corner shop" in shown
    assert "1 of 2 visits due were made: 50%" in shown
    report = told(edit, "visits", "--today", "2026年3月20日")
    assert [(store["due"], store["done"], store["overdue_days"]) for store in report["stores"]] == [(2, 1, 10)]
    assert "应拜访2次" in edit("visits", "--today", "2026-03-20", "--lang", "zh").output
    assert told(edit, "visits", "--employee", "王小明")["stores"] == []


def test_a_map_of_an_account(edit: Kith) -> None:  # M14
    edit("add", "contact", "name=Li", "account=Account 3")
    edit("add", "contact", "name=Mo", "account=Account 3", "reports_to=Li")
    assert re.search(r"Mo +reports to +Li", edit("map", "Account 3").output)
    assert "汇报给" in edit("map", "Account 3", "--lang", "zh").output
    [line] = told(edit, "map", "Account 3")["edges"]
    assert line["evidence"] == [line["from"]]
    assert edit("map", "--graphml").output.endswith("</graphml>\n")


def test_the_commands_of_the_readme_run_as_they_stand(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (pathlib.Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(kith init.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert blocks
    monkeypatch.chdir(tmp_path)
    for line in "".join(blocks).replace("&&", "\n").splitlines():
        words = shlex.split(line)
        assert words[0] == "kith"
        result = CliRunner().invoke(cli, words[1:], env={"LC_ALL": "C.UTF-8"})
        assert result.exit_code == 0, (line, result.output, result.exception)


def test_the_report_is_written(run: Kith, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out.html"
    assert str(out) in run("report", str(out), "--lang", "zh", "--as-of", "2024-12-01").stdout
    assert "销售管道报告" in out.read_text(encoding="utf-8")
    run("report", str(tmp_path / "out.doc"), code=2)


def test_shell_runs_commands_and_goes_on_after_errors(run: Kith) -> None:
    result = run("shell", input='show "account:Account 3"\nshow account:Nobody\npackage list\nfunnel\nexit\n')
    assert "erp" in result.stdout
    assert "Nobody" in result.stderr
    assert "Proposal" in result.stdout


def test_help_and_completion_name_every_command(run: Kith) -> None:
    shown = run("--help").stdout
    for word in cli.commands:
        assert f"  {word} " in shown
        assert "--json" in run(word, *(["list"] if word == "package" else []), "--help").stdout
    complete = CliRunner().invoke(cli, [], env={"_KITH_COMPLETE": "bash_complete", "COMP_WORDS": "kith fo", "COMP_CWORD": "1"}, prog_name="kith")
    assert "forecast" in complete.output
