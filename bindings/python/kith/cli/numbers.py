"""What the numbers say: pipelines, funnel, forecast, reps, gap, the week's walk, the report."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

import kith
from kith import reading
from kith.cli import texts
from kith.cli.output import bar
from kith.cli.session import Session, options

_PIPELINE = click.option("--pipeline", help="Which pipeline; the default one, or where it has no deals the first that has.")


def _chosen(run: Session, now: kith.Snapshot, given: str | None) -> str:
    found = given or now.main_pipeline()
    if not given and found != "default":
        run.out.line("cli.pipeline", name=found)
    return found


def _part(run: Session, part: dict[str, Any]) -> str:
    if not part["part"]:
        return "–"
    return run.out.words.label(part) if part["name"] else f"#{part['part']}"


def _warn(run: Session, warnings: list[str]) -> None:
    for warning in warnings:
        run.out.text(f"! {warning}")


@click.group(invoke_without_command=True)
@_PIPELINE
@click.option("--owner", metavar="WHO", help="Only deals of this owner.")
@options(reads=True)
def pipeline(run: Session, pipeline: str | None, owner: str | None) -> None:
    """Open deals by stage: how many, how much, in each currency."""
    if click.get_current_context().invoked_subcommand:
        return
    with run.read() as now:
        found = _pipeline(now, _chosen(run, now, pipeline))
        roles = run.types[found["for_type"]]["behaviours"]["pipelined"]
        asked: dict[str, Any] = {
            "from": found["for_type"],
            "where": f"{roles['pipeline']} == $pipeline" + (" && owner == $owner" if owner else ""),
            "select": [roles["stage"], roles["amount"]],
        }
        given = {"pipeline": found["id"]} | ({"owner": texts.target(now, owner, ["employee"])} if owner else {})
        counted: dict[int, dict[str, Any]] = {
            stage["id"]: {"stage": stage["name"], "label": run.out.words.label(stage), "kind": stage["kind"], "deals": 0, "amounts": {}}
            for stage in found["stages"]
        }
        for row in now.query(asked, given, effective=run.as_of):
            stage, amount = counted.get(row[roles["stage"]]), row[roles["amount"]]
            if stage is None:
                continue
            stage["deals"] += 1
            if amount is not None:
                stage["amounts"][amount.currency] = stage["amounts"].get(amount.currency, 0) + amount.minor
    if run.out.as_json:
        return run.out.json(list(counted.values()))
    shown = [stage for stage in counted.values() if stage["kind"] == "open"]
    most = max((stage["deals"] for stage in shown), default=0) or 1
    rows = (
        (s["label"], s["deals"], ", ".join(run.out.words.exact(m, c) for c, m in s["amounts"].items()), bar(s["deals"] / most)) for s in shown
    )
    run.out.table(["stage", "deals", "amount", "bar"], rows, titles=[*(run.out.words(f"col.{c}") for c in ("stage", "deals", "amount")), ""])


def _pipeline(now: kith.Snapshot, name: str) -> dict[str, Any]:
    found = now.pipelines()
    for pipeline in found:
        if pipeline["name"] == name:
            return pipeline
    hint = f"there are: {', '.join(pipeline['name'] for pipeline in found)}"
    raise kith.NotFoundError(f"there is no pipeline {name!r}", code="NOT_FOUND", reason="UnknownPipeline", hint=hint, value=name)


@click.command()
@_PIPELINE
@click.option("--period", help="Deals that began in whole months, such as 2026-Q1.")
@click.option("--owner", metavar="WHO", help="Only deals of this owner.")
@click.option("--by", help="The win rate of each owner, team, segment or source, too.")
@options(reads=True)
def funnel(run: Session, pipeline: str | None, period: str | None, owner: str | None, by: str | None) -> None:
    """How many deals reach each stage and go on, with intervals."""
    with run.read() as now:
        who = texts.target(now, owner, ["employee"]) if owner else 0
        found = now.funnel(_chosen(run, now, pipeline), by=by, period=period, owner=who, as_of=run.as_of)
        if run.out.as_json:
            return run.out.json(found)
        parts = [(_part(run, part), part["won"], part["lost"], part["open"], run.out.words.rate(part["win_rate"])) for part in found["parts"]]
    words = run.out.words
    most = max((stage["reached"] for stage in found["stages"]), default=0) or 1
    columns = ["stage", "reached", "open", "amount", "rate", "days", "maturity", "bar"]
    rows = (
        (
            words.label(stage),
            stage["reached"],
            stage["open"],
            words.money(stage["open_amount_minor"], found["currency"]),
            words.rate(stage["rate"]),
            words.days(stage["median_days"]),
            words.named("maturity", stage["rate"]["maturity"]),
            bar(stage["reached"] / most),
        )
        for stage in found["stages"]
    )
    run.out.table(columns, rows, titles=[*(words(f"col.{column}") for column in columns[:-1]), ""])
    run.out.text(f"{words.named('walk', 'won')} {found['won']}, {words.named('walk', 'lost')} {found['lost']}: {words.rate(found['win_rate'])}")
    if parts:
        titles = [words("col.part"), words.named("walk", "won"), words.named("walk", "lost"), words("col.open"), words("col.win_rate")]
        run.out.table(["part", "created", "rejected", "open", "rate"], parts, titles=titles)
    _warn(run, found["warnings"])


@click.command()
@click.argument("period", default="this-quarter")
@_PIPELINE
@click.option("--by", help="Parts: owner, team, segment, source, or a field of the deals.")
@click.option("--quota", metavar="AMOUNT", help="The chance of reaching it.")
@click.option("--currency", default="", help="The currency; the base currency otherwise.")
@click.option("--cash", is_flag=True, help="The cash that comes in, instead of what is won.")
@options(reads=True)
def forecast(run: Session, period: str, pipeline: str | None, by: str | None, quota: str | None, currency: str, cash: bool) -> None:
    """What a period will bring: this-quarter, next-month, 2026-Q3, FY2026-Q3."""
    with run.read() as now:
        found = now.forecast(
            _chosen(run, now, pipeline),
            period,
            by=by,
            measure="cash" if cash else "won",
            as_of=run.as_of,
            currency=currency,
        )
        chance = None
        if quota:
            chance = found.probability_at_least(reading.money(quota, found["currency"])["minor"])
        if run.out.as_json:
            return run.out.json(dict(found) | ({"probability_of_quota": chance} if quota else {}))
        words, unit = run.out.words, found["currency"]
        run.out.heading(words.period(found["period"]))
        parts = [("collected" if cash else "closed", {p: found["closed"] for p in ("p10", "p50", "p90")})]
        parts += [(name, found[name]) for name in ("from_issued", "from_won", "from_open", "from_new", "total") if name in found]
        most = max((part["p90"] for _, part in parts), default=0) or 1
        rows = [
            (words(f"part.{name}"), *(words.money(part[p], unit) for p in ("p10", "p50", "p90")), bar(part["p50"] / most))
            for name, part in parts
        ]
        for part in found.get("parts", []):
            rows.append((f"  {_part(run, part)}", *(words.money(part["total"][p], unit) for p in ("p10", "p50", "p90")), bar(part["total"]["p50"] / most)))
    columns = ["part", "p10", "p50", "p90", "bar"]
    run.out.table(columns, rows, titles=[*(words(f"col.{column}") for column in columns[:-1]), ""])
    if chance is not None:
        run.out.text(f"P(≥ {quota}) = {words.percent(chance)}")
    run.out.text(words.named("maturity", found["maturity"]))
    _warn(run, found["warnings"])


@click.command()
@_PIPELINE
@click.option("--period", help="Deals that began in whole months, such as 2026-Q1.")
@options(reads=True)
def reps(run: Session, pipeline: str | None, period: str | None) -> None:
    """Every rep against the team, the most costly gap first."""
    with run.read() as now:
        found = now.reps(_chosen(run, now, pipeline), period=period, as_of=run.as_of)
        if run.out.as_json:
            return run.out.json(found)
        words = run.out.words
        rows = []
        for rep in found:
            weak = next((stage for stage in rep["stages"] if stage["weak"]), None)
            cost = words.money(weak["lost_minor"], run.settings["base_currency"]) if weak else ""
            rows.append((run.name_of(now, rep["owner"]), words.label(weak) if weak else "", cost, rep["summary"]))
    run.out.table(["owner", "stage", "cost", "summary"], rows)


@click.command()
@click.argument("period")
@_PIPELINE
@click.option("--target", metavar="AMOUNT", help="Against this; the periods before otherwise.")
@click.option("--currency", default="", help="The currency; the base currency otherwise.")
@click.option("--cash", is_flag=True, help="Of the cash that came in, by invoices and their receipts.")
@options(reads=True)
def gap(run: Session, period: str, pipeline: str | None, target: str | None, currency: str, cash: bool) -> None:
    """Why a period fell short: causes that sum to the gap."""
    with run.read() as now:
        minor = reading.money(target, currency or run.settings["base_currency"])["minor"] if target else None
        more = {} if minor is None else {"target": minor}
        found = now.gap(_chosen(run, now, pipeline), period, as_of=run.as_of, currency=currency, collection=cash or None, **more)
    if run.out.as_json:
        return run.out.json(found)
    words, unit, causes = run.out.words, found["currency"], found["causes"]
    run.out.text(f"{words.exact(found['reached'], unit)} / {words.exact(found['target'], unit)}")
    most = max((abs(cause["contribution"]) for cause in causes), default=0) or 1
    rows = (
        (words.named("driver", cause["driver"]), words.money(cause["contribution"], unit), bar(abs(cause["contribution"]) / most))
        for cause in causes
    )
    run.out.table(["driver", "amount", "bar"], rows, titles=[words("col.driver"), words("col.cost"), ""])
    _warn(run, found.get("warnings", []))


@click.command()
@_PIPELINE
@click.option("--since", metavar="TIME", help="From then; a week before otherwise.")
@options(reads=True)
def walk(run: Session, pipeline: str | None, since: str | None) -> None:
    """What moved the pipeline since a week ago: before, what came and went, after."""
    from kith.report.walk import NOTES
    from kith.report.walk import walk as walked

    until = run.as_of
    start = reading.moment(since, run.zone) if since else (until or dt.datetime.now(dt.UTC)) - dt.timedelta(days=7)
    with run.read() as now:
        currency = run.settings["base_currency"]
        chosen = _chosen(run, now, pipeline)
        told = walked(now, chosen, since=start, until=until, currency=currency, period="this-quarter", notes=True)
    if run.out.as_json:
        return run.out.json(told)
    words = run.out.words
    rows = [(words("walk.before"), told["deals_before"], words.exact(told["before"], currency))]
    rows += [(words.named("walk", s["kind"]), len(s["deals"]), words.exact(s["minor"], currency)) for s in told["steps"]]
    rows.append((words("walk.after"), told["deals_after"], words.exact(told["after"], currency)))
    rows += [(words(f"walk.{note}"), len(told[note]), "") for note in NOTES]
    run.out.table(["what", "deals", "amount"], rows)


@click.command()
@click.argument("path", type=click.Path(dir_okay=False))
@_PIPELINE
@click.option("--period", help="The period to forecast; this quarter otherwise.")
@options(reads=True)
def report(run: Session, path: str, pipeline: str | None, period: str | None) -> None:
    """Write the report as one page: .html, .pdf or .png."""
    import kith.report

    with run.read() as now:
        name = _chosen(run, now, pipeline)
    kith.report.write(run.db, path, lang=run.lang, pipeline=name, period=period, viewer=run.viewer or None, as_of=run.as_of)
    if run.out.as_json:
        return run.out.json({"path": path})
    run.out.line("cli.saved", path=path)


COMMANDS = (pipeline, funnel, forecast, reps, gap, walk, report)
