"""What a pipeline's history says: where records stand, the funnel, reps, forecasts, the Monday walk."""

from __future__ import annotations

import datetime as dt
import functools
import json
from typing import TYPE_CHECKING, Any, cast

from kith import _kith
from kith.errors import InvalidArgumentError
from kith.forecast import Forecast
from kith.funnel import Funnel
from kith.settings import When, is_currency, moment_of
from kith.values import check_counts, micros_of, question_json

if TYPE_CHECKING:
    from kith.batch import Outcome
    from kith.snapshot import Snapshot


class Insights:
    """The part of a snapshot that tells what really happened in a pipeline, and what will come of it."""

    def _open(self) -> _kith.Snapshot:
        raise NotImplementedError

    def _asked(
        self, *, strict: bool = False, as_of: When | None = None, currency: str = "", level: float = 0.95, seed: int = 0, **more: Any
    ) -> _kith.InsightOptions:
        check_counts(seed=seed)
        if currency and not is_currency(currency):  # C would take the first three letters, and find no deal in what is none
            raise InvalidArgumentError(
                f'is no currency [field currency, value "{currency}"]',
                code="INVALID_ARGUMENT",
                reason="BadOptions",
                hint="write its three letters of ISO 4217, such as CNY",
                field="currency",
                value=currency,
            )
        given = {name: value for name, value in more.items() if value is not None}
        at = moment_of(cast("Snapshot", self), as_of)
        return _kith.InsightOptions(strict, 0 if at is None else micros_of(at), 0, currency, level, seed, json.dumps(given) if given else "")

    def guide(self, record: int) -> dict[str, Any]:
        """Where a record stands in its pipelines, what its stages still ask for, suggested actions, and the stages that come next.

        Each of ``tracks`` is one pipeline, the main one first. In ``next``, ``refused`` says that something mandatory is unmet and that
        only `Batch.override` goes through.
        """
        guide: dict[str, Any] = json.loads(self._open().guide(record))
        return guide

    def told(self, outcome: Outcome) -> dict[str, Any]:
        """What a batch brought about: ``entries`` with values before and after, what rules added included, and for every open record with
        stages that it wrote, or that a record it wrote names, the ``next`` action.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         deal = batch.create("opportunity", name="D")
        ...         _ = batch.move(deal, "default/qualified")
        ...     with db.snapshot() as now:
        ...         told = now.told(batch.outcome)
        ...     print([entry["operation"] for entry in told["entries"]], told["next"][0]["kind"])
        ['create', 'create'] action
        """
        told: dict[str, Any] = json.loads(self._open().told(outcome.first_sequence, outcome.last_sequence))
        return told

    def mine_stages(self, pipeline: str = "default") -> dict[str, Any]:
        """Stages proposed from what was done about a pipeline's closed records: interactions, states of documents, fields filled in.

        ``missing`` says how many closed records are still needed; ``pipeline`` is a definition to start from.
        """
        proposal: dict[str, Any] = json.loads(self._open().mine_stages(pipeline))
        return proposal

    def replay_stages(self, stages: list[dict[str, Any]], pipeline: str = "default") -> dict[str, Any]:
        """What stages, each with a list of ``activities`` such as "quote:sent", would have said of a pipeline's records.

        >>> import datetime as dt
        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         deal = batch.create("opportunity", name="Deal")
        ...         _ = batch.move(deal, "default/prospecting")
        ...         _ = batch.create("quote", opportunity=deal, status="sent")
        ...     with db.snapshot() as now:
        ...         print(now.replay_stages([{"name": "offer", "activities": ["quote:sent"]}])["reached"])
        [1]
        """
        replay: dict[str, Any] = json.loads(self._open().replay_stages(pipeline, json.dumps(stages)))
        return replay

    def pipelines(self, for_type: str | None = None) -> list[dict[str, Any]]:
        pipelines: list[dict[str, Any]] = json.loads(self._open().pipelines(for_type))
        return pipelines

    def main_pipeline(self) -> str:
        """The pipeline to look at first: "default", or where it has no deals the first that has."""
        found = sorted(self.pipelines(), key=lambda pipeline: str(pipeline["name"]) != "default")
        for name in (str(pipeline["name"]) for pipeline in found if not pipeline.get("parallel")):
            funnel = self.funnel(name)
            if funnel["arrivals"] or funnel["open"]:
                return name
        return "default"

    def funnel(
        self,
        pipeline: str = "default",
        *,
        by: str | None = None,
        period: str | None = None,
        owner: int = 0,
        segment: int = 0,
        source: int = 0,
        as_of: When | None = None,
        level: float = 0.95,
        strict: bool = False,
        version: int | None = None,
        without_overrides: bool = False,
    ) -> Funnel:
        """The funnel per stage, with intervals and maturity; of whole months of the database's time zone by `period` ("2026-Q1", "last-month"), on the
        stages in force or on those of a former `version`.

        ``by`` adds ``parts``, the funnel of each "owner", "segment", "source" or "product", or of each value of a field of these such as
        "owner.team", for which "team" is short. Each has its ``name``; None: of what has none, and what the viewer may not read.
        ``without_overrides``: as if moves that overrode what a stage asks for had not been made.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         ann = batch.create("employee", name="Ann")
        ...         deal = batch.create("opportunity", name="D", owner=ann)
        ...         _ = batch.move(deal, "default/qualified")
        ...     with db.snapshot() as now:
        ...         rows = now.funnel(by="owner").to_pandas()
        ...     print(rows[rows.open > 0][["name", "stage", "open", "n", "maturity"]].to_dict("records"))
        [{'name': 'Ann', 'stage': 'qualified', 'open': 1, 'n': 0, 'maturity': 'learning'}]
        """
        options = self._asked(
            strict=strict,
            as_of=as_of,
            level=level,
            period=period,
            group=_group(owner, segment, source),
            version=version,
            without_overrides=without_overrides or None,
            by=_parts(by),
        )
        return Funnel(json.loads(self._open().funnel(pipeline, options)), by)

    def ways(self, pipeline: str, *, as_of: When | None = None) -> dict[str, Any]:
        """The ways that deals went, most frequent first, and cohorts: what became of those that began in the same month."""
        report: dict[str, Any] = json.loads(self._open().ways(pipeline, self._asked(as_of=as_of)))
        return report

    def deals_behind(
        self,
        pipeline: str,
        stage: str,
        *,
        period: str | None = None,
        owner: int = 0,
        segment: int = 0,
        source: int = 0,
        as_of: When | None = None,
    ) -> dict[str, list[int]]:
        """Ids of the deals that a stage's counts in the funnel are made of: those that went on and those lost."""
        options = self._asked(as_of=as_of, period=period, group=_group(owner, segment, source))
        report: dict[str, list[int]] = json.loads(self._open().deals_behind(pipeline, stage, options))
        return report

    def reps(self, pipeline: str, *, owner: int = 0, period: str | None = None, as_of: When | None = None) -> list[dict[str, Any]]:
        """Every rep against the team, or one of them, the most costly gap first; one rep's own report finds more than the whole one.

        `weakest` names the flagged step that costs most, `look_first` the one that would surprise most of an ordinary rep, flagged or not.
        """
        options = self._asked(as_of=as_of, period=period, group=_group(owner, 0, 0))
        report: list[dict[str, Any]] = json.loads(self._open().reps(pipeline, options))
        return report

    def scorecards(
        self, pipeline: str, *, owner: int = 0, period: str | None = None, as_of: When | None = None, currency: str = "", level: float = 0.95
    ) -> dict[str, Any]:
        """How people are doing: ``reps``, each with what they did, how far and how fast their deals went, quotas, relations and the steps
        beside the team; and the ``team``'s card, to which counts add up. One owner's card alone where asked.

        ``practices`` names for every weak step somebody who is good at it, where that can be told from chance.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         ann = batch.create("employee", name="Ann")
        ...         deal = batch.create("opportunity", name="D", owner=ann)
        ...         _ = batch.move(deal, "default/qualified")
        ...     with db.snapshot() as now:
        ...         card = now.scorecards("default", period="this-month")["reps"][0]
        ...     print(card["owner"] == batch.outcome.id(ann), card["funnel"]["arrivals"], card["activity"]["interactions"])
        True 1 0
        """
        options = self._asked(as_of=as_of, period=period, currency=currency, level=level, group=_group(owner, 0, 0))
        report: dict[str, Any] = json.loads(self._open().scorecards(pipeline, options))
        return report

    def velocity(
        self,
        pipeline: str,
        before: str,
        after: str,
        *,
        owner: int = 0,
        segment: int = 0,
        source: int = 0,
        as_of: When | None = None,
        currency: str = "",
        rates: dict[str, float] | None = None,
    ) -> dict[str, Any]:
        """Revenue a day = open deals x win rate x amount / cycle in two periods, and what changed it: contributions sum to the change."""
        options = self._asked(as_of=as_of, currency=currency, group=_group(owner, segment, source), rates=rates)
        report: dict[str, Any] = json.loads(self._open().velocity(pipeline, before, after, options))
        return report

    def gap(
        self,
        pipeline: str,
        period: str,
        *,
        target: float | None = None,
        compare_with: int | None = None,
        collection: str | bool | None = None,
        owner: int = 0,
        segment: int = 0,
        source: int = 0,
        as_of: When | None = None,
        currency: str = "",
        rates: dict[str, float] | None = None,
    ) -> dict[str, Any]:
        """Why a period fell short of its target (minor units), or of the periods before it: ranked causes that sum to the gap.

        With ``collection`` the gap is one of cash that came in, and slow payment among the causes (``collection``), beside what was won and
        invoiced before (``backlog``). True: invoices and their receipts; else the pipeline of money documents whose won stage means paid.
        """
        options = self._asked(
            as_of=as_of,
            currency=currency,
            group=_group(owner, segment, source),
            rates=rates,
            target=target,
            compare_with=compare_with,
            collection=collection,
        )
        report: dict[str, Any] = json.loads(self._open().gap(pipeline, period, options))
        return report

    def forecast(
        self,
        pipeline: str,
        period: str,
        *,
        by: str | None = None,
        learn_from: int = 0,
        learn_saved: bool = False,
        relations: bool = False,
        what_if: dict[str, Any] | None = None,
        measure: str = "won",
        collection: str | None = None,
        as_of: When | None = None,
        currency: str = "",
        rates: dict[str, float] | None = None,
        strict: bool = False,
        seed: int = 0,
    ) -> Forecast:
        """What a period such as "2026-Q3" or "next-month" will bring: closed, from open, from new, total as P10, P50, P90. Periods begin and end in the
        database's time zone.

        ``by`` adds parts that sum to the whole: "owner", "segment", "source", "product", or a field of these records such as "owner.team"
        ("team"); those with a quota for the period are in ``attainments``.
        ``learn_from`` widens the interval by what forecasts of so many periods before missed, ``learn_saved`` by what saved ones did.
        ``relations`` lets the decision chain, closeness and earlier encounters with rivals act on chances, as far as closed deals show it
        (``effects``).
        ``what_if`` asks about another world: ``{"lost": [ids], "more_deals_a_week": 10, "faster": {"proposal": 2}}``. ``rates`` converts
        into ``currency`` first.
        ``measure="cash"``: the cash that the period brings: ``closed`` is what was collected, then come ``from_issued`` (open invoices),
        ``from_won`` (won, not invoiced), ``from_open`` and ``from_new``. By invoices and receipts, or by the pipeline ``collection`` of money
        documents whose won stage means paid.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         deal = batch.create("opportunity", name="D", amount=kith.Money(10_000, "CNY"))
        ...         move = batch.move(deal, "default/qualified")
        ...     with db.snapshot() as now:
        ...         report = now.forecast("default", "next-quarter", by="source")
        ...         print(report["maturity"], len(report["parts"]))
        learning 1
        """
        options = self._asked(
            strict=strict,
            as_of=as_of,
            currency=currency,
            seed=seed,
            by=_parts(by),
            learn_from=learn_from or None,
            learn_saved=learn_saved or None,
            relations=relations or None,
            what_if=what_if,
            measure=None if measure == "won" else measure,
            collection=collection,
            rates=rates,
        )
        past = functools.partial(
            self.backtest,
            pipeline,
            relations=relations,
            measure=measure,
            collection=collection,
            as_of=as_of,
            currency=currency,
            rates=rates,
        )
        return Forecast(self._open().forecast(pipeline, period, options), past)

    def saved_forecasts(self, pipeline: str = "default", *, as_of: When | None = None) -> dict[str, Any]:
        """Forecasts kept by `Batch.save_forecast`, what came of those whose periods are over, and how good these were."""
        report: dict[str, Any] = json.loads(self._open().saved_forecasts(pipeline, self._asked(as_of=as_of)))
        return report

    def submissions(self, pipeline: str = "default", *, as_of: When | None = None) -> dict[str, Any]:
        """What people said that periods would bring, what came, and how far off each is, with an interval: records of type ``submission``.

        No forecast reads them.

        >>> import datetime, kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         boss = batch.create("employee", name="Ann")
        ...         said = batch.create(
        ...             "submission", pipeline=batch.existing("pipeline", ("kith.pipeline", "default")), by=boss,
        ...             starts=datetime.date(2026, 7, 1), ends=datetime.date(2026, 10, 1), made_at=datetime.datetime.now(datetime.UTC),
        ...             amount=kith.Money(5_000_000, "CNY"))
        ...     with db.snapshot() as now:
        ...         print(now.submissions()["submissions"][0]["said"])
        {'minor': 5000000, 'currency': 'CNY'}
        """
        report: dict[str, Any] = json.loads(self._open().submissions(pipeline, self._asked(as_of=as_of)))
        return report

    def biases(self, pipeline: str = "default", *, as_of: When | None = None) -> list[dict[str, Any]]:
        """What reps typed about deals that are closed against what came: ``happy_ears``, ``sandbagging`` or none; dates that slip."""
        report: list[dict[str, Any]] = json.loads(self._open().biases(pipeline, self._asked(as_of=as_of)))
        return report

    def owned(self, account: int, *, at: dt.datetime | None = None) -> list[dict[str, Any]]:
        """What a customer has of us: products of delivered orders that did not come back, since when; ``at`` None: now.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         acme, pump = batch.create("account", name="Acme"), batch.create("product", name="Pump")
        ...         order = batch.create("order", account=acme, status="delivered")
        ...         _ = batch.create("order_line", order=order, product=pump, quantity=3)
        ...     with db.snapshot() as now:
        ...         [one] = now.owned(batch.outcome.id(acme))
        ...         print(now[one["product"]]["name"], one["quantity"])
        Pump 3.000
        """
        owned: list[dict[str, Any]] = json.loads(self._open().owned(account, micros_of(at)))
        return owned

    def visits(
        self, *, today: dt.date | None = None, since: dt.date | None = None, employee: int | None = None
    ) -> dict[str, Any]:
        """Stores to be visited beside whether they were: ``stores``, the longest overdue first, and ``compliance``, visits done of those due.

        >>> import datetime, kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         store = batch.create("account", name="Corner shop", kind="store")
        ...         _ = batch.create("visit_plan", account=store, every_days=7, starts=datetime.date(2026, 3, 1))
        ...         at = datetime.datetime(2026, 3, 3, 9, tzinfo=datetime.UTC)
        ...         _ = batch.create("interaction", kind="visit", direction="out", at=at, account=store)
        ...     with db.snapshot() as now:
        ...         told = now.visits(today=datetime.date(2026, 3, 20))
        ...     [one] = told["stores"]
        ...     print(one["due"], one["done"], one["overdue_days"], told["compliance"])
        2 1 10 0.5
        """
        question: dict[str, Any] = {"today": today and today.isoformat(), "since": since and since.isoformat(), "employee": employee}
        report: dict[str, Any] = json.loads(self._open().visits(json.dumps({name: v for name, v in question.items() if v is not None})))
        return report

    def walk(
        self,
        pipeline: str = "default",
        *,
        since: When,
        until: When | None = None,
        as_known: bool = False,
        period: str | None = None,
        notes: bool = True,
        silent_days: int = 14,
        collection: str | None = None,
    ) -> dict[str, Any]:
        """What moved the pipeline between two moments (``until`` None: now), exact to the minor unit, one of ``walks`` a currency.

        In each, ``before`` and the ``steps`` (new, reopened, larger, smaller, won, lost, gone) sum to ``after``; ``moved`` names the deals.
        ``as_known``: what the database showed at both moments, instead of what held then as is known now. With a ``period``:
        ``pulled_in``, ``pushed_out``, and ``cash`` that came in by the pipeline ``collection`` against the ``plan`` of its quotas. With
        ``notes``, deals that want a word: ``pushed_twice``, ``silent`` for ``silent_days``, ``no_next_step``.

        >>> import datetime, kith
        >>> with kith.open(temporary=True) as db:
        ...     monday = datetime.datetime.now(datetime.UTC)
        ...     with db.batch() as batch:
        ...         deal = batch.create("opportunity", name="D", amount=kith.Money(10_000, "CNY"))
        ...         _ = batch.move(deal, "default/qualified")
        ...     with db.snapshot() as now:
        ...         told = now.walk(since=monday, as_known=True)
        ...         print([(step["kind"], step["minor"]) for step in told["walks"][0]["steps"]], len(told["no_next_step"]))
        [('new', 10000)] 1
        """
        now = cast("Snapshot", self)
        question = question_json(
            since=moment_of(now, since),
            until=moment_of(now, until),
            as_known=as_known,
            period=period,
            notes=notes,
            silent_days=silent_days,
            collection=collection,
        )
        report: dict[str, Any] = json.loads(self._open().walk(pipeline, question))
        return report

    def health(self, pipeline: str = "default", *, as_of: When | None = None) -> dict[str, Any]:
        """What to enter next so that statistics become usable (``gaps``), and deals that stand still (``stuck``)."""
        report: dict[str, Any] = json.loads(self._open().health(pipeline, self._asked(as_of=as_of)))
        return report

    def summary(self, period: str = "this-quarter", pipeline: str = "default", *, as_of: When | None = None, currency: str = "") -> dict[str, Any]:
        """A pipeline at a glance: ``funnel``, ``forecast`` of the period, ``gaps`` and ``risks`` (five of each, of ``gaps_total``, ``risks_total``).

        One call, small enough for a telephone; each part says what `funnel`, `forecast` and `health` say.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         deal = batch.create("opportunity", name="D", amount=kith.Money(10_000, "CNY"))
        ...         _ = batch.move(deal, "default/qualified")
        ...     with db.snapshot() as now:
        ...         told = now.summary("next-quarter")
        ...     print(told["funnel"]["open"], told["forecast"]["maturity"], told["gaps"][0]["text"])
        1 learning prospecting: 29 deals more must be decided before its rate is stable
        """
        asked = self._asked(as_of=as_of, currency=currency)
        report: dict[str, Any] = json.loads(self._open().summary(pipeline, period, asked))
        return report

    def penetration(
        self,
        pipeline: str = "default",
        *,
        relation: str | None = None,
        threshold: float | None = None,
        fewest: int | None = None,
        active_days: int | None = None,
        now: dt.datetime | None = None,
    ) -> dict[str, Any]:
        """How far we have come with groups of companies: of each ``head``, how many ``subsidiaries`` were ``worked`` on, ``won``, are ``active``.

        Active is who had a deal won within ``active_days`` (365). From a ``threshold`` (.5) of active ones on, of ``fewest`` (3)
        subsidiaries at least, a deal with the head is to be suggested (``expand``): `Batch.suggest_expansions` does, once.
        ``relation`` leads from the lower company to the upper one; None: an account's parent. ``reach`` is our strongest tie to the
        head's board, ``executive``.
        """
        question = question_json(relation=relation, threshold=threshold, fewest=fewest, active_days=active_days, now=now or dt.datetime.now(dt.UTC))
        report: dict[str, Any] = json.loads(self._open().penetration(pipeline, question))
        return report

    def backtest(
        self,
        pipeline: str,
        unit: str = "quarter",
        count: int = 8,
        *,
        relations: bool = False,
        measure: str = "won",
        collection: str | None = None,
        as_of: When | None = None,
        currency: str = "",
        rates: dict[str, float] | None = None,
    ) -> dict[str, Any]:
        """How good forecasts of past periods, made at their starts with what was known then, would have been; options as in `forecast`."""
        check_counts(count=count)
        options = self._asked(
            as_of=as_of,
            currency=currency,
            rates=rates,
            relations=relations or None,
            measure=None if measure == "won" else measure,
            collection=collection,
        )
        report: dict[str, Any] = json.loads(self._open().backtest(pipeline, unit, count, options))
        return report


def _parts(by: str | None) -> str | None:
    return "owner.team" if by == "team" else by


def _group(owner: int, segment: int, source: int) -> dict[str, Any] | None:
    given = [{"kind": kind, "id": id} for kind, id in (("owner", owner), ("segment", segment), ("source", source)) if id]
    if len(given) > 1:
        raise ValueError("give one of owner, segment and source")
    return given[0] if given else None
