"""What each post in sales asks of a CRM, one function a skill: `python posts.py crm.kith --pool north`.

Everybody: locate customers, build a team, plan, operate and evaluate, ask the four questions. The front line: cultivate relations. IT:
process, delivery, assets. The executive's summary is executive.py. Writes what it plans and hands out, once.
"""

from __future__ import annotations

import argparse
import pathlib
from typing import Any

import kith

OPEN = {"from": "opportunity", "where": "stage.kind == 'open' && account != null", "select": ["id", "account", "owner"], "order": ["-amount", "id"]}


def locate(now: kith.Snapshot) -> list[str]:
    """Who is likely to buy next, learnt from who bought before; groups of companies where a word with the head is due."""
    found = [f"{now[one['customer']]['name']} buys within the quarter with a chance of {one['chance']:.0%}" for one in now.rank_buyers(limit=3)["buyers"]]
    return found + [f"a word with the head of {now[group['head']]['name']}" for group in now.penetration()["groups"] if group["expand"]]


def build_team(db: kith.Database, pool: str) -> list[str]:
    """Leads of a pool handed out with a reason, and each one's part beside the team."""
    with db.snapshot() as now, db.batch(reason="the week's leads") as batch:
        given = batch.assign(now, pool)
    with db.snapshot() as now:
        told = [f"{now[one['record']]['name']} goes to {now[one['owner']]['name']}: {one['reason']}" for one in given if one["owner"]]
        cards = now.scorecards(now.main_pipeline())["reps"]
        return told + [f"{now[c['owner']]['name']}: {c['funnel']['won']} won, {c['activity']['interactions']} talks" for c in cards if c["owner"]]


def plan(db: kith.Database, deal: int) -> list[str]:
    """The five steps of winning a deal become its tasks."""
    with db.snapshot() as now, db.batch(reason="the plan of a deal") as batch:
        changed = batch.plan_actions(now, deal)
    with db.snapshot() as now:
        steps = now.action_line(deal)["steps"]
        return [f"{changed} tasks changed", *(f"{step['step']}: {step['state']}, {len(step['actions'])} to do" for step in steps)]


def operate(now: kith.Snapshot, rep: int) -> list[str]:
    """What comes first this morning, and why."""
    return [f"{item['kind']} {item['name']}: {item['reasons'][0]['reason']}" for item in now.worklist(rep, limit=5)["items"]]


def evaluate(now: kith.Snapshot, account: int) -> list[str]:
    """How we stand with an account, where that goes, what winners have that others lack."""
    told = now.relation(None, account, trend_months=6)
    wins = [feature["feature"] for feature in now.winning(now.main_pipeline())["features"] if feature["told"]]
    return [f"{now[account]['name']}: {told['score']['value']:.0f} of 100 ({told['light']}), {told['trend']:+.1f} a month", *wins]


def four_questions(now: kith.Snapshot, deal: int) -> list[str]:
    """Is there an opportunity, can we compete, can we win, is it worth it."""
    asked: dict[str, Any] = now.four_questions(deal)
    return [f"{name}: {asked[name]['value']:+.1f}, {asked[name]['confidence']:.0%} sure" for name in ("opportunity", "compete", "win", "worth")]


def cultivate(now: kith.Snapshot, account: int) -> list[str]:
    """Whom to get to know better, what it would give, and who of us can introduce us."""
    told = []
    for step in now.relation(None, account, suggestions=3)["suggestions"]:
        ways = now.introductions(step["record"], count=1)
        by = f" through {now[ways[0]['hops'][0]['from']]['name']}" if ways else ""
        told.append(f"{now[step['record']]['name']}: {step['step']} gains {step['gain']:.1f}{by}")
    return told


def process(now: kith.Snapshot, deal: int) -> list[str]:
    """Where a deal stands, what its stage still asks for and suggests."""
    [track, *_] = now.guide(deal)["tracks"]
    return [f"{now[track['stage']]['name']} of {now[track['pipeline']]['name']}", *(action["name"] for action in track["actions"])]


def deliver(now: kith.Snapshot, account: int) -> list[str]:
    """What is late of what we promised a customer after the contract."""
    return [f"{slip['name']} is {slip['days_late']} days late" for slip in now.relation(None, account)["slips"] if not slip["done"]]


def assets(db: kith.Database, path: pathlib.Path) -> list[str]:
    """All that the company knows, with its history, as a file of its own."""
    db.export_jsonl(path, history=True)
    return [f"{path.stat().st_size} bytes in {path.name}"]


def main() -> None:
    parser = argparse.ArgumentParser(description="What each post asks")
    parser.add_argument("database", type=pathlib.Path)
    parser.add_argument("--pool", default="north")
    given = parser.parse_args()
    with kith.open(given.database) as db:
        with db.snapshot() as now:
            deal = next(iter(now.query(OPEN)))
        sections = {"build_team": build_team(db, given.pool), "plan": plan(db, deal["id"])}
        sections["assets"] = assets(db, given.database.with_suffix(".jsonl"))
        with db.snapshot() as now:
            sections |= {"locate": locate(now), "operate": operate(now, deal["owner"]), "evaluate": evaluate(now, deal["account"])}
            sections |= {"four_questions": four_questions(now, deal["id"]), "cultivate": cultivate(now, deal["account"])}
            sections |= {"process": process(now, deal["id"]), "deliver": deliver(now, deal["account"])}
    for name, lines in sections.items():
        print(name, *(f"  {line}" for line in lines), sep="\n")


if __name__ == "__main__":
    main()
