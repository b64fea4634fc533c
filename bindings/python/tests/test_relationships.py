"""Relationships measured: ties, quantifications, warm paths, card and brief."""

from __future__ import annotations

import datetime as dt
import pathlib
from typing import Any

import igraph
import pytest

import kith
from kith import Money

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def people(db: kith.Database) -> dict[str, int]:
    """Ann knows Li, who decides a deal of Acme; Li knows Mo, whom none of us knows."""
    with db.batch() as batch:
        acme = batch.create("account", name="Acme")
        made: dict[str, Any] = {
            "ann": batch.create("employee", name="Ann"),
            "ben": batch.create("employee", name="Ben"),
            "acme": acme,
            "li": batch.create("contact", name="Li", account=acme),
            "mo": batch.create("contact", name="Mo", account=acme),
            "rival": batch.create("competitor", name="Rival"),
        }
        made["deal"] = batch.create(
            "opportunity", name="Pumps", account=acme, amount=Money(100_000, "CNY")
        )
        batch.create(
            "contact_role",
            contact=made["li"],
            opportunity=made["deal"],
            role="decision_maker",
            political="inner_circle",
        )
        batch.create(
            "deal_competitor", competitor=made["rival"], opportunity=made["deal"]
        )
        for days in range(4):
            at = NOW - dt.timedelta(days=days)
            fields: dict[str, Any] = {
                "employee": made["ann"],
                "contact": made["li"],
                "account": acme,
                "subject": f"talk {days}",
            }
            batch.create(
                "interaction", kind="meeting", direction="mutual", at=at, **fields
            )
        edge: dict[str, Any] = {"from": made["mo"], "to": made["li"], "strength": 0.5}
        batch.create("acquaintance", **edge)
    assert batch.outcome is not None
    outcome = batch.outcome
    return {name: outcome.id(local) for name, local in made.items()}


def test_a_tie_names_its_interactions(
    db: kith.Database, people: dict[str, int]
) -> None:
    with db.snapshot() as now:
        [tie] = now.ties(people["li"], as_of=NOW)
        assert (
            tie["employee"] == people["ann"]
            and tie["active"]
            and tie["coverage"] == "multiple"
        )
        assert len(tie["tie"]["contributions"]) == 4
        [fast] = now.ties(people["li"], as_of=NOW, contributions=False)
        assert (
            fast["tie"]["value"] == pytest.approx(tie["tie"]["value"])
            and "contributions" not in fast["tie"]
        )
        assert now.ties(people["li"], as_of=NOW - dt.timedelta(days=30)) == []


def test_a_map_is_read_back_as_the_same_graph(
    db: kith.Database, people: dict[str, int], tmp_path: pathlib.Path
) -> None:  # M14
    with db.batch() as batch:
        batch.create(
            "influence", contact=people["mo"], on=people["li"], strength=0.4
        )
        batch.set(people["mo"], reports_to=people["li"], name='Mo "<&>" 莫')
    with db.snapshot() as now:
        drawn = now.relation_map(people["acme"], as_of=NOW)
        text = now.relation_graphml(people["acme"], as_of=NOW)
        deal = now.relation_map(people["deal"], as_of=NOW)
    file = tmp_path / "acme.graphml"
    file.write_text(text, encoding="utf-8")
    read = igraph.Graph.Read_GraphML(str(file))
    nodes = {str(node["record"]): node for node in drawn["nodes"]}
    assert set(read.vs["id"]) == set(nodes) and len(nodes) == 3
    for vertex in read.vs:
        node = nodes[vertex["id"]]
        assert vertex["name"] == node["name"]
        if not node["ours"]:
            assert vertex["stance"] == node["stance"]
            assert vertex["roles"].split() == node["roles"]
    as_told = sorted(
        (
            edge["from"],
            edge["to"],
            edge["kind"],
            edge["strength"],
            " ".join(map(str, edge["evidence"])),
        )
        for edge in drawn["edges"]
    )
    ids = read.vs["id"]
    as_read = sorted(
        (
            int(ids[edge.source]),
            int(ids[edge.target]),
            edge["kind"],
            edge["strength"],
            edge["evidence"],
        )
        for edge in read.es
    )
    assert as_read == as_told
    kinds = [edge["kind"] for edge in drawn["edges"]]
    assert sorted(kinds) == ["influences", "knows", "reports_to", "tie"]
    assert all(edge["evidence"] for edge in drawn["edges"])
    [li] = [node for node in deal["nodes"] if not node["ours"]]
    assert li["roles"] == ["decision_maker"] and li["weight"] > 0


