"""Relationships measured: ties, the six quantifications, warm paths, card and brief of a customer; who is likely to buy."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, TypeAlias

from kith import _kith
from kith.values import Money, question_json

if TYPE_CHECKING:
    from kith.snapshot import Snapshot

Json: TypeAlias = dict[str, Any]


class Relationships:
    """The part of a snapshot that measures relationships.

    `as_of`: what happened later counts nothing; without it, the snapshot's recorded time. `recorded`: as was known then. A score is a dict
    of `value`, `confidence`, `low`, `high` and, unless left out, `contributions`: the records behind it, weightiest first.
    """

    def _open(self) -> _kith.Snapshot:
        raise NotImplementedError

    def ties(
        self,
        person: int,
        *,
        contributions: bool = True,
        as_of: dt.datetime | None = None,
        recorded: dt.datetime | None = None,
    ) -> list[Json]:
        """Who of us has a tie to a person, strongest first: `employee`, `active`, `coverage`, `tie` (a score in 0 to 1).

        >>> import datetime, kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         ann = batch.create("employee", name="Ann")
        ...         li = batch.create("contact", name="Li")
        ...         now = datetime.datetime.now(datetime.UTC)
        ...         _ = batch.create("interaction", kind="meeting", direction="mutual", at=now, employee=ann, contact=li)
        ...     with db.snapshot() as now:
        ...         [tie] = now.ties(batch.outcome.id(li))
        ...         print(now[tie["employee"]]["name"], round(tie["tie"]["value"], 2), tie["coverage"])
        Ann 0.39 brief
        """
        found: list[Json] = json.loads(
            self._open().ties(
                person,
                question_json(
                    contributions=contributions, as_of=as_of, recorded=recorded
                ),
            )
        )
        return found

    def relation(
        self,
        subject: int | None = None,
        object: int | None = None,
        *,
        as_of: dt.datetime | None = None,
        recorded: dt.datetime | None = None,
        contributions: bool = True,
        capital: bool = True,
        effect: float | None = None,
        suggestions: int | None = None,
        trend_months: int | None = None,
        ways: bool = True,
    ) -> Json:
        """One of the six quantifications, by whose relations (`subject`) to what (`object`).

        `subject`: None for us, one of ours, a team or a competitor. `object`: a person ("key_person"), a deal ("decision_chain"), an account
        ("account"), or None for everything ("employee", "company" or "competitor"). Always: `which`, `score` (0 to 100), `light`, `against`,
        `capital` (Money, one a currency), `suggestions`, `slips`; and of each its own part. A slip is a milestone of a deal's or an account's
        delivery that is late or was done late: `milestone`, `deal`, `name`, `due`, `done` (None: not yet), `days_late`. A suggestion is what would help most: `record` (whom to
        win over or meet), `step` ("solution", "price", "closeness": what to talk about; "hand_over"), `gain` (points), `reach`, and `way`, the
        best introduction to them (as of `introductions`; not with `recorded`, nor when `ways` is False).
        """
        question = question_json(
            as_of=as_of,
            recorded=recorded,
            contributions=contributions,
            capital=capital,
            effect=effect,
            suggestions=suggestions,
            trend_months=trend_months,
            ways=ways,
        )
        report: Json = json.loads(
            self._open().relation(subject or 0, object or 0, question)
        )
        for slip in report["slips"]:
            slip["due"] = dt.date.fromisoformat(slip["due"])
            slip["done"] = slip["done"] and dt.date.fromisoformat(slip["done"])
        report["capital"] = [
            Money(amount["minor"], amount["currency"]) for amount in report["capital"]
        ]
        return report

    def introductions(
        self,
        target: int,
        *,
        start: int | None = None,
        count: int | None = None,
        hops: int | None = None,
        damping: float | None = None,
        colleague: float | None = None,
        as_of: dt.datetime | None = None,
    ) -> list[Json]:
        """The best ways to be introduced to a person, from `start` or from whoever of us is nearest: `value`, and `hops` from ours to them.

        A hop has `from`, `to`, `kind` ("tie", "knows", "colleague"; "shared": an acquaintance of which no more may be told), `strength` and, of
        an acquaintance, its `record`.
        """
        question = question_json(
            **{"from": start},
            count=count,
            hops=hops,
            damping=damping,
            colleague=colleague,
            as_of=as_of,
        )
        found: list[Json] = json.loads(self._open().introductions(target, question))
        return found

    def relation_map(
        self,
        object: int | None = None,
        *,
        party: int | None = None,
        as_of: dt.datetime | None = None,
        recorded: dt.datetime | None = None,
        most: int | None = None,
    ) -> Json:
        """The people in a deal, of an account, or (None) of all accounts as a graph to be drawn: `nodes` and `edges`.

        A node has `record`, `type`, `name`, `ours`; a person's also `roles`, `veto`, `approve`, `stance` (-1 to 1, as `party` sees it, None
        for us), `confidence`, `closeness`, `light`, as far as known `title`, `level`, `tier`, `political`, and in a deal `weight` and
        `influence`. An edge has `from`, `to`, `kind` ("reports_to", "dotted_line", "influences", "knows", "tie"), `strength` and `evidence`:
        the ids of the records that it rests on. A map of more than `most` people (10,000) is refused.
        `relation_graphml` gives the same as a file for programs that draw graphs.
        """
        question = question_json(party=party, as_of=as_of, recorded=recorded, most=most)
        drawn: Json = json.loads(self._open().relation_map(object or 0, question))
        return drawn

    def relation_graphml(
        self,
        object: int | None = None,
        *,
        party: int | None = None,
        as_of: dt.datetime | None = None,
        recorded: dt.datetime | None = None,
        most: int | None = None,
    ) -> str:
        """What `relation_map` gives, in GraphML: for yEd, Gephi, Cytoscape, igraph and NetworkX."""
        question = question_json(
            form="graphml",
            party=party,
            as_of=as_of,
            recorded=recorded,
            most=most,
        )
        return self._open().relation_map(object or 0, question)

    def card(
        self,
        customer: int,
        *,
        each: int | None = None,
        as_of: dt.datetime | None = None,
        context: bool | None = None,
        channel: str | None = None,
    ) -> list[Json]:
        """A person's or an account's card: lines with `kind`, `record` and what they tell (`text`, `choice`, `value`, `amount`, `at`).

        With `context` also the language, the channels they consented to, whether they want no contact (on `channel`), and the scenario:
        what to do now.
        """
        question = question_json(
            each=each, as_of=as_of, context=context, channel=channel
        )
        return _lines(self._open().card(customer, question))

    def brief(
        self,
        person: int,
        *,
        each: int | None = None,
        as_of: dt.datetime | None = None,
        context: bool | None = None,
        channel: str | None = None,
    ) -> list[Json]:
        """What to know before calling a person: their card with the deals, issues, slips and documents of their account."""
        question = question_json(
            each=each, as_of=as_of, context=context, channel=channel
        )
        return _lines(self._open().brief(person, question))

    def four_questions(
        self,
        deal: int,
        party: int | None = None,
        *,
        as_of: dt.datetime | None = None,
        recorded: dt.datetime | None = None,
    ) -> Json:
        """Is there an `opportunity`, can we `compete`, can we `win`, is it `worth` it (四问); as we or another party sees it.

        Each is a dict of `value` (-1 to 1), `confidence` and `criteria`; what is unknown lowers the confidence. `no_go`: those that say no.
        """
        question = question_json(as_of=as_of, recorded=recorded)
        asked: Json = json.loads(
            self._open().four_questions(deal, party or 0, question)
        )
        return asked

    def action_line(
        self,
        deal: int,
        *,
        as_of: dt.datetime | None = None,
        recorded: dt.datetime | None = None,
    ) -> Json:
        """The five steps of winning a deal (赢单五步法) with what is to be done now: `questions`, `missing` roles, `rivals`, `steps`.

        A step has `step`, `state` ("open", "begun", "done"), how much is `known` of what it `asked`, and `actions`: `key`, `kind`, `done` and,
        as far as it has them, `about`, `choice`, `gain`, `way`, `task`. `Batch.plan_actions` makes the deal's tasks follow.
        """
        question = question_json(as_of=as_of, recorded=recorded)
        line: Json = json.loads(self._open().action_line(deal, question))
        return line

    def rank_buyers(
        self,
        rep: int | None = None,
        *,
        horizon_days: int | None = None,
        limit: int | None = None,
        moments: int | None = None,
        level: float | None = None,
        as_of: dt.datetime | None = None,
    ) -> Json:
        """Which customers of a rep, or of all, are likely to buy within a horizon of 90 days or so many; learnt from the own past.

        `verdict`: "skill", "no_skill" (the ranking was tried on the past and is no better than chance) or "too_little". `trial`: how good it
        was: `auc`, `lift` of the best tenth. `buyers`: `customer`, `chance`, `low`, `high`, `reasons`, likeliest first, `limit` at most.
        """
        question = question_json(
            horizon_days=horizon_days,
            limit=limit,
            moments=moments,
            level=level,
            as_of=as_of,
        )
        report: Json = json.loads(self._open().rank_buyers(rep or 0, question))
        return report

    def winning(
        self,
        pipeline: str = "default",
        *,
        since: dt.datetime | None = None,
        as_of: dt.datetime | None = None,
        fewest: int | None = None,
        level: float | None = None,
    ) -> Json:
        """What deals that were won have and others lack (`features`), and why deals were lost (`losses`), over the closed deals of a pipeline.

        A feature has `lift`, P(won | it) over P(won), with `low` and `high`, and is `told` where it stands out among all. A loss has `reason`,
        `deals`, `late` (how many of them from the last stages), `share` and `amount` (Money, one a currency).
        """
        question = question_json(since=since, as_of=as_of, fewest=fewest, level=level)
        report: Json = json.loads(self._open().winning(pipeline, question))
        for loss in report["losses"]:
            loss["amount"] = [
                Money(amount["minor"], amount["currency"]) for amount in loss["amount"]
            ]
        return report


class Planning:
    """The part of a batch that plans: tasks that follow a deal's action line, deals with the heads of groups."""

    _handle: _kith.Batch

    def plan_actions(self, now: Snapshot, deal: int) -> int:
        """Makes the deal's open tasks those of `Snapshot.action_line`; tasks that are done stay. Returns how many are made, reopened, cancelled.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         deal = batch.create("opportunity", name="Pumps")
        ...     deal = batch.outcome.id(deal)
        ...     with db.snapshot() as now, db.batch() as batch:
        ...         print(batch.plan_actions(now, deal))
        ...     with db.snapshot() as now:
        ...         actions = now.action_line(deal)["steps"][1]["actions"]
        ...         print(actions[0]["kind"], actions[0]["choice"], now[actions[0]["task"]]["subject"])
        9
        find decision_maker find: decision_maker
        """
        return self._handle.plan_actions(now._open(), deal)

    def suggest_expansions(
        self,
        now: Snapshot,
        pipeline: str = "default",
        *,
        relation: str | None = None,
        threshold: float | None = None,
        fewest: int | None = None,
        active_days: int | None = None,
    ) -> int:
        """Adds a deal with the head of each group that `Snapshot.penetration` finds to ``expand``. Returns how many; each is suggested once.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         head = batch.create("account", name="Group")
        ...         for name in ("North", "South"):
        ...             account = batch.create("account", name=name, parent=head)
        ...             _ = batch.move(batch.create("opportunity", name=name, account=account), "default/won")
        ...     for _ in range(2):
        ...         with db.snapshot() as now, db.batch() as batch:
        ...             print(now.penetration(fewest=2)["groups"][0]["share"], batch.suggest_expansions(now, fewest=2))
        1.0 1
        1.0 0
        """
        question = question_json(
            relation=relation, threshold=threshold, fewest=fewest, active_days=active_days, now=dt.datetime.now(dt.UTC)
        )
        return self._handle.suggest_expansions(now._open(), pipeline, question)


def _lines(text: str) -> list[Json]:
    lines: list[Json] = json.loads(text)
    for line in lines:
        if "amount" in line:
            line["amount"] = Money(line["amount"]["minor"], line["amount"]["currency"])
    return lines
