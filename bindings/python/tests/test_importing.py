"""Imports of others' exports and of spreadsheets: planted truth comes out, a second time changes nothing, and undo takes all of it back."""

from __future__ import annotations

import csv
import datetime as dt
import getpass
import io
import json
import pathlib
import sys
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

import kith
from kith import Money, reading
from kith.cli.commands import cli
from kith.cli.importing import bar
from kith.importing.clean import salesforce_id

ACME, BLOOM, ANN = "0015000000Gv7qJ", "0015000000Gv7qKAAR", "0055000000Ab1cD"
PILOT, LARGE = "0065000000Xy1zA", "0065000000Xy1zB"


def write(path: pathlib.Path, rows: list[list[str]], encoding: str = "utf-8") -> pathlib.Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(rows)
    return path


def deals(db: kith.Database) -> list[dict[str, Any]]:
    asked = {"from": "opportunity", "select": ["name", "account.name", "owner.name", "amount", "close_date", "stage.name"], "order": ["name"]}
    return list(db.query(asked))


def count(db: kith.Database) -> dict[str, int]:
    with db.snapshot() as now:
        types = ("account", "contact", "employee", "opportunity", "move", "product")
        return {type: found for type in types if (found := sum(1 for _ in now.scan(type)))}


def salesforce(folder: pathlib.Path) -> pathlib.Path:
    folder.mkdir()
    write(folder / "User.csv", [["Id", "FirstName", "LastName", "IsActive"], [ANN, "Ann", "Lee", "true"]])
    write(
        folder / "Account.csv",
        [["Id", "Name", "ParentId", "AnnualRevenue", "NumberOfEmployees", "OwnerId", "CreatedDate", "Fax"]]
        + [[BLOOM, "Bloom", ACME, "1500000", "40", ANN, "2024-01-02T08:00:00.000Z", ""]]
        + [[salesforce_id(ACME), "Acme", "", "", "", salesforce_id(ANN), "2024-01-01T08:00:00.000+0000", "1"]],
    )
    write(
        folder / "Opportunity.csv",
        [["Id", "Name", "AccountId", "StageName", "Amount", "CloseDate", "OwnerId", "CreatedDate"]]
        + [[PILOT, "Pilot", ACME, "Closed Won", "1200.50", "2024-04-01", ANN, "2024-02-01T00:00:00.000Z"]]
        + [[LARGE, "Large", salesforce_id(BLOOM), "Site Visit", "90000", "2024-09-01", ANN, "2024-03-01T00:00:00.000Z"]],
    )
    history = [
        (PILOT, "Closed Won", "1200.50", "2024-04-01T00:00:00.000Z"),
        (PILOT, "Prospecting", "1000", "2024-02-01T00:00:00.000Z"),
        (PILOT, "Proposal/Price Quote", "1000", "2024-03-01T00:00:00.000Z"),
        (PILOT, "Proposal/Price Quote", "1100", "2024-03-05T00:00:00.000Z"),
        (LARGE, "Prospecting", "80000", "2024-03-01T00:00:00.000Z"),
        (LARGE, "Site Visit", "90000", "2024-03-10T00:00:00.000Z"),
        (LARGE, "Prospecting", "90000", "2024-03-12T00:00:00.000Z"),
        (LARGE, "Site Visit", "90000", "2024-03-20T00:00:00.000Z"),
    ]
    rows = [[f"0085000000{i:05}", *row] for i, row in enumerate(history)]
    write(folder / "OpportunityHistory.csv", [["Id", "OpportunityId", "StageName", "Amount", "CreatedDate"], *rows])
    return folder


def test_a_decimal_comma_is_no_thousand() -> None:
    assert [str(reading.number(text)) for text in ("12,500", "1,00,000.5", ".5")] == ["12500", "100000.5", "0.5"]
    for text in ("12,5", "1.234,5", "1,2345", "1,"):
        with pytest.raises(ValueError, match="not a number"):
            reading.number(text)


