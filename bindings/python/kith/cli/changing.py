"""What changes many records at once by a plan: the migration of a pipeline."""

from __future__ import annotations

from typing import Any, TextIO

import click

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