def test_what_is_late_of_a_delivery(db: kith.Database, people: dict[str, int]) -> None:  # K09
    due = NOW.date() - dt.timedelta(days=9)
    with db.batch() as batch:
        batch.set(people["deal"], account=people["acme"])
        milestones = [batch.create("milestone", opportunity=people["deal"], name=name, due=due) for name in ("Install", "Train")]
        batch.set(milestones[1], done_on=due + dt.timedelta(days=2))
    assert batch.outcome is not None
    late, done = (batch.outcome.id(milestone) for milestone in milestones)
    with db.snapshot() as now:
        for about in ("deal", "acme"):
            slips = now.relation(None, people[about], as_of=NOW)["slips"]
            assert [(slip["milestone"], slip["days_late"], slip["done"]) for slip in slips] == [
                (late, 9, None),
                (done, 2, due + dt.timedelta(days=2)),
            ]
            assert {(slip["deal"], slip["due"]) for slip in slips} == {(people["deal"], due)}
            assert now.relation(None, people[about], as_of=NOW - dt.timedelta(days=9))["slips"] == []
        lines = [line for line in now.card(people["acme"], as_of=NOW) if line["kind"] == "slip"]
        assert [(line["record"], line["choice"], line["value"]) for line in lines] == [(late, "open", 9), (done, "done", 2)]
        assert {entry["record"] for entry in now.timeline(people["acme"], kinds=["milestone"])} == {late, done}


def test_the_six_quantifications(db: kith.Database, people: dict[str, int]) -> None:  # A13
    with db.snapshot() as now:

        def of(subject: str | None, object: str | None, **more: Any) -> dict[str, Any]:
            return now.relation(
                people[subject] if subject else None,
                people[object] if object else None,
                as_of=NOW,
                **more,
            )

        person = of(None, "li")
        assert person["which"] == "key_person" and person["score"]["value"] > 50
        assert person["suggestions"][0]["step"] == "solution"
        chain = of(None, "deal")
        assert chain["which"] == "decision_chain" and chain["chain"]["missing"] == [
            "technical",
            "user",
        ]
        assert [other["competitor"] for other in chain["against"]] == [
            people["rival"]
        ] and chain["against"][0]["lead"] > 0
        assert of("rival", "deal")["against"][0]["lead"] == pytest.approx(
            chain["against"][0]["lead"]
        )
        account = of(None, "acme", trend_months=2)
        assert (
            account["which"] == "account"
            and account["account"]["single_thread"] == people["ann"]
            and account["trend"] > 0
        )
        assert account["suggestions"][0]["record"] == people["mo"]
        employee = of("ann", None)
        assert employee["which"] == "employee" and [
            one["contact"] for one in employee["hand_over"]
        ] == [people["li"]]
        company = of(None, None)
        assert company["which"] == "company" and company["concentration"] == 1
        assert of("rival", None)["which"] == "competitor"
        assert of(None, "li", suggestions=1)["suggestions"] == person["suggestions"][:1]
        with pytest.raises(kith.Error, match="no relations"):
            of("acme", None)


def test_capital_is_money(db: kith.Database, people: dict[str, int]) -> None:
    pipeline = {
        "name": "sales",
        "for_type": "opportunity",
        "stages": [
            {"name": "talk", "kind": "open"},
            {"name": "won", "kind": "won"},
            {"name": "lost", "kind": "lost"},
        ],
    }
    with db.batch() as batch:
        batch.define_pipeline(pipeline)
    with db.batch() as batch:
        batch.move(people["deal"], "sales/talk")
    with db.snapshot() as now:
        [amount] = now.relation(None, people["deal"], as_of=dt.datetime.now(dt.UTC))[
            "capital"
        ]
        assert amount.currency == "CNY" and 0 < amount.minor < 100_000
        assert now.relation(None, people["deal"], capital=False)["capital"] == []