def test_salesforce_brings_ids_of_both_lengths_and_moves_with_their_times(db: kith.Database, tmp_path: pathlib.Path) -> None:
    before = count(db)
    run = db.import_path(salesforce(tmp_path / "sf"))
    assert run.rejected == 0, run.report["problems"]
    day = dt.date(2024, 4, 1)
    assert deals(db)[1] == {
        "name": "Pilot",
        "account.name": "Acme",
        "owner.name": "Ann Lee",
        "amount": Money(120_050, "CNY"),
        "close_date": day,
        "stage.name": "won",
    }
    with db.snapshot() as now:
        bloom = now.find("account", ("salesforce.account", BLOOM))
        acme = now.find("account", ("salesforce.account", salesforce_id(ACME)))
        assert bloom is not None
        assert acme is not None
        assert bloom["parent"] == acme.id
        assert bloom["annual_revenue"] == Money(150_000_000, "CNY")
        pilot = now.find("opportunity", ("salesforce.opportunity", salesforce_id(PILOT)))
        assert pilot is not None
        then = now.as_of(pilot.id, effective=dt.datetime(2024, 3, 6, tzinfo=dt.UTC))["fields"]
        assert then["amount"] == {"minor": 110_000, "currency": "CNY"}
        assert now[then["stage"]]["name"] == "proposal"
        moves: dict[int, list[str]] = {pilot.id: []}
        for move in now.scan("move"):
            moves.setdefault(move["record"], []).append(move["at"].date().isoformat())
    # A row that only changes the amount is no move; a stage that was left and entered again is one each time.
    assert [len(found) for found in moves.values()] == [3, 4]
    assert deals(db)[0]["stage.name"] == "site_visit"
    again = db.import_path(tmp_path / "sf")
    assert [sum(file[how] for file in again.report["files"]) for how in ("created", "changed")] == [0, 0]
    db.undo(run)
    assert count(db) == before
    assert db.verify() == []


