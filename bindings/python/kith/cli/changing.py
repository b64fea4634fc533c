"""What changes more than one record: the migration of a pipeline, conversions, merging."""

from __future__ import annotations

from typing import Any, Literal, TextIO

import click

import kith
from kith.cli import texts
from kith.cli.session import REFUSED, Session, options

_TOLD = 5  # records without a place that are named


@click.command()
@click.argument("plan", type=click.File(encoding="utf-8"), default="-")
@click.option("--dry-run", is_flag=True, help="Count what would go where, change nothing; exit code 1 when a record has no place.")
@options()
def migrate(run: Session, plan: TextIO) -> None:
    """Bring a pipeline to a new version by a plan in JSON, from a file or standard input; its deals follow.

    \b
    {"pipeline": {"name": "default", "for_type": "opportunity", "stages": [{"name": "work"}, {"name": "won", "kind": "won"}]},
     "rename": {"proposal": "offer"}, "map": {"qualified": "work"}}
    """
    run.as_system()
    report = run.db.migrate_pipeline(plan.read(), dry_run=run.dry_run)
    if run.out.as_json:
        run.out.json(report)
    elif run.dry_run:
        _preview(run, report)
    else:
        run.out.line("cli.migrated", moved=report["moved"], version=report["version"])
    if report.get("unplaced"):
        raise click.exceptions.Exit(REFUSED)


def _preview(run: Session, report: dict[str, Any]) -> None:
    run.out.table(["from", "to", "records"], ((place["from"], place["to"], place["records"]) for place in report["placements"]))
    unplaced = report["unplaced"]
    if unplaced:
        told = ", ".join(f"{one['record']} ({one['stage']})" for one in unplaced[:_TOLD])
        run.out.line("cli.unplaced", count=len(unplaced), told=told)
    run.out.line("cli.dry_run")


@click.command()
@click.argument("keep", metavar="KEPT")
@click.argument("others", nargs=-1, required=True, metavar="OTHER...")
@click.option("--prefer", type=click.Choice(["first", "latest"]), default="first", show_default=True, help="Whose value stays where they differ.")
@options(writes=True)
def merge(run: Session, keep: str, others: tuple[str, ...], prefer: Literal["first", "latest"]) -> None:
    """Make one record of several that are the same; ids and references of the others lead to the one kept."""
    with run.read() as now:
        ids = [texts.target(now, text) for text in (keep, *others)]
    report = run.db.merge(
        ids, into=ids[0], prefer=prefer, dry_run=run.dry_run, actor=run.actor, reason=run.reason, viewer=run.viewer
    )
    if run.out.as_json:
        return run.out.json(report)
    with run.read() as now:
        fields = {field["name"]: field for field in run.types[now[ids[0]].type]["fields"]}
        rows = (
            (field["field"], run.show(now, fields.get(field["field"]), field["value"]), _others(run, now, fields, field))
            for field in report["fields"]
        )
        run.out.table(["field", "value", "others"], rows)
    run.out.line("cli.dry_run" if run.dry_run else "cli.merged", count=len(report["merged"]))


def _others(run: Session, now: kith.Snapshot, fields: dict[str, Any], differing: dict[str, Any]) -> str:
    return ", ".join(run.show(now, fields.get(differing["field"]), other["value"]) or "–" for other in differing["others"])


@click.command()
@click.argument("record")
@click.option("--person", help="An existing person that it is: an id, or type:name.")
@click.option("--organisation", help="An existing organisation, likewise.")
@click.option("--deal", help="An existing deal, likewise.")
@click.option("--new", is_flag=True, help="Look for no person and organisation that are there already.")
@click.option("--without-deal", is_flag=True, help="No deal comes of it.")
@click.option("--name", help="Of a new deal.")
@click.option("--pipeline", help="Of a new deal.")
@options(writes=True)
def convert(run: Session, record: str, new: bool, without_deal: bool, name: str | None, pipeline: str | None, **given: str | None) -> None:
    """Make a person, an organisation and a deal of a lead; what happened with it goes along."""
    with run.read() as now:
        id = texts.target(now, record)
        known = {part: texts.target(now, text) for part, text in given.items() if text}
    how = {"find": not new, "with_deal": not without_deal, "name": name, "pipeline": pipeline}
    report = run.db.convert(
        id, **known, **how, dry_run=run.dry_run, actor=run.actor, reason=run.reason, viewer=run.viewer  # type: ignore[arg-type]
    )
    if run.out.as_json:
        return run.out.json(report)
    parts = [(part, report[part]) for part in ("person", "organisation", "deal") if report[part]]
    run.out.table(["what", "id", "reason"], ((part, told["record"], told["how"]) for part, told in parts))
    if report["already"]:
        return run.out.line("cli.unchanged")
    for one in report["kept"]:
        run.out.line("cli.kept", record=one["record"], field=one["field"])
    run.out.line("cli.dry_run" if run.dry_run else "cli.converted", count=report["followed"])


@click.command()
@click.argument("record", type=int)
@options(writes=True)
def unmerge(run: Session, record: int) -> None:
    """Part a record, by its id, that was merged away; it gets back what nobody has changed since."""
    run.write([{"unmerge": record}])


@click.command()
@click.argument("type")
@click.option("--review", type=float, default=0.5, show_default=True, help="Pairs of at least this probability.")
@click.option("--limit", type=int, default=50, show_default=True)
@options()
def duplicates(run: Session, type: str, review: float, limit: int) -> None:
    """Records of a type that are probably the same person or company, likeliest first, and why; kith merge makes them one."""
    run.type(type)
    with run.read() as now:
        found = now.duplicates(type, review=review, limit=limit)
        if run.out.as_json:
            return run.out.json({name: value for name, value in found.items() if name != "model"})
        rows = (
            (pair["a"], run.name_of(now, pair["a"]), pair["b"], run.name_of(now, pair["b"]), f"{pair['probability']:.1%}", _why(pair))
            for pair in found["pairs"]
        )
        run.out.table(["id", "name", "id", "name", "probability", "reason"], rows)


def _why(pair: dict[str, Any]) -> str:
    return ", ".join(f"{reason['field']} {reason['agreement']}" for reason in pair["reasons"] if reason["bits"] > 0)



COMMANDS = (convert, merge, unmerge, duplicates)