def test_introductions_name_each_hop(db: kith.Database, people: dict[str, int]) -> None:
    with db.snapshot() as now:
        [path] = now.introductions(people["mo"], as_of=NOW)
        assert [(hop["from"], hop["to"], hop["kind"]) for hop in path["hops"]] == [
            (people["ann"], people["li"], "tie"),
            (people["li"], people["mo"], "knows"),
        ]
        assert path["value"] == pytest.approx(0.8 * path["hops"][0]["strength"] * 0.5)
        assert now.introductions(people["mo"], start=people["ben"], as_of=NOW) == []
        assert now.introductions(people["mo"], hops=1, as_of=NOW) == []
        with pytest.raises(kith.Error, match="one of ours"):
            now.introductions(people["mo"], start=people["li"])


def test_card_and_brief_cite_records(db: kith.Database, people: dict[str, int]) -> None:
    with db.snapshot() as now:
        brief = now.brief(people["li"])
        assert all(now[line["record"]] for line in brief)
        kinds = [line["kind"] for line in brief]
        assert kinds[:5] == ["name", "account", "closeness", "tie", "stance"]
        [role] = [line for line in brief if line["kind"] == "role"]
        assert (role["record"], role["choice"], role["amount"]) == (
            people["deal"],
            "decision_maker",
            Money(100_000, "CNY"),
        )
        touches = [
            line["text"]
            for line in now.card(people["li"], each=2)
            if line["kind"] == "last_touch"
        ]
        assert touches == ["talk 0", "talk 1"]
        assert [
            line["record"]
            for line in now.card(people["acme"])
            if line["kind"] == "person"
        ] == [people["li"], people["mo"]]
        with pytest.raises(kith.Error):
            now.brief(people["acme"])


def test_relations_act_on_chances_as_far_as_outcomes_show_it(
    db: kith.Database,
) -> None:  # C23
    start = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
    open_deals: dict[str, Any] = {}
    with db.batch() as batch:
        rival = batch.create("competitor", name="Rival")
        for i in range(80):
            is_open, well_known = i >= 60, i % 2 == 0
            at = start + dt.timedelta(days=5 * i if not is_open else 350)
            batch.effective(at)
            contact = batch.create("contact", name="Li")
            deal = batch.create(
                "opportunity", name="Deal", amount=Money(100_000, "CNY")
            )
            for role in ("decision_maker", "technical", "user"):
                batch.create(
                    "contact_role", contact=contact, opportunity=deal, role=role
                )
            batch.create("deal_competitor", competitor=rival, opportunity=deal)
            said: dict[str, Any] = {
                "dimension": "solution",
                "source": "document",
                "at": at,
            }
            batch.create(
                "evidence", subject=contact, value=0.8 if well_known else -0.8, **said
            )
            batch.create(
                "evidence",
                subject=contact,
                party=rival,
                value=-0.8 if well_known else 0.8,
                **said,
            )
            batch.move(deal, "default/qualified")
            if is_open:
                open_deals.setdefault("known" if well_known else "unknown", deal)
                continue
            batch.effective(at + dt.timedelta(days=20))
            batch.move(deal, "default/won" if well_known else "default/lost")
    assert batch.outcome is not None
    ids = {name: batch.outcome.id(local) for name, local in open_deals.items()}
    with db.snapshot() as now:
        asked: dict[str, Any] = {"as_of": start + dt.timedelta(days=355)}
        plain = {
            deal["id"]: deal
            for deal in now.forecast("default", "2026-Q1", **asked)["deals"]
        }
        report = now.forecast("default", "2026-Q1", relations=True, **asked)
        deals = {deal["id"]: deal for deal in report["deals"]}
    assert plain[ids["known"]]["win_ever"] == pytest.approx(
        plain[ids["unknown"]]["win_ever"], abs=0.02
    )
    assert deals[ids["known"]]["win_ever"] > plain[ids["known"]]["win_ever"] + 0.1
    assert deals[ids["unknown"]]["win_ever"] < plain[ids["unknown"]]["win_ever"] - 0.1
    assert deals[ids["known"]]["contributions"]["relations"] > 0
    assert "relations" in deals[ids["known"]]["reason"]
    assert [effect["name"] for effect in report["effects"]] == [
        "lead",
        "closeness",
        "head_to_head",
    ]


