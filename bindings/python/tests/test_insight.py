"""Moves, funnel, forecast, import."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import random
from typing import Any

import pytest

import kith
from kith import Money, plots

START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def sales(db: kith.Database) -> kith.Database:
    """400 deals; of those resolved in "qualified" about 60 % go on, and all that reach "proposal" are won."""
    dice = random.Random(7)
    for chunk in range(8):
        with db.batch() as b:
            for i in range(50):
                at = START + dt.timedelta(days=dice.uniform(0, 360))
                b.effective(at)
                deal = b.create("opportunity", name=f"D{chunk}/{i}", amount=Money(10_000, "CNY"))
                b.move(deal, "default/qualified")
                b.effective(at + dt.timedelta(days=dice.uniform(1, 20)))
                if dice.random() < 0.6:
                    b.move(deal, "default/proposal")
                    b.effective(at + dt.timedelta(days=dice.uniform(21, 40)))
                    b.move(deal, "default/won")
                else:
                    b.move(deal, "default/lost")
                b.effective(None)
    return db


def test_the_funnel_covers_the_planted_rate(sales: kith.Database) -> None:  # C03
    with sales.snapshot() as now:
        funnel = now.funnel("default")
    rates = {stage["name"]: stage["rate"] for stage in funnel["stages"]}
    assert rates["qualified"]["low"] < 0.6 < rates["qualified"]["high"]
    assert rates["proposal"]["value"] == 1
    assert rates["qualified"]["maturity"] == "stable"
    assert funnel["won"] + funnel["lost"] == 400


def test_a_team_has_what_its_people_had_in_between(db: kith.Database) -> None:  # C02
    with db.batch() as b:
        east, west = b.create("team", name="East"), b.create("team", name="West")
        ann, bo = b.create("employee", name="Ann", team=east), b.create("employee", name="Bo", team=west)
        deal = b.create("opportunity", name="D", owner=ann)
        b.move(deal, "default/qualified")
    assert b.outcome is not None
    id, reps = b.outcome.id(deal), [b.outcome.id(bo), b.outcome.id(ann)]
    for rep, stage in zip(reps, ("proposal", "negotiation"), strict=True):
        with db.batch() as b:
            b.set(id, owner=rep)
        with db.batch() as b:
            b.move(id, f"default/{stage}")
    with db.batch() as b:
        b.move(id, "default/won")
    parts = {part["name"]: {stage["name"]: stage["reached"] for stage in part["stages"]} for part in db.funnel(by="team")["parts"]}
    assert set(parts) == {"East", "West"}
    assert parts["West"]["proposal"] == 1


def test_moves_give_the_stage(db: kith.Database) -> None:  # C01
    with db.batch() as b:
        deal = b.create("opportunity", name="D")
        b.move(deal, "default/qualified", reason="call")
    assert b.outcome is not None
    id = b.outcome.id(deal)
    with db.snapshot() as now:
        stage = now[now[id]["stage"]]
        assert stage["name"] == "qualified"
    with pytest.raises(kith.InvalidArgumentError, match="UnknownStage"), db.batch() as b:
        b.move(id, "default/nowhere")
    with pytest.raises(kith.InvalidArgumentError, match="FieldReadOnly"), db.batch() as b:
        b.set(id, stage=stage.id)


def test_forecast_adds_up_and_never_reads_a_typed_probability(sales: kith.Database) -> None:  # C08
    as_of = START + dt.timedelta(days=200)

    def forecast() -> dict[str, object]:
        with sales.snapshot() as now:
            return now.forecast("default", "2024-Q4", as_of=as_of)

    before = forecast()
    with sales.snapshot() as now:
        ids = [record.id for record in now.scan("opportunity")]
    with sales.batch() as b:
        for id in ids:
            b.set(id, rep_probability=random.Random(id).randrange(101))
    assert forecast() == before
    total = before["total"]
    assert isinstance(total, dict)
    assert total["p10"] <= total["p50"] <= total["p90"]
    with sales.snapshot() as now:
        assert now.reps("default") == []  # nobody owns a deal
        report = now.backtest("default", "month", 3, as_of=START + dt.timedelta(days=330))
        assert len(report["points"]) == 3


def test_periods_are_those_of_the_fiscal_year(sales: kith.Database) -> None:
    asked = START + dt.timedelta(days=330)  # 2024-11-26
    with sales.batch() as b:
        b.set(b.existing("setting", ("kith.setting", "database")), fiscal_start_month=2)
    with sales.snapshot() as now:
        first = {
            period: now.forecast("default", period, as_of=asked)["period"]["first"]
            for period in ("this-quarter", "next-quarter", "this-month", "FY2025-Q4", "2025-Q1")
        }
        assert list(first.values()) == ["2024-11-01", "2025-02-01", "2024-11-01", "2024-11-01", "2025-01-01"]
        assert now.backtest("default", "quarter", 1, as_of=asked)["points"][0]["period"]["first"] == "2024-08-01"
        assert now.funnel("default", period="FY2025-Q2")["arrivals"] > 50  # from May 2024


def test_months_begin_where_the_database_is(tmp_path: pathlib.Path) -> None:
    with kith.open(tmp_path / "crm.kith", create=True, currency="CNY", zone="Asia/Shanghai") as db:
        with db.batch() as b:
            for day in (27, 30, 31):  # at 16:30 in London, half past midnight of the day after in Shanghai
                b.effective(dt.datetime(2026, 2, day - 4, 16, 30, tzinfo=dt.UTC))
                deal = b.create("opportunity", name=f"D{day}", amount=Money(1_000 * day, "CNY"))
                b.move(deal, "default/qualified")
                b.effective(dt.datetime(2026, 3, day, 16, 30, tzinfo=dt.UTC))
                b.move(deal, "default/won")
        won = {month: db.funnel("default", period=month)["won"] for month in ("2026-03", "2026-04")}
        assert won == {"2026-03": 2, "2026-04": 1}
        by_month = {"value": "closed_at", "by": "month", "name": "month"}
        grouped = db.query({"from": "opportunity", "group": [by_month], "aggregates": [{"count": "*", "name": "n"}]})
        assert {row["month"]: row["n"] for row in grouped} == won
        assert db.forecast("2026-04", as_of=dt.datetime(2026, 5, 1, tzinfo=dt.UTC))["closed"] == 31_000
        soon = db.forecast("this-quarter", as_of=dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC))
        assert soon["period"] == {"first": "2026-04-01", "end": "2026-07-01"}
        with db.snapshot() as now:
            behind = now.deals_behind("default", "qualified", period="2026-04")
            assert [now[deal]["name"] for deal in behind["advanced"]] == ["D31"]
        with db.batch() as b:
            b.set(b.existing("setting", ("kith.setting", "database")), time_zone="UTC")
        assert db.funnel("default", period="2026-03")["won"] == 3
        assert db.verify() == []


def test_the_funnel_of_a_period_and_of_a_group(sales: kith.Database) -> None:  # C02, C03
    with sales.snapshot() as now:
        quarters = [now.funnel("default", period=f"2024-Q{quarter}")["arrivals"] for quarter in (1, 2, 3, 4)]
        assert sum(quarters) == 400
        assert min(quarters) > 50
        assert now.funnel("default", source=99)["arrivals"] == 0
        with pytest.raises(kith.InvalidArgumentError, match="BadOptions"):
            now.funnel("default", period="2024-W07")
        with pytest.raises(ValueError, match="one of owner"):
            now.funnel("default", owner=1, source=2)


def test_ways_and_the_deals_behind_a_count(sales: kith.Database) -> None:  # C10, C22
    with sales.snapshot() as now:
        report = now.ways("default")
        assert {tuple(way["stages"]) for way in report["ways"]} == {("qualified", "lost"), ("qualified", "proposal", "won")}
        assert sum(way["deals"] for way in report["ways"]) == 400
        assert sum(cohort["deals"] for cohort in report["cohorts"]) == 400
        stages = {stage["name"]: stage for stage in now.funnel("default", period="2024-Q2")["stages"]}
        behind = now.deals_behind("default", "qualified", period="2024-Q2")
        assert len(behind["advanced"]) == stages["qualified"]["advanced"] > 0
        assert len(behind["lost"]) == stages["qualified"]["lost"] > 0
        with pytest.raises(kith.InvalidArgumentError, match="UnknownStage"):
            now.deals_behind("default", "nowhere")


def test_velocity_and_gap_add_up(sales: kith.Database) -> None:  # C07, C17
    with sales.snapshot() as now:
        velocity = now.velocity("default", "2024-Q2", "2024-Q3")
        change = velocity["after"]["minor_a_day"] - velocity["before"]["minor_a_day"]
        assert sum(c["contribution"] for c in velocity["changes"]) == pytest.approx(change)
        gap = now.gap("default", "2024-Q4", compare_with=2, target=100_000_000)
        assert sum(c["contribution"] for c in gap["causes"]) == pytest.approx(gap["gap"])
        assert gap["causes"][0]["driver"] == "volume"
        assert "too few deals" in gap["summary"]
        with pytest.raises(kith.InvalidArgumentError, match="UnknownPipeline"):
            now.gap("default", "2024-Q4", collection="nowhere")


def test_parts_sum_to_the_whole_by_team_too(db: kith.Database) -> None:  # C16
    with db.batch() as b:
        teams = [b.create("team", name=name) for name in ("North", "South")]
        reps = [b.create("employee", name=f"R{i}", team=teams[i % 2]) for i in range(4)]
    assert b.outcome is not None
    owners = [b.outcome.id(rep) for rep in reps]
    north = b.outcome.id(teams[0])
    dice = random.Random(3)
    with db.batch() as b:
        for i in range(80):
            b.effective(START + dt.timedelta(days=dice.uniform(0, 170)))
            deal = b.create("opportunity", name=f"D{i}", amount=Money(10_000, "CNY"), owner=owners[i % 4])
            b.move(deal, "default/qualified")
            b.effective(START + dt.timedelta(days=dice.uniform(171, 190)))
            if i % 3:
                b.move(deal, "default/won" if i % 2 else "default/lost")
            b.effective(None)
    as_of = START + dt.timedelta(days=192)
    with db.snapshot() as now:
        for by, count in (("owner", 4), ("owner.team", 2)):
            report = now.forecast("default", "2024-Q3", as_of=as_of, by=by)
            assert len(report["parts"]) == count
            for of in ("from_open", "from_new", "total"):
                assert sum(part[of]["mean"] for part in report["parts"]) == pytest.approx(report[of]["mean"])
        assert north in [part["part"] for part in report["parts"]]
        assert report["attainments"] == []
        with db.batch() as b:
            b.create(
                "quota", holder=north, period="2024-Q3", starts=dt.date(2024, 7, 1), ends=dt.date(2024, 10, 1), target=Money(1, "CNY")
            )
        now.renew()
        (attained,) = now.forecast("default", "2024-Q3", as_of=as_of, by="owner.team")["attainments"]
        assert (attained["holder"], attained["target_minor"], attained["closed"]) == (north, 1, 0)
        assert 0 < attained["probability"] < 1
        lost = [deal["id"] for deal in report["deals"]]
        without = now.forecast("default", "2024-Q3", as_of=as_of, what_if={"lost": lost})
        assert without["from_open"]["mean"] == 0
        assert without["from_new"]["mean"] == pytest.approx(report["from_new"]["mean"])
        more = now.forecast("default", "2024-Q3", as_of=as_of, what_if={"more_deals_a_week": 10, "faster": {"qualified": 2}})
        assert more["from_new"]["mean"] > report["from_new"]["mean"]
        dollars = now.forecast("default", "2024-Q3", as_of=as_of, currency="USD", rates={"CNY": 0.14})
        assert dollars["closed"] == pytest.approx(0.14 * report["closed"])
        learnt = now.forecast("default", "2024-07", as_of=START + dt.timedelta(days=182), learn_from=3)
        assert learnt["shock_sd"] > 0
        for deal in report["deals"]:
            assert sum(deal["contributions"].values()) == pytest.approx(deal["win_in_period"])
        for bad in ({"faster": {"nowhere": 2}}, {"sooner": 1}, {"lost": 5}):
            with pytest.raises(kith.InvalidArgumentError):
                now.forecast("default", "2024-Q3", as_of=as_of, what_if=bad)


def test_saved_forecasts_are_scored_and_learnt_from(sales: kith.Database) -> None:
    as_of = START + dt.timedelta(days=182)
    with sales.snapshot() as now, sales.batch() as b:
        made = now.forecast("default", "2024-Q3", as_of=as_of)
        b.save_forecast(made)
    with sales.snapshot() as now:
        saved = now.saved_forecasts()
        over = now.forecast("default", "2024-Q3")
        assert [f["actual"] for f in saved["forecasts"]] == [over["closed"]]
        assert saved["forecasts"][0]["model"] == made["model"]
        assert saved["score"]["forecasts"] == 1
        assert saved["score"]["coverage80"] == (made["total"]["p10"] <= over["closed"] <= made["total"]["p90"])
        assert now.saved_forecasts(as_of=as_of)["forecasts"][0]["actual"] is None
        later = START + dt.timedelta(days=280)
        plain = now.forecast("default", "2024-Q4", as_of=later)
        learnt = now.forecast("default", "2024-Q4", as_of=later, learn_saved=True)
        assert learnt["shock_sd"] >= plain["shock_sd"] == 0
        for minor in (0, made["total"]["p50"], 1e15):
            assert made.probability_at_least(minor) == pytest.approx({0: 1, 1e15: 0}.get(minor, 0.5), abs=0.01)


def test_what_was_learnt_is_kept_with_the_snapshot_and_no_longer(sales: kith.Database) -> None:
    later = START + dt.timedelta(days=300)

    def learnt(now: kith.Snapshot, period: str = "2024-11", **options: Any) -> kith.Forecast:
        return now.forecast("default", period, learn_from=4, as_of=later, **options)

    with sales.snapshot() as now:
        asked = [learnt(now), learnt(now, "2024-12"), learnt(now), learnt(now, by="source"), learnt(now, seed=5), learnt(now, currency="USD")]
        rated = [learnt(now, currency="USD", rates={"CNY": rate}) for rate in (0.1, 0.2)]
        assert asked[0] == asked[2]
        assert (asked[3]["total"], asked[3]["shock_sd"]) == (asked[0]["total"], asked[0]["shock_sd"])
        assert asked[5]["total"]["mean"] == 0
        assert rated[1]["total"]["mean"] == pytest.approx(2 * rated[0]["total"]["mean"], rel=0.05)
        for kept, (period, seed) in zip([asked[1], asked[4]], [("2024-12", 0), ("2024-11", 5)], strict=True):
            with sales.snapshot() as fresh:
                assert learnt(fresh, period, seed=seed) == kept
        with sales.batch() as b:
            b.effective(START + dt.timedelta(days=200))
            for i in range(40):
                b.move(b.create("opportunity", name=f"Windfall {i}", amount=Money(90_000, "CNY")), "default/won")
        assert learnt(now) == asked[0]
        now.renew()
        with sales.snapshot() as fresh:
            assert learnt(now) == learnt(fresh) != asked[0]


def test_a_pipeline_at_a_glance_says_what_its_parts_say(sales: kith.Database) -> None:  # C13
    at = START + dt.timedelta(days=200)
    with sales.snapshot() as now:
        told = now.summary("next-quarter", as_of=at)
        funnel = now.funnel(as_of=at)
        forecast = now.forecast("default", "next-quarter", as_of=at)
        health = now.health(as_of=at)
    assert told["funnel"]["win_rate"] == funnel["win_rate"]
    assert told["forecast"]["total"] == forecast["total"]
    assert [deal["id"] for deal in told["forecast"]["deals"]] == [deal["id"] for deal in forecast["deals"][:5]]
    assert told["gaps"] == health["gaps"][:5]
    assert told["risks_total"] == len(health["stuck"])
    assert len(json.dumps(told)) < 8192


def test_parts_are_by_product_too(db: kith.Database) -> None:
    with db.batch() as b:
        pump = b.create("product", name="Pump")
        for i in range(4):
            deal = b.create("opportunity", name="D", amount=Money(10_000, "CNY"), product=pump if i else None)
            b.move(deal, "default/qualified")
    with db.snapshot() as now:
        told = now.forecast("default", "next-quarter", by="product")
        parts = {part["name"]: part["open_deals"] for part in told["parts"]}
        assert parts == {"Pump": 3, None: 1}
        assert sum(part["total"]["mean"] for part in told["parts"]) == pytest.approx(told["total"]["mean"])
        assert {part["name"]: part["open"] for part in now.funnel(by="product")["parts"]} == parts


def test_a_group_is_suggested_once(db: kith.Database) -> None:  # C19
    with db.batch() as b:
        head = b.create("account", name="Group")
        for name in ("A", "B", "C"):
            account = b.create("account", name=name, parent=head)
            b.move(b.create("opportunity", name=name, account=account), "default/qualified" if name == "C" else "default/won")
    assert b.outcome is not None
    id = b.outcome.id(head)
    for suggested in (1, 0):
        with db.snapshot() as now:
            [group] = now.penetration()["groups"]
            assert (group["head"], group["subsidiaries"], group["worked"], group["active"]) == (id, 3, 3, 2)
            assert group["expand"] == (suggested == 1)
            with db.batch() as b:
                assert b.suggest_expansions(now) == suggested
    with db.snapshot() as now:
        [group] = now.penetration()["groups"]
        assert now[group["suggested"]]["account"] == id


def test_health_names_what_is_missing_and_what_stands_still(
    db: kith.Database,
) -> None:  # C24
    with db.batch() as b:
        deal = b.create("opportunity", name="D")
        b.move(deal, "default/qualified")
    with db.snapshot() as now:
        health = now.health()
    kinds = {gap["kind"]: gap["missing"] for gap in health["gaps"]}
    assert kinds["amounts"] == kinds["owners"] == 1
    assert kinds["resolved"] == 30
    assert health["stuck"] == []


def test_biases_are_measured(db: kith.Database) -> None:
    with db.batch() as b:
        rosy, fair = (b.create("employee", name=name) for name in ("Rosy", "Fair"))
        for owner, typed in ((rosy, 95), (fair, 50)):
            for i in range(20):
                b.effective(START)
                deal = b.create("opportunity", name=f"D{i}", owner=owner, rep_probability=typed)
                b.move(deal, "default/qualified")
                b.effective(START + dt.timedelta(days=10))
                b.move(deal, "default/won" if i % 2 else "default/lost")
    assert b.outcome is not None
    with db.snapshot() as now:
        found = {rep["owner"]: (rep["bias"], rep["deals"], round(rep["typed"], 9), rep["won"]) for rep in now.biases()}
    assert found == {b.outcome.id(rosy): ("happy_ears", 20, 0.95, 0.5), b.outcome.id(fair): ("none", 20, 0.5, 0.5)}


def test_strict_refuses_what_it_cannot_know(db: kith.Database) -> None:  # C09
    with db.batch() as b:
        deal = b.create("opportunity", name="D", amount=Money(1, "CNY"))
        b.move(deal, "default/qualified")
    with db.snapshot() as now:
        with pytest.raises(kith.FailedPreconditionError, match="NotEnoughData"):
            now.forecast("default", "next-quarter", strict=True)
        assert now.forecast("default", "next-quarter")["maturity"] == "learning"


def test_csv_import_reports_bad_rows(db: kith.Database, tmp_path: pathlib.Path) -> None:  # B22
    (tmp_path / "clients.csv").write_text("no,title,staff\n1,Acme,5\n2,,7\n3,Bad,many\n", encoding="utf-8")
    mapping = {
        "name": "clients",
        "files": [
            {
                "file": "clients.csv",
                "type": "account",
                "system": "clients",
                "key": "no",
                "columns": [{"column": "title", "field": "name"}, {"column": "staff", "field": "employees"}],
            }
        ],
    }
    calls: list[tuple[str, int, int]] = []

    def progress(file: str, done: int, total: int) -> bool:
        calls.append((file, done, total))
        return True

    report = db.import_csv(tmp_path, mapping, progress=progress)
    assert report["files"][0]["created"] == 1
    assert [(p["line"], p["column"], p["code"]) for p in report["problems"]] == [(3, "title", "Required"), (4, "staff", "WrongKind")]
    assert calls
    assert db.import_csv(tmp_path, mapping)["files"][0]["unchanged"] == 1

    def broken(file: str, done: int, total: int) -> bool:
        raise RuntimeError(file)

    with pytest.raises(RuntimeError, match=r"clients\.csv"):
        db.import_csv(tmp_path, mapping, progress=broken)


def test_cash_is_forecast_from_invoices_and_receipts(sales: kith.Database) -> None:  # C17, F10
    """A third of an invoice after ten days, the rest after forty."""
    first = dt.date(2024, 1, 2)
    with sales.batch() as b:
        for week in range(50):
            issued = first + dt.timedelta(weeks=week)
            invoice = b.create("invoice", status="issued", total=Money(30_000, "CNY"), date=issued, due=issued + dt.timedelta(days=30))
            for days, minor in ((10, 10_000), (40, 20_000)):
                b.create("receipt", invoice=invoice, date=issued + dt.timedelta(days=days), amount=Money(minor, "CNY"))
    then = dt.datetime(2024, 11, 1, tzinfo=dt.UTC) - dt.timedelta(microseconds=1)
    with sales.snapshot() as now:
        report = now.forecast("default", "2024-11", measure="cash", by="owner", as_of=then)
        backtest = now.backtest("default", "month", 3, measure="cash", as_of=then)
        gap = now.gap("default", "2024-10", collection=True, compare_with=3, as_of=then)
    assert report["measure"] == "cash"
    parts = [report[name]["mean"] for name in ("from_issued", "from_won", "from_open", "from_new")]
    assert report["total"]["mean"] == pytest.approx(report["closed"] + sum(parts))
    assert sum(part["total"]["mean"] for part in report["parts"]) == pytest.approx(report["total"]["mean"])
    collected = [point["actual"] for point in backtest["points"]]
    assert all(100_000 <= minor <= 150_000 for minor in collected)
    assert report["total"]["p10"] < 130_000 < report["total"]["p90"]
    assert {cause["driver"] for cause in gap["causes"]} >= {"collection", "backlog"}
    assert sum(cause["contribution"] for cause in gap["causes"]) == pytest.approx(gap["gap"])
    assert len(plots.waterfall(report).rows) == 6
    with sales.snapshot() as now, pytest.raises(kith.InvalidArgumentError, match="measure"):
        now.forecast("default", "2024-11", measure="profit")
