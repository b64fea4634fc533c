"""Exports as other systems gave them, imported and asked for the funnel. What is known of them was counted with other tools."""

from __future__ import annotations

import os
import pathlib
import shutil

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