def test_who_is_likely_to_buy(db: kith.Database) -> None:  # J03
    with db.batch() as batch:
        rep, other = (
            batch.create("employee", name="Ann"),
            batch.create("employee", name="Ben"),
        )
        accounts = [
            batch.create("account", name=f"Customer {i}", owner=rep if i % 3 else other)
            for i in range(60)
        ]
        for i, account in enumerate(accounts):
            for month in range(18):
                if i % 2 and month > 2:
                    continue
                batch.effective(NOW - dt.timedelta(days=30 * (18 - month) - i % 7))
                deal = batch.create(
                    "opportunity",
                    name="Deal",
                    account=account,
                    amount=Money(1_000, "CNY"),
                )
                batch.move(deal, "default/won")
    assert batch.outcome is not None
    ids = [batch.outcome.id(account) for account in accounts]
    with db.snapshot() as now:
        report = now.rank_buyers(horizon_days=60, as_of=NOW)
        mine = now.rank_buyers(
            batch.outcome.id(rep), horizon_days=60, limit=5, as_of=NOW
        )
        with pytest.raises(kith.Error, match="horizon"):
            now.rank_buyers(horizon_days=0)
    assert report["verdict"] == "skill"
    assert report["trial"]["auc"] > 0.9
    assert {ids.index(buyer["customer"]) % 2 for buyer in report["buyers"][:30]} == {0}
    assert report["buyers"][0]["chance"] > 0.8
    assert report["buyers"][-1]["chance"] < 0.2
    assert report["buyers"][0]["reasons"][0]["feature"] == "habit"
    assert len(mine["buyers"]) == 5
    assert all(ids.index(buyer["customer"]) % 3 for buyer in mine["buyers"])


def test_a_deal_has_an_action_line(
    db: kith.Database, people: dict[str, int]
) -> None:  # O09 O10 O12 M10
    deal = people["deal"]
    with db.snapshot() as now, db.batch() as batch:
        asked = now.four_questions(deal, as_of=NOW)
        line = now.action_line(deal, as_of=NOW)
        advice = now.relation(None, deal, as_of=NOW)["suggestions"]
        planned = batch.plan_actions(now, deal)
    assert asked["win"]["value"] > 0
    assert asked["no_go"] == []
    assert [step["step"] for step in line["steps"]] == [
        "assess",
        "analyse",
        "compete",
        "relate",
        "execute",
    ]
    assert line["missing"] == ["technical", "user"]
    assert [rival["competitor"] for rival in line["rivals"]] == [people["rival"]]
    assert advice[0]["record"] == people["li"]
    assert advice[0]["way"]["hops"][0]["from"] == people["ann"]
    assert planned == sum(len(step["actions"]) for step in line["steps"])
    with db.snapshot() as now, db.batch() as batch:
        assert batch.plan_actions(now, deal) == 0


def test_what_winners_have_and_why_deals_are_lost(db: kith.Database) -> None:  # O11 C23
    with db.batch() as batch:
        for i in range(60):
            deal = batch.create(
                "opportunity",
                name="Deal",
                amount=Money(1_000, "CNY"),
                segment="enterprise" if i % 2 else "consumer",
            )
            batch.move(deal, "default/qualified")
            won = i % 2 == 1 and i % 10 != 1
            batch.move(deal, "default/won" if won else "default/lost")
            if not won:
                batch.set(deal, loss_reason="relationship" if i % 3 else "price")
    with db.snapshot() as now:
        report = now.winning()
    assert (report["won"], report["lost"]) == (24, 36)
    best = next(
        feature
        for feature in report["features"]
        if feature["name"] == "segment=enterprise"
    )
    assert best["told"]
    assert best["lift"] == pytest.approx(2)
    assert {loss["reason"]: loss["deals"] for loss in report["losses"]} == {
        "relationship": 24,
        "price": 12,
    }
    assert report["losses"][0]["amount"] == [Money(24_000, "CNY")]
