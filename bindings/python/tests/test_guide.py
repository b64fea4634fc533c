"""Stages that ask for something, and tracks beside the main one."""

from __future__ import annotations

import pytest

import kith

BUILD = {
    "name": "build",
    "for_type": "opportunity",
    "stages": [
        {
            "name": "design",
            "exit": [{"name": "budget", "condition": "budget != null", "mandatory": True}],
            "steps": [{"name": "drawing", "evidence": "note"}],
        },
        {"name": "built", "kind": "won"},
    ],
}
LEGAL = {"name": "legal", "for_type": "opportunity", "parallel": True, "stages": [{"name": "check"}, {"name": "cleared", "kind": "won"}]}


def test_criteria_steps_and_overrides() -> None:  # D04, D07, D09
    with kith.open(temporary=True) as db:
        with db.batch() as batch:
            batch.define_pipeline(BUILD)
            batch.define_pipeline(LEGAL)
        with db.batch() as batch:
            deal = batch.create("opportunity", name="House")
            batch.move(deal, "build/design")
            batch.move(deal, "legal/check")
        assert batch.outcome is not None
        house = batch.outcome.id(deal)
        with pytest.raises(kith.FailedPreconditionError) as refused, db.batch() as batch:
            batch.move(house, "build/built")
        assert refused.value.field == "budget"
        with db.snapshot() as now:
            main, legal = now.guide(house)["tracks"]
        assert [one["name"] for one in main["next"][0]["unmet"]] == ["budget", "drawing"]
        assert main["progress"] == 0
        assert legal["parallel"]
        with db.batch() as batch:
            note = batch.create("note", regarding=house, body="Drawing 3")
            batch.complete_step(house, "build/design/drawing", note)
            move = batch.override(house, "build/built", "paid in cash")
        assert batch.outcome is not None
        with db.snapshot() as now:
            assert now[batch.outcome.id(move)]["unmet"] == ["design/budget"]
            assert now.guide(house)["tracks"][0]["kind"] == "won"


def test_events_and_mining() -> None:  # C11
    selling = {
        "name": "selling",
        "for_type": "opportunity",
        "stages": [
            {"name": "need"},
            {"name": "offer", "events": [{"name": "quote sent", "of": "quote", "condition": "status == 'sent'"}]},
            {"name": "won", "kind": "won"},
        ],
    }
    with kith.open(temporary=True) as db:
        with db.batch() as batch:
            batch.define_pipeline(selling)
        with db.batch() as batch:
            deal = batch.create("opportunity", name="Deal")
            batch.move(deal, "selling/need")
        assert batch.outcome is not None
        deal_id = batch.outcome.id(deal)
        with db.batch() as batch:
            batch.create("quote", opportunity=deal_id, status="sent")
        with db.snapshot() as now:
            assert now.guide(deal_id)["tracks"][0]["stage_name"] == "offer"
            assert now.mine_stages("selling")["missing"] == 20
            replay = now.replay_stages([{"name": "offer", "activities": ["quote:sent"]}], "selling")
        assert replay["reached"] == [1]
        assert replay["unmapped"] == []
