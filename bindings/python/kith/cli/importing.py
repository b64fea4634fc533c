"""The command `import`: shows what it found, asks, imports, tells what was left out."""

from __future__ import annotations

import os
import pathlib
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from kith.cli.session import IN_PART, Session, options
from kith.importing import Plan, import_path, presets
from kith.importing import Progress as Callback


@contextmanager
def bar(quiet: bool) -> Iterator[Callback | None]:
    """A progress bar on a terminal's standard error; nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as shown:
        tasks: dict[str, Any] = {}

        def progress(file: str, done: int, total: int) -> bool:
            if file not in tasks:
                tasks[file] = shown.add_task(file, total=total)
            shown.update(tasks[file], completed=done)
            return True

        yield progress


@contextmanager
def _kept(errors: str, source: pathlib.Path) -> Iterator[pathlib.Path]:
    """Where to write rows left out: a new file beside `errors`, gone afterwards unless it was moved there. What stands at `errors` stays so long."""
    target = pathlib.Path(errors).resolve()
    if source.resolve() in (target, *target.parents):
        raise click.UsageError(f"--errors {errors} would be among what is imported: name a file elsewhere")
    written = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
    try:
        yield written
    finally:
        written.unlink(missing_ok=True)


def _show(run: Session, plan: Plan) -> None:
    rows = ((f, c, t or run.out.words("cli.not_mapped"), e[:30]) for f, c, t, e in plan.lines())
    run.out.table(["file", "column", "field", "example"], rows)


@click.command("import")
@click.argument("path", type=click.Path(exists=True))
@click.option("--preset", type=click.Choice(sorted(presets())), help="Whose export it is; found by the files' headers otherwise.")
@click.option("--type", default="", help="What the rows are, where headers leave it open.")
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False), help="A mapping in JSON.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--errors", default="", type=click.Path(dir_okay=False), help="Rows left out, as CSV; PATH-errors.csv otherwise.")
@click.option("--dry-run", is_flag=True, help="Try it on a copy, change nothing.")
@click.option("--actor", envvar="KITH_ACTOR", metavar="WHO", help="Who imports: an id, or SYSTEM=KEY. Otherwise you.")
@options()
def import_(run: Session, path: str, preset: str | None, type: str, mapping: str | None, yes: bool, errors: str) -> None:
    """Import a file or folder: CSV, Excel, JSON Lines, exports of Salesforce, HubSpot, Pipedrive, spreadsheets in Chinese.

    Shows which column goes where and asks first. Exit code 8 when rows were left out: each is in the error file with its reason.
    """
    run.as_system()
    source = pathlib.Path(os.path.abspath(path))  # "." has no name to call the error file after
    errors = errors or str(source.with_name(f"{source.stem}-errors.csv"))

    def confirm(plan: Plan | None) -> bool:
        if plan is not None:
            _show(run, plan)
        return yes or run.dry_run or run.out.as_json or click.confirm(run.out.words("cli.confirm"), default=True)

    given = pathlib.Path(mapping).read_text(encoding="utf-8") if mapping else ""
    with _kept(errors, source) as written, bar(run.out.as_json) as progress:
        done = import_path(
            run.db,
            source,
            preset=preset or "",
            mapping=given,
            type=type,
            dry_run=run.dry_run,
            actor=run.actor,
            problem_file=written,
            progress=progress,
            confirm=confirm,
        )
        if done is not None and done.rejected and written.exists():
            os.replace(written, errors)
    if done is None:
        raise click.Abort
    if run.out.as_json:
        run.out.json(done.report | {"run": done.name, "dry_run": run.dry_run, "error_file": errors if done.rejected else ""})
    else:
        _tell(run, done.report)
        run.out.line("cli.dry_run" if run.dry_run else "cli.imported", run=done.name)
        if done.rejected:
            for problem in done.report.get("problems", [])[:5]:
                run.out.text(f"! {problem['file']} {problem['line']} {problem['column']} {problem['value']}: {problem['reason']}")
            run.out.line("cli.rejected", count=done.rejected, path=errors)
    if done.rejected:
        raise click.exceptions.Exit(IN_PART)


def _tell(run: Session, report: dict[str, Any]) -> None:
    files = report.get("files") or report.get("types", [])
    rows = ((f.get("file") or f.get("type"), f.get("rows"), f["created"], f["changed"], f["rejected"]) for f in files)
    run.out.table(["file", "rows", "created", "changed", "rejected"], rows)


COMMANDS = (import_,)
