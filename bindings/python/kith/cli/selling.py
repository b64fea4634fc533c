"""Selling day by day: what a deal needs next, documents that continue each other, stores to visit, what a customer has."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import click

import kith
from kith import reading
from kith.cli import texts
from kith.cli.output import bar
from kith.cli.session import Session, options


@click.command()
@click.argument("record")
@options()
def guide(run: Session, record: str) -> None:
    """Where a deal stands, what its stage still asks for, and what comes next."""
    with run.read() as now:
        found = now.guide(texts.target(now, record, run.deal_types()))
    if run.out.as_json:
        return run.out.json(found)
    words = run.out.words
    for track in found["tracks"]:
        run.out.heading(f"{track['name']}: {track['stage_name']} ({words.named('stage', track['kind'])}) {bar(track['progress'])}")
        asked = [(words.named("asks", one["kind"]), words.label(one), words("yes" if one["mandatory"] else "no"), _met(run, one)) for one in track["asked"]]
        if asked:
            run.out.table(["kind", "what", "mandatory", "met"], asked)
        for action in track["actions"]:
            run.out.line("cli.action", what=words.label(action))
        for stage in track["next"]:
            unmet = ", ".join(words.label(one) for one in stage["unmet"])
            run.out.line("cli.next_refused" if stage["refused"] else "cli.next", stage=stage["name"], unmet=unmet or "–")
    if not found["tracks"]:
        run.out.line("cli.none")


def _met(run: Session, asked: dict[str, Any]) -> str:
    trouble: str = asked.get("trouble", "")
    return trouble or run.out.words("yes" if asked["met"] else "no")


@click.command()
@click.argument("deal")
@click.argument("step", metavar="PIPELINE/STAGE/STEP")
@click.option("--evidence", metavar="RECORD", help="The record that shows it.")
@click.option("--note", default="", help="What is to be said of it.")
@options(writes=True)
def done(run: Session, deal: str, step: str, evidence: str | None, note: str) -> None:
    """A step that a stage asks for is done; kith guide names the steps."""
    with run.read() as now:
        id = texts.target(now, deal, run.deal_types())
        shown = texts.target(now, evidence) if evidence else 0
    with run.db.batch(run.actor, run.reason, dry_run=run.dry_run, viewer=run.viewer) as batch:
        batch.complete_step(id, step, shown, note)
    assert batch.outcome is not None
    run.tell(batch.outcome)


@click.command("continue")
@click.argument("document")
@click.argument("type")
@click.argument("quantities", nargs=-1, metavar="[LINE=QUANTITY...]")
@click.option("--ref", metavar="SYSTEM=KEY", help="External reference of the new document: a second run with it does nothing.")
@options(writes=True)
def continue_(run: Session, document: str, type: str, quantities: tuple[str, ...], ref: str | None) -> None:
    """Make the document that follows: kith continue quote:Q-7 order; of the same type, a new revision.

    It takes what is left of all lines, or so much of those named by id; never more than there is.
    """
    run.type(type)
    with run.read() as now:
        id = texts.target(now, document)
    how = {"dry_run": run.dry_run, "actor": run.actor, "reason": run.reason, "viewer": run.viewer}
    external = texts.reference(ref) if ref else None
    report = run.db.continue_document(id, type, _quantities(quantities), external=external, **how)  # type: ignore[arg-type]
    if run.out.as_json:
        return run.out.json(report | {"dry_run": run.dry_run})
    if report["already"]:
        return run.out.line("cli.unchanged")
    if run.dry_run:
        return run.out.line("cli.dry_run")
    with run.read() as now:
        total = now[report["document"]].to_dict()["fields"].get("total")
        run.out.line("cli.continued", type=type, id=report["document"], lines=report["lines"], total=run.show(now, None, total) or "–")


def _quantities(given: tuple[str, ...]) -> dict[int, Decimal] | None:
    taken = {}
    for text in given:
        line, equals, quantity = text.partition("=")
        if not (equals and line.isdigit()):
            raise click.UsageError(f"{text!r} takes nothing of a line; write the line's id and how much of it: LINE=QUANTITY")
        taken[int(line)] = reading.number(quantity)
    return taken or None


@click.command()
@click.option("--employee", metavar="WHO", help="Only those that this one of ours is to visit.")
@click.option("--since", metavar="DAY", help="Count from then on.")
@click.option("--today", metavar="DAY", help="As if it were that day.")
@options()
def visits(run: Session, employee: str | None, since: str | None, today: str | None) -> None:
    """Stores to be visited, the longest overdue first, and how many of the visits due were made."""
    days = {name: reading.date(text) for name, text in (("since", since), ("today", today)) if text}
    with run.read() as now:
        who = texts.target(now, employee, ["employee"]) if employee else None
        found = now.visits(employee=who, **days)
        if run.out.as_json:
            return run.out.json(found)
        rows = (
            (run.name_of(now, s["account"]), run.name_of(now, s["employee"]) if s["employee"] else "", s["every_days"], s["due"], s["done"])
            + (s["last"] or "–", s["next"] or "–", s["overdue_days"] or "")
            for s in found["stores"]
        )
        run.out.table(["store", "owner", "every", "due", "done", "last", "next", "overdue"], rows)
    if found["compliance"] is not None:
        run.out.line("cli.compliance", done=found["done"], due=found["due"], share=run.out.words.percent(found["compliance"]))


@click.command()
@click.argument("account")
@options(reads=True)
def owned(run: Session, account: str) -> None:
    """What a customer has of us: products that were delivered and did not come back."""
    with run.read() as now:
        found = now.owned(texts.target(now, account, ["account"]), at=run.as_of)
        if run.out.as_json:
            return run.out.json(found)
        rows = ((run.name_of(now, o["product"]), o["quantity"], run.time(o["since"]), _document(run, now, o["document"])) for o in found)
        run.out.table(["product", "quantity", "when", "document"], rows)


def _document(run: Session, now: kith.Snapshot, id: int) -> str:
    return f"{now[id].type} {run.name_of(now, id)}"


@click.command("map")
@click.argument("record", required=False)
@click.option("--graphml", is_flag=True, help="As a file for programs that draw graphs: yEd, Gephi, Cytoscape.")
@options(reads=True)
def map_(run: Session, record: str | None, graphml: bool) -> None:
    """Who reports to whom, has a say with whom, knows whom: in a deal, an account, or everywhere."""
    with run.read() as now:
        about = texts.target(now, record, ["account", *run.deal_types()]) if record else None
        if graphml:
            return click.echo(now.relation_graphml(about, as_of=run.as_of), nl=False)
        found = now.relation_map(about, as_of=run.as_of)
    if run.out.as_json:
        return run.out.json(found)
    names = {node["record"]: node["name"] for node in found["nodes"]}
    rows = ((names[edge["from"]], run.out.words.named("edge", edge["kind"]), names[edge["to"]], f"{edge['strength']:.2f}") for edge in found["edges"])
    run.out.table(["from", "kind", "to", "strength"], rows)


COMMANDS = (guide, done, continue_, visits, owned, map_)
