"""What an analyst asks on Monday, in pandas, with two pictures: `pip install kith pandas pyarrow`, then `python analysis.py crm.kith OUT`.

What changed among the open deals in a week, how deals of each size went, the quarter's forecast, and whether to believe it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import pathlib

import pandas as pd

import kith
from kith import plots

OPEN = {"from": "opportunity", "where": "stage.kind == 'open'", "select": ["id", "name", "stage.name", "amount", "close_date"]}


def week(now: kith.Snapshot, since: dt.datetime) -> pd.DataFrame:
    """Open deals that came, went, moved or changed their amount, as known at `since` and now."""
    before = now.query(OPEN, effective=since, recorded=since).to_pandas()
    after = now.query(OPEN).to_pandas()
    both = before.merge(after, on="id", how="outer", suffixes=(" before", ""), indicator="what")
    both["what"] = both["what"].map({"left_only": "closed", "right_only": "new", "both": "changed"}).astype(str)
    same = (both["stage.name before"] == both["stage.name"]) & (both["amount before"] == both["amount"])
    return both[~same].sort_values("amount", ascending=False)


def by_size(now: kith.Snapshot, classes: int = 3) -> pd.DataFrame:
    """Closed deals by size: how many, how many of them won, how long they took."""
    closed = {"from": "opportunity", "where": "stage.kind != 'open' && amount != null", "select": ["amount", "stage.kind", "created", "closed_at"]}
    deals = now.query(closed).to_pandas()
    deals["size"] = pd.qcut(deals["amount"].astype(float).rank(method="first"), classes, labels=False)
    deals["won"] = deals["stage.kind"] == "won"
    deals["days"] = (deals["closed_at"] - deals["created"]).dt.total_seconds() / 86_400
    return deals.groupby("size").agg(largest=("amount", "max"), deals=("won", "size"), won=("won", "mean"), days=("days", "median"))


def main() -> None:
    parser = argparse.ArgumentParser(description="Monday's numbers")
    parser.add_argument("database")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--pipeline", default="default")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with kith.open(given.database, read_only=True) as db, db.snapshot() as now:
        changed = week(now, dt.datetime.now(dt.UTC) - dt.timedelta(days=7))
        changed.to_csv(given.out / "week.csv", index=False)
        by_size(now).to_csv(given.out / "by_size.csv")
        quarter = now.forecast(given.pipeline, "this-quarter", learn_from=4)
        past = now.backtest(given.pipeline, "quarter", 4)
        plots.funnel(now.funnel(given.pipeline)).save(given.out / "funnel.svg")
        plots.waterfall(quarter).save(given.out / "quarter.svg")
    print(f"{len(changed)} open deals changed in a week")
    print(quarter)
    print(f"intervals of 80 % held {past['coverage80']:.0%} of {len(past['points'])} past quarters")


if __name__ == "__main__":
    main()
