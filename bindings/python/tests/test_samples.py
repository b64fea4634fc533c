"""What the pages promise a newcomer, as it stands there: from an export of Salesforce to funnel, forecast and frames."""

from __future__ import annotations

import csv
import datetime as dt
import pathlib
import random
import runpy

import pytest

import kith

SAMPLE = """import kith
with kith.open("crm.kith", create=True, currency="CNY", zone="Asia/Shanghai", fiscal_start=4) as db:
    run = db.import_path("exports/sf/", preset="salesforce")       # db.undo(run) takes it all back
    print(db.funnel(by="owner").to_pandas())                       # rate, low, high, n, maturity
    f = db.forecast("FY2026-Q3", by="team"); print(f.p10, f.p50, f.p90, f.parts, f.past_coverage)
    deals = db.query("opportunity", where="stage.kind == 'open'", as_of="2026-03-02").to_arrow()
"""

STAGES = ["Prospecting", "Qualification", "Proposal/Price Quote", "Negotiation/Review"]
CHANCE = {"Ann Lee": 0.9, "Bo Chen": 0.7}  # of going on from each stage
FIRST, LAST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
DEALS = 240


def write(path: pathlib.Path, header: str, rows: list[list[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header.split(), *rows])


def id15(prefix: str, number: int) -> str:
    return f"{prefix}500000000{number:03d}"


def stamp(time: dt.datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def salesforce(folder: pathlib.Path) -> dict[str, list[tuple[str, dt.datetime]]]:
    """An export of two years with a planted difference between two reps; the way of each deal."""
    folder.mkdir(parents=True)
    roles, users = {"East": id15("00E", 1), "West": id15("00E", 2)}, {name: id15("005", i) for i, name in enumerate(CHANCE)}
    write(folder / "UserRole.csv", "Id Name ParentRoleId", [[id, name, ""] for name, id in roles.items()])
    rows = zip(users.items(), roles.values(), strict=True)
    write(folder / "User.csv", "Id FirstName LastName IsActive UserRoleId", [[id, *name.split(), "true", role] for (name, id), role in rows])
    write(folder / "Account.csv", "Id Name OwnerId", [[id15("001", i), f"Client {i}", users["Ann Lee"]] for i in range(20)])
    dice = random.Random(7)
    deals, history, ways = [], [], {}
    for i in range(DEALS):
        owner, amount = dice.choice(list(users)), str(dice.randrange(50, 500) * 1000)
        at = began = FIRST + i * (LAST - FIRST) / DEALS
        way = []
        for step, stage in enumerate([*STAGES, "Closed Won"]):
            lost = step > 0 and dice.random() > CHANCE[owner]
            way.append(("Closed Lost" if lost else stage, at))
            at += dt.timedelta(days=dice.uniform(5, 40))
            if lost or at > LAST:
                break
        id = id15("006", i)
        ways[id] = way
        deals.append([id, f"Deal {i}", id15("001", i % 20), way[-1][0], amount, str(at.date()), users[owner], stamp(began)])
        history += [[id15("008", 0)[:-6] + f"{i:03d}{n:03d}", id, stage, amount, stamp(when)] for n, (stage, when) in enumerate(way)]
    write(folder / "Opportunity.csv", "Id Name AccountId StageName Amount CloseDate OwnerId CreatedDate", deals)
    write(folder / "OpportunityHistory.csv", "Id OpportunityId StageName Amount CreatedDate", history)
    return ways


def test_from_an_export_to_a_forecast_in_five_lines(  # A13, R04
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ways = salesforce(tmp_path / "exports" / "sf")
    monkeypatch.chdir(tmp_path)
    pathlib.Path("sample.py").write_text(SAMPLE, encoding="utf-8")
    got = runpy.run_path("sample.py")
    told = capsys.readouterr().out
    for word in ("owner", "name", "maturity", "Ann Lee", "stable", "'p50'"):
        assert word in told, word
    run, forecast, deals = got["run"], got["f"], got["deals"]
    assert isinstance(run, kith.importing.Run)
    assert run.rejected == 0, run.report["problems"]
    assert isinstance(forecast, kith.Forecast)
    assert forecast["period"] == {"first": "2025-10-01", "end": "2026-01-01"}
    assert forecast.p10 <= forecast.p50 <= forecast.p90
    assert forecast.past_coverage is not None
    assert 0 < forecast.past_coverage <= 1
    day = dt.datetime(2026, 3, 1, 16, tzinfo=dt.UTC)  # when it begins in Shanghai
    still_open = sum(1 for way in ways.values() if not [stage for stage, at in way if at <= day][-1].startswith("Closed"))
    assert deals.num_rows == still_open > 5
    with kith.open("crm.kith", currency="CNY") as db:
        assert db.settings()["time_zone"] == "Asia/Shanghai"
        frame = db.funnel(by="owner").to_pandas()
        assert set(frame.columns) >= {"owner", "name", "stage", "rate", "low", "high", "n", "maturity"}
        for name, chance in CHANCE.items():
            proposal = frame[(frame["name"] == name) & (frame["stage"] == "proposal")].iloc[0]
            assert proposal.low <= chance <= proposal.high, name
        teams = {part["name"]: part for part in db.funnel(by="team")["parts"]}
        assert sorted(teams) == ["East", "West"]
        assert teams["East"]["won"] > teams["West"]["won"] > 0
        assert sum(part["open"] for part in teams.values()) == db.funnel()["open"]
        month = db.forecast("2026-02", by="team", as_of="2026-02-01")
        assert {part["part"] for part in month.parts} == {part["part"] for part in teams.values()}
        assert db.undo(run)["deleted"] > DEALS
        assert list(db.query("opportunity")) == []


def test_settings_are_said_once_and_a_wrong_one_opens_nothing(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "crm.kith"
    with kith.open(path, create=True, currency="EUR", fiscal_start=4) as db:
        written = db.snapshot().sequence
    with kith.open(path, currency="EUR", fiscal_start=4) as db:
        assert db.snapshot().sequence == written
        assert db.settings()["fiscal_start_month"] == 4
    with kith.open(path, read_only=True, currency="EUR") as db:
        assert db.settings()["base_currency"] == "EUR"
    with pytest.raises(kith.InvalidArgumentError, match="fiscal_start_month"):
        kith.open(path, fiscal_start=13)
    with kith.open(path) as db:
        assert db.settings()["fiscal_start_month"] == 4


def test_a_query_of_a_type_with_its_parts(db: kith.Database) -> None:
    with db.batch() as b:
        for i in range(4):
            b.create("account", name=f"A{i}", employees=i, industry="law" if i % 2 else "retail")
    found = db.query("account", {"least": 1}, where="employees >= $least", select="name", order="-name", limit=2)
    assert [row["name"] for row in found] == ["A3", "A2"]
    whole = list(db.query("account", where="employees == 1"))
    assert whole[0]["industry"] == "law"
    assert list(db.query({"from": "account", "limit": 1}, select=["name"], order=["name"])) == [{"name": "A0"}]
    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    assert list(db.query("account", as_of=before)) == []
    assert list(db.query("account", as_of=before.date())) == []
    with pytest.raises(kith.InvalidArgumentError, match="QueryMalformed"):
        db.query("{not json")
