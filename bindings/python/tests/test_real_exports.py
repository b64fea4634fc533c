"""Exports as other systems gave them, imported and asked for the funnel. What is known of them was counted with other tools."""

from __future__ import annotations

import csv
import os
import pathlib
import shutil
from datetime import datetime

import pytest

import kith

DATA = pathlib.Path(os.environ.get("KITH_SHARED_DATA") or "nowhere")
MAVEN = DATA / "maven_crm"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="needs the folder of real data (KITH_SHARED_DATA)")
WON, LOST, ENGAGED, REPS = 4238, 2473, 1589, 30  # of 8,800 deals


def test_a_folder_by_the_preset_that_fits_it(db: kith.Database) -> None:  # C03
    run = db.import_path(MAVEN)
    assert run is not None
    assert run.rejected == 0
    with db.snapshot() as now:
        funnel = now.funnel("maven")
        reps = now.reps("maven")
    stages = {stage["name"]: stage for stage in funnel["stages"]}
    assert (funnel["won"], funnel["lost"], stages["engaging"]["open"]) == (WON, LOST, ENGAGED)
    rate = stages["engaging"]["rate"]
    assert rate["low"] < WON / (WON + LOST) < rate["high"]
    assert len(reps) == REPS
    db.undo(run)
    with db.snapshot() as now:
        assert list(now.scan("opportunity")) == []


def test_a_marketing_funnel_by_its_preset(db: kith.Database) -> None:
    with (DATA / "olist" / "olist_marketing_qualified_leads_dataset.csv").open() as file:
        began = {row["mql_id"]: datetime.strptime(row["first_contact_date"], "%d-%m-%Y") for row in csv.DictReader(file)}
    with (DATA / "olist" / "olist_closed_deals_dataset.csv").open() as file:
        closed = list(csv.DictReader(file))
    # One deal was won before the first contact: then what came last is that it was qualified.
    won = sum(datetime.strptime(row["won_date"], "%d-%m-%Y %H:%M") >= began[row["mql_id"]] for row in closed)
    run = db.import_path(DATA / "olist")
    assert run is not None
    assert run.rejected == 0
    with db.snapshot() as now:
        funnel = now.funnel("olist")
        owners = {owner for (owner,) in now.tuples("opportunity", "owner")} - {None}
    stages = {stage["name"]: stage for stage in funnel["stages"]}
    assert (funnel["won"], funnel["lost"], stages["qualified"]["open"]) == (won, 0, len(began) - won)
    assert len(owners) == len({row["sr_id"] for row in closed})


def test_invoices_by_their_preset(db: kith.Database) -> None:
    with (DATA / "collections" / "accounts_receivable.csv").open() as file:
        rows = list(csv.DictReader(file))
    run = db.import_path(DATA / "collections")
    assert run is not None
    assert run.rejected == 0
    with db.snapshot() as now:
        invoices = list(now.tuples("invoice", "total", "days_late", "disputed"))
        still_open = [left for (left,) in now.tuples("invoice", "open")]
        assert len(list(now.scan("account"))) == len({row["customerID"] for row in rows})
    assert len(invoices) == len(rows)
    assert sum(total.minor for total, _, _ in invoices) == sum(round(float(row["InvoiceAmount"]) * 100) for row in rows)
    assert sum(left.minor for left in still_open) == sum(0 if row["SettledDate"] else round(float(row["InvoiceAmount"]) * 100) for row in rows)
    assert sum(late for _, late, _ in invoices) == sum(int(row["DaysLate"]) for row in rows)
    assert sum(disputed for _, _, disputed in invoices) == sum(row["Disputed"] == "Yes" for row in rows)
    again = db.import_path(DATA / "collections")
    assert again is not None
    assert [(file["created"], file["changed"]) for file in again.report["files"]] == [(0, 0)] * 3


def test_its_deals_alone_by_what_the_headers_say(db: kith.Database, tmp_path: pathlib.Path) -> None:
    shutil.copy(MAVEN / "sales_pipeline.csv", tmp_path)
    run = db.import_path(tmp_path / "sales_pipeline.csv")
    assert run is not None
    assert run.rejected == 0
    with db.snapshot() as now:
        [added] = [pipeline["name"] for pipeline in now.pipelines() if pipeline["name"] != "default"]
        funnel = now.funnel(added)
        owners = {owner for (owner,) in now.tuples("opportunity", "owner")}
    assert (funnel["won"], funnel["lost"], len(owners)) == (WON, LOST, REPS)
