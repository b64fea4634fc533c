"""The example of an analysis script, of a back office (R07): what was planted comes out."""

from __future__ import annotations

import datetime as dt
import pathlib
import subprocess
import sys

import pandas as pd

import kith
from kith import Money

EXAMPLE = pathlib.Path(__file__).parents[1] / "examples" / "analysis.py"
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