def test_salesforce_brings_sources_and_leads_that_are_none_yet(db: kith.Database, tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "sf"
    folder.mkdir()
    header = ["Id", "Name", "StageName", "Amount", "CloseDate", "CreatedDate", "LeadSource"]
    day = "2024-02-01T00:00:00.000Z"
    sources = {"Web": "web", "Trade Show": "exhibition", "Skywriting": "other", "": None}
    rows = [[f"0065000000Xy1z{i}", f"D{i}", "Prospecting", "1", "2024-04-01", day, told] for i, told in enumerate(sources)]
    write(folder / "Opportunity.csv", [header, *rows])
    leads = [["00Q5000000Gv7q1", "Cy", "Wu", "Wu Ltd", "Open - Not Contacted", "false", "Partner", day]]
    leads += [["00Q5000000Gv7q2", "Di", "Xu", "Xu Ltd", "Closed - Converted", "true", "Web", day]]
    leads += [["00Q5000000Gv7q3", "Ed", "Ye", "Ye Ltd", "Unqualified", "FALSE", "Web", day]]  # as Excel saves it
    leads += [["00Q5000000Gv7q4", "Fa", "Zu", "Zu Ltd", "Qualified", "false", "Web", day]]  # for Kith that is one that was converted
    write(folder / "Lead.csv", [["Id", "FirstName", "LastName", "Company", "Status", "IsConverted", "LeadSource", "CreatedDate"], *leads])
    write(folder / "Task.csv", [["Id", "Subject"], ["00T5000000Xy1zA", "Call"]])
    run = db.import_path(folder)  # known by its deals, whatever else an export has
    assert run.rejected == 0, run.report["problems"]
    assert run.plan is not None
    assert ("Task", "Subject", "", "") in run.plan.lines()
    assert [deal["source"] for deal in db.query("opportunity", select="source", order="name")] == list(sources.values())
    found = [(lead["name"], lead["status"], lead["source"]) for lead in db.query("lead", order="name")]
    assert found == [("Cy Wu", "new", "partner"), ("Ed Ye", "disqualified", "web"), ("Fa Zu", "working", "web")]
    assert {part["name"] for part in db.funnel(by="source")["parts"]} == set(sources.values())
    db.undo(run)
    assert list(db.query("lead")) == []


def test_hubspot_history_is_moves_and_amounts(db: kith.Database, tmp_path: pathlib.Path) -> None:
    write(tmp_path / "hubspot-companies.csv", [["Record ID", "Company name", "Company owner"], ["7", "Acme", "Ann"]])
    write(
        tmp_path / "hubspot-deals.csv",
        [["Record ID", "Deal Name", "Deal Stage", "Amount", "Create Date", "Associated Company IDs", "Deal owner"]]
        + [["1", "Pilot", "Closed Lost", "500", "2024-01-01 09:00", "7", "Ann"]],
    )
    write(
        tmp_path / "hubspot-property-history.csv",
        [["Record ID", "Property name", "Property value", "Change date"]]
        + [["1", "dealstage", "closedlost", "2024-03-01 09:00"], ["1", "dealstage", "appointmentscheduled", "2024-01-01 09:00"]]
        + [["1", "amount", "400", "2024-01-01 09:00"], ["1", "amount", "500", "2024-02-01 09:00"], ["1", "hs_note", "x", "2024-02-01 09:00"]],
    )
    run = db.import_path(tmp_path)
    assert run.rejected == 0, run.report["problems"]
    [deal] = deals(db)
    assert (deal["stage.name"], deal["account.name"], deal["owner.name"]) == ("lost", "Acme", "Ann")
    with db.snapshot() as now:
        [found] = now.scan("opportunity")
        then = now.as_of(found.id, effective=dt.datetime(2024, 1, 15, tzinfo=dt.UTC))["fields"]
        assert then["amount"]["minor"] == 40_000
        assert now[then["stage"]]["name"] == "appointment"


def test_pipedrive_deals_are_won_when_they_were(db: kith.Database, tmp_path: pathlib.Path) -> None:
    header = ["ID", "Title", "Value", "Currency of Value", "Organization", "Stage", "Status", "Owner", "Deal created", "Won time", "Lost time"]
    write(
        tmp_path / "deals.csv",
        [[f"Deal - {name}" for name in header]]
        + [["1", "Pilot", "500", "EUR", "Acme", "Proposal Made", "Won", "Ann", "2024-01-01 09:00:00", "2024-02-01 09:00:00", ""]]
        + [["2", "Large", "900", "USD", "Acme", "Trial", "Open", "Ann", "2024-01-03 09:00:00", "", ""]],
    )
    run = db.import_path(tmp_path / "deals.csv", preset="pipedrive")
    assert run.rejected == 0, run.report["problems"]
    assert [(deal["name"], deal["stage.name"], deal["amount"]) for deal in deals(db)] == [
        ("Large", "trial", Money(90_000, "USD")),
        ("Pilot", "won", Money(50_000, "EUR")),
    ]
    with db.snapshot() as now:
        assert sorted(deal["closed_at"].date().isoformat() for deal in now.scan("opportunity") if deal["closed_at"]) == ["2024-02-01"]
    assert count(db)["account"] == 1


SHEET = [
    ["商机名称", "客户名称", "金额（万元）", "销售阶段", "预计成交日期", "签约日期", "创建时间", "负责人", "地区备注"],
    ["试点项目", "阿克米", "12.5", "已签约", "2024年4月1日", "2024年3月28日", "2024年1月5日", "王小明", "华东"],
    ["扩容", "布鲁姆", "1.2亿", "商务谈判", "2024/9/1", "", "2024-02-01", "李雷", ""],
    ["坏行", "阿克米", "很多", "商务谈判", "2024/9/1", "", "2024-02-01", "李雷", ""],
]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
def test_a_chinese_spreadsheet_is_understood(db: kith.Database, tmp_path: pathlib.Path, ending: str) -> None:
    path = tmp_path / f"商机表.{ending}"
    if ending == "csv":
        write(path, SHEET, "gb18030")
    elif ending == "jsonl":
        path.write_text("\n".join(json.dumps(dict(zip(SHEET[0], row, strict=True))) for row in SHEET[1:]))
    else:
        book = Workbook()
        assert book.active is not None
        book.active.append(["二〇二四年商机登记"])
        for row in SHEET:
            book.active.append(row)
        book.active["C3"] = 12.5
        book.active["E3"] = dt.datetime(2024, 4, 1)
        book.save(path)
    with db.batch() as b:
        known = b.create("account", name="布鲁姆")
    assert b.outcome is not None
    run = db.import_path(path, problem_file=tmp_path / "errors.csv")
    assert run.rejected == 1
    [problem] = run.report["problems"]
    assert (problem["line"], problem["column"], problem["value"]) == (4, "金额（万元）", "很多")
    assert [deal["amount"] for deal in deals(db)] == [Money(12_000_000_000, "CNY"), Money(12_500_000, "CNY")]
    assert [(deal["owner.name"], deal["stage.name"]) for deal in deals(db)] == [("李雷", "negotiation"), ("王小明", "won")]
    assert count(db)["account"] == 2  # the one that was there is the one meant
    with db.snapshot() as now:
        [won] = [deal for deal in now.scan("opportunity") if deal["closed_at"]]
        assert won["closed_at"].date() == dt.date(2024, 3, 28)
        assert won["close_date"] == dt.date(2024, 4, 1)
    db.undo(run)
    assert count(db) == {"account": 1}
    with db.snapshot() as now:
        assert now[b.outcome.id(known)]["name"] == "布鲁姆"


def test_stages_are_looked_for_in_every_pipeline(db: kith.Database, tmp_path: pathlib.Path) -> None:
    stages = [
        {"name": "inquiry", "labels": {"zh": "询价"}},
        {"name": "quote", "labels": {"zh": "报价"}},
        {"name": "won", "kind": "won", "labels": {"zh": "成交"}},
    ]
    with db.batch() as batch:
        batch.define_pipeline({"name": "trade", "for_type": "opportunity", "stages": stages})
    sheet = tmp_path / "商机.csv"

    def imported(*values: str) -> dict[str, str]:
        sheet.write_text("商机名称,阶段\n" + "".join(f"{value}的商机,{value}\n" for value in values))
        db.import_path(sheet)
        found = db.query("opportunity", select=["name", "pipeline.name", "stage.name"])
        return {row["name"].removesuffix("的商机"): f"{row['pipeline.name']}/{row['stage.name']}" for row in found}

    assert imported("询价", "报价", "成交") == {"询价": "trade/inquiry", "报价": "trade/quote", "成交": "trade/won"}
    grown = imported("询价", "打样")
    assert grown["打样"].startswith("imported/")
    # Those of an import before are known by the next one, and what they lack comes before the closing ones.
    again = imported("打样", "验厂")
    assert again["打样"] == grown["打样"] and again["验厂"].startswith("imported/")
    with db.snapshot() as now:
        [added] = [found for found in now.pipelines() if found["name"] == "imported"]
    assert [stage["kind"] for stage in added["stages"]] == ["open"] * 4 + ["won"]
    assert db.verify() == []


@pytest.mark.parametrize(("american", "days"), [("3/13/2024", "2024-03-13"), ("13.3.2024", "2024-03-13"), ("3/4/2024", None)])
def test_dates_with_the_year_last_are_read_where_one_tells(db: kith.Database, tmp_path: pathlib.Path, american: str, days: str | None) -> None:
    header = ["opportunity_id", "deal_stage", "engage_date", "close_value"]
    run = db.import_path(write(tmp_path / "x.csv", [header, ["A1", "Won", american, "10"], ["A2", "Engaging", "2024-01-01", ""]]))
    assert run.rejected == (0 if days else 1)  # what could be two days is refused, not guessed
    with db.snapshot() as now:
        closed = [deal["closed_at"].date().isoformat() for deal in now.scan("opportunity") if deal["closed_at"]]
    assert closed == ([days] if days else [])


def test_undo_of_an_import_refuses_when_work_would_be_lost(db: kith.Database, tmp_path: pathlib.Path) -> None:
    run = db.import_path(write(tmp_path / "客户.csv", [["客户名称", "所在城市"], ["阿克米", "上海"], ["布鲁姆", "北京"]]))
    with db.snapshot() as now:
        [acme, _] = [record.id for record in now.scan("account")]
    with db.batch() as b:
        b.create("note", body="met them", regarding=acme)
    with pytest.raises(kith.FailedPreconditionError, match="note"):
        db.undo(run)
    assert count(db)["account"] == 2
    changed = db.import_path(write(tmp_path / "客户.csv", [["客户名称", "所在城市"], ["布鲁姆", "广州"]]))
    assert db.undo(changed)["reset"] == 1
    with db.snapshot() as now:
        assert [record["city"] for record in now.scan("account")] == ["上海", "北京"]


def test_what_cannot_be_understood_is_refused(db: kith.Database, tmp_path: pathlib.Path) -> None:
    with pytest.raises(kith.InvalidArgumentError, match="--type"):
        db.import_path(write(tmp_path / "x.csv", [["a", "b"], ["1", "2"]]))
    with pytest.raises(kith.InvalidArgumentError, match="salesforce"):
        db.import_path(tmp_path / "x.csv", preset="salesforce")
    with pytest.raises(kith.NotFoundError):
        db.import_path(tmp_path / "none.csv")
    (tmp_path / "picture.csv").write_bytes(b"name,city\n\xff\xfe\xff\xff\n")
    with pytest.raises(kith.InvalidArgumentError, match="picture.csv, after line"):
        db.import_path(tmp_path / "picture.csv")
    assert count(db) == {}


def test_the_command_shows_asks_imports_and_takes_back(tmp_path: pathlib.Path) -> None:
    sheet = write(tmp_path / "商机表.csv", SHEET, "gb18030")

    def run(*words: str, code: int = 0, input: str | None = None) -> str:
        environment = {"KITH_DB": str(tmp_path / "crm.kith"), "LC_ALL": "zh_CN.UTF-8", "COLUMNS": "160"}
        result = CliRunner().invoke(cli, list(words), env=environment, input=input)
        assert result.exit_code == code, (words, result.output, result.exception)
        return result.stdout

    run("init")
    asked = run("import", str(sheet), code=1, input="n\n")
    assert "opportunity.amount" in asked
    assert "不导入" in asked
    assert json.loads(run("query", "opportunity", "--json")) == []
    assert "试运行" in run("import", str(sheet), "--dry-run", code=8)
    told = json.loads(run("import", str(sheet), "--json", code=8))
    assert "很多" in pathlib.Path(told["error_file"]).read_text(encoding="utf-8")
    assert len(json.loads(run("query", "opportunity", "--json"))) == 2
    assert "已撤销" in run("undo", told["run"])
    assert json.loads(run("query", "opportunity", "--json")) == []
    assert "import-" in run("import", str(sheet), "--yes", code=8)
    out = tmp_path / "all.jsonl"
    run("export", str(out))
    with kith.open(temporary=True) as copy:
        copy.import_path(out)
        assert len(deals(copy)) == 2
    assert json.loads(run("changes", "--type", "account", "--json"))[-1]["actor"] == {"system": "kith.cli", "key": getpass.getuser()}
    other = ("--db", str(tmp_path / "other.kith"))
    run("init", str(tmp_path / "other.kith"))
    run("import", str(out), *other, code=1, input="n\n")  # it asks before it writes, here too
    assert json.loads(run("query", "opportunity", "--json", *other)) == []
    run("import", str(out), *other, input="y\n")
    assert len(json.loads(run("query", "opportunity", "--json", *other))) == 2


def test_a_terminal_shows_how_far_an_import_is(db: kith.Database, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = write(tmp_path / "accounts.csv", [["Account Name", "City"], *([f"A{i}", "Rome"] for i in range(50))])
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    with bar(quiet=False) as progress:
        assert progress is None  # no terminal
    monkeypatch.setattr(shown, "isatty", lambda: True)
    with bar(quiet=True) as progress:
        assert progress is None
    with bar(quiet=False) as progress:
        run = db.import_path(sheet, type="account", progress=progress)
    assert run.rejected == 0
    assert "accounts.csv" in shown.getvalue()


def test_a_folder_with_a_mapping_of_its_own_is_asked_about_too(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    write(folder / "clients.csv", [["no", "called"], ["1", "Acme"]])
    file = {"file": "clients.csv", "type": "account", "system": "app", "key": ["no"], "columns": [{"column": "called", "field": "name"}]}
    (folder / "mapping.json").write_text(json.dumps({"name": "own", "files": [file]}))

    def run(*words: str, code: int = 0, input: str | None = None) -> str:
        result = CliRunner().invoke(cli, list(words), env={"KITH_DB": str(tmp_path / "crm.kith"), "KITH_LANG": "en"}, input=input)
        assert result.exit_code == code, (words, result.output, result.exception)
        return result.stdout

    run("init")
    assert "Import like this?" in run("import", str(folder), code=1, input="n\n")
    assert json.loads(run("query", "account", "--json")) == []
    run("import", str(folder), "--dry-run")
    assert json.loads(run("query", "account", "--json")) == []
    run("import", str(folder), input="y\n")
    assert [row["name"] for row in json.loads(run("query", "account", "--json"))] == ["Acme"]


def test_an_error_file_takes_the_place_of_another_only_when_rows_were_left_out(tmp_path: pathlib.Path) -> None:
    sound = write(tmp_path / "sound.csv", [["Account Name", "City"], ["Acme", "Rome"]])
    errors = tmp_path / "mine.csv"
    errors.write_text("precious")

    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(cli, list(words), env={"KITH_DB": str(tmp_path / "crm.kith"), "KITH_LANG": "en"})
        assert result.exit_code == code, (words, result.output, result.exception)
        return result.output

    run("init")
    for more in (["--dry-run"], []):
        run("import", str(sound), "--type", "account", "--yes", "--errors", str(errors), *more)
        assert errors.read_text() == "precious"
    before = sound.read_text(encoding="utf-8")
    assert "elsewhere" in run("import", str(sound), "--type", "account", "--yes", "--errors", str(sound), code=2)
    assert sound.read_text(encoding="utf-8") == before
    sheet = write(tmp_path / "商机表.csv", SHEET)
    run("import", str(sheet), "--yes", "--errors", str(errors), code=8)
    assert "很多" in errors.read_text(encoding="utf-8")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["crm.kith", "mine.csv", "sound.csv", "商机表.csv"]


@pytest.mark.parametrize("here", [".", ".."])
def test_the_folder_one_stands_in_is_imported(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, here: str) -> None:
    folder = tmp_path / "exports"
    (folder / "below").mkdir(parents=True)
    write(folder / "account.csv", [["Account Name", "City"], ["Acme", "Rome"]])
    monkeypatch.chdir(folder if here == "." else folder / "below")
    for words in (["init"], ["import", here, "--yes"]):
        result = CliRunner().invoke(cli, words, env={"KITH_DB": str(tmp_path / "crm.kith"), "KITH_LANG": "en"})
        assert result.exit_code == 0, (words, result.output, result.exception)
    with kith.open(tmp_path / "crm.kith") as db:
        assert count(db)["account"] == 1
