"""The database itself: make, describe, check, copy, change by packages and batches."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import re
import shlex
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

import click

import kith
from kith.cli.session import DAMAGED, Session, options


@click.command()
@click.argument("path", required=False)
@click.option("--currency", default="CNY", show_default=True, help="Base currency.")
@click.option("--zone", default="UTC", show_default=True, help="Time zone, such as Asia/Shanghai.")
@click.option("--fiscal-start", type=click.IntRange(1, 12), default=1, show_default=True, help="First month of the fiscal year.")
@click.option("--package", "packages", multiple=True, help="A shipped package to install; may be repeated.")
@options()
def init(run: Session, path: str | None, currency: str, zone: str, fiscal_start: int, packages: tuple[str, ...]) -> None:
    """Make a database, or set the settings of one."""
    run.as_system()
    run.path = path or run.path
    with kith.open(run.path, create=not pathlib.Path(run.path).is_dir()) as db:
        for package in packages:
            db.ensure_shipped(package)
        db.configure(currency=currency, zone=zone, fiscal_start=fiscal_start, language=run.lang, actor=run.actor, reason="init")
        settings = db.settings()
    if run.out.as_json:
        return run.out.json({"path": run.path} | settings)
    run.out.line("cli.opened", path=run.path, currency=currency, zone=zone, month=fiscal_start)


@click.command()
@options()
def stats(run: Session) -> None:
    """Sizes and counts."""
    numbers = re.findall(r"^(kith_\w+) ([\d.]+)$", run.db.metrics(), re.MULTILINE)
    with run.read() as now:
        counts = {type: sum(1 for _ in now.scan(type).ids()) for type in run.types}
    counts = {type: count for type, count in counts.items() if count}
    if run.out.as_json:
        return run.out.json({"records": counts, "metrics": {name: float(value) for name, value in numbers}})
    run.out.table(["type", "records"], counts.items())
    kept = ("kith_sequence", "kith_file_bytes", "kith_used_bytes", "kith_free_bytes")
    run.out.table(["what", "records"], ((name, f"{float(v):,.0f}") for name, v in numbers if name in kept), titles=["", ""])


@click.command()
@click.argument("type", required=False)
@options()
def schema(run: Session, type: str | None) -> None:
    """The types there are, or the fields of one."""
    if type is None:
        if run.out.as_json:
            return run.out.json(run.db.catalog())
        rows = ((t["name"], run.out.words.label(t), ", ".join(t.get("behaviours", {})), t["package"]) for t in run.types.values())
        return run.out.table(["type", "label", "kind", "package"], rows)
    found = run.type(type)
    if run.out.as_json:
        return run.out.json(found)
    fields = []
    for field in found["fields"]:
        choices = [choice["name"] for choice in field.get("choices", [])]
        detail = ", ".join(choices or field.get("to") or [])
        required = run.out.words("yes") if field.get("required") else ""
        fields.append((field["name"], run.out.words.label(field), field["kind"], required, detail))
    run.out.table(["field", "label", "kind", "required", "value"], fields)


@click.command()
@click.option("--repair", is_flag=True, help="Put right what can be computed again.")
@options()
def verify(run: Session, repair: bool) -> None:
    """Check every stored byte and all derived data. Exit code 7 when something is wrong."""
    run.as_system()
    repaired = run.db.repair()["changes"] if repair else []
    problems, findings = run.db.verify(), run.db.findings()
    if run.out.as_json:
        run.out.json({"problems": problems, "findings": findings, "repaired": repaired})
    else:
        _list(run, {"repaired": repaired, "problems": problems, "findings": findings})
    if problems:
        raise click.exceptions.Exit(DAMAGED)
    run.out.line("cli.sound")


@click.command()
@click.argument("path", type=click.Path())
@options()
def backup(run: Session, path: str) -> None:
    """A compact, checked copy in a new directory; writers go on."""
    run.as_system()
    run.db.backup(path)
    if run.out.as_json:
        return run.out.json({"path": path})
    run.out.line("cli.saved", path=path)


@click.command()
@options()
def compact(run: Session) -> None:
    """Rewrite the data file without its free pages; no other process may have the database open."""
    run.as_system()
    report = run.db.compact()
    if run.out.as_json:
        return run.out.json(report)
    run.out.line("cli.compacted", before=f"{report['bytes_before']:,}", after=f"{report['bytes_after']:,}")


@click.command()
@click.argument("path", type=click.Path())
@click.argument("moment")
@options()
def restore(run: Session, path: str, moment: str) -> None:
    """The database as it stood, as a new one: after change number MOMENT, or at a time such as 2026-03-01T12:00+08:00."""
    run.as_system()
    when: int | dt.datetime
    try:
        when = int(moment) if moment.isdigit() else dt.datetime.fromisoformat(moment)
    except ValueError:
        raise click.UsageError(f"neither a change's number nor a time: {moment}") from None
    if isinstance(when, dt.datetime) and when.tzinfo is None:
        when = when.replace(tzinfo=run.zone)
    report = run.db.restore_to(path, when)
    if run.out.as_json:
        run.out.json(report)
    else:
        _list(run, {"notes": report["notes"], "problems": report["problems"]})
        run.out.line("cli.restored", path=path, sequence=report["sequence"])
    if report["problems"]:
        raise click.exceptions.Exit(DAMAGED)


@click.command()
@click.argument("damaged", type=click.Path(exists=True, file_okay=False))
@click.argument("path", type=click.Path())
@click.option("--definitions", metavar="BACKUP", help="Another database whose definitions stand in for lost ones.")
@click.option("--old-pages", is_flag=True, help="Read everything where nothing tells what is newest; what was deleted may come back.")
@options()
def salvage(run: Session, damaged: str, path: str, definitions: str | None, old_pages: bool) -> None:
    """Take what is sound in a damaged database into a new one. Exit code 7 when problems are left in it."""
    run.as_system()
    report = kith.salvage(damaged, path, definitions_from=definitions, with_old_pages=old_pages)
    if run.out.as_json:
        run.out.json(report)
    else:
        rows = ((t["type"], t["records"], t["lost"], _ranges(t["lost_ids"])) for t in report["types"] if t["lost"])
        run.out.table(["type", "records", "lost", "lost_ids"], rows)
        _list(run, {"repaired": report["changes"], "problems": report["problems"]})
        run.out.line("cli.salvaged", path=path, records=report["records"], lost=sum(t["lost"] for t in report["types"]))
    if report["problems"]:
        raise click.exceptions.Exit(DAMAGED)


def _ranges(ranges: list[list[int]]) -> str:
    listed = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges[:5])
    return listed + (", ..." if len(ranges) > 5 else "")


def _list(run: Session, parts: dict[str, list[str]]) -> None:
    for key, lines in parts.items():
        if lines:
            run.out.heading(run.out.words(f"cli.{key}"))
            for line in lines:
                run.out.text(f"  {line}")


@click.command()
@click.argument("path", type=click.Path(dir_okay=False))
@click.option("--type", "types", multiple=True, help="Only records of this type; may be repeated.")
@click.option("--history", is_flag=True, help="Also what changed (JSON Lines).")
@options()
def export(run: Session, path: str, types: tuple[str, ...], history: bool) -> None:
    """Export to JSON Lines, or one type to .csv, .parquet, .arrow."""
    suffix = pathlib.Path(path).suffix.lower()
    if suffix in (".csv", ".parquet", ".arrow"):
        if len(types) != 1:
            raise click.UsageError(f"{suffix} holds one type: give --type once")
        if run.viewer and history:
            raise click.UsageError("history goes to JSON Lines")
        rows = _table(run, path, suffix, types[0])
        report: dict[str, Any] = {"path": path, "types": [{"type": types[0], "records": rows}]}
    elif run.viewer:
        raise click.UsageError("JSON Lines hold everything; a viewer exports one type to .csv")
    else:
        report = run.db.export_jsonl(path, types=types, history=history) | {"path": path}
    if run.out.as_json:
        return run.out.json(report)
    run.out.table(["type", "records"], ((t["type"], t["records"]) for t in report["types"]))
    run.out.line("cli.saved", path=path)


def _table(run: Session, path: str, suffix: str, type: str) -> int:
    with run.read() as now:
        if suffix == ".csv":
            return _csv(run, now, path, type)
        import pyarrow.feather  # type: ignore[import-untyped]
        import pyarrow.parquet  # type: ignore[import-untyped]

        table = now.export(type).to_arrow()
        (pyarrow.parquet.write_table if suffix == ".parquet" else pyarrow.feather.write_feather)(table, path)
        return int(table.num_rows)


# What a spreadsheet would run, and a number, which it may; lib/exchange/csv_write.cc has the same.
_FORMULA = re.compile("[ \u3000\ufeff]*[-=+@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def _guarded(cells: Iterable[str]) -> Iterator[str]:
    return (f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell for cell in cells)


def _csv(run: Session, now: kith.Snapshot, path: str, type: str) -> int:
    """As people read it: names for references, amounts with their currency. Cells never run as formulas."""
    import csv

    fields = run.type(type)["fields"]
    rows = 0
    with open(path, "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *_guarded(run.out.words.label(field) for field in fields)])
        for record in now.scan(type):
            writer.writerow([record.id, *_guarded(run.show(now, field, record[field["name"]]) for field in fields)])
            rows += 1
    return rows


@click.group()
def package() -> None:
    """Types and fields as data: list, add, remove."""


@package.command("list")
@options()
def package_list(run: Session) -> None:
    """What is installed."""
    found = run.db.catalog()["packages"]
    if run.out.as_json:
        return run.out.json(found)
    run.out.table(["package", "version"], ((p["package"], p["version"]) for p in found))


@package.command("add")
@click.argument("what", metavar="FILE|NAME")
@click.option("--numbers", type=click.File(), help="The numbers file that goes with the package.")
@click.option("--dry-run", is_flag=True, help="Say what would change.")
@options()
def package_add(run: Session, what: str, numbers: TextIO | None) -> None:
    """Install or update a package: a JSON file, or one that ships with Kith."""
    run.as_system()
    path = pathlib.Path(what)
    if path.is_file():
        done = run.db.ensure(path.read_text(encoding="utf-8"), numbers.read() if numbers else "", dry_run=run.dry_run)
    else:
        done = run.db.ensure_shipped(what, dry_run=run.dry_run)
    _tell(run, done)


@package.command("remove")
@click.argument("name")
@click.option("--delete-data", is_flag=True, help="Delete what it holds, too.")
@click.option("--dry-run", is_flag=True, help="Say what would change.")
@options()
def package_remove(run: Session, name: str, delete_data: bool) -> None:
    """Take a package out of use."""
    run.as_system()
    removal = run.db.remove(name, delete_data=delete_data, dry_run=run.dry_run)
    _tell(run, [*removal.changes, *map(str, removal.data), *removal.obstacles])


def _tell(run: Session, lines: list[str]) -> None:
    if run.out.as_json:
        return run.out.json({"changes": lines, "dry_run": run.dry_run})
    if run.dry_run:
        run.out.line("cli.dry_run")
    for line in lines:
        run.out.text(line)
    if not lines:
        run.out.line("cli.unchanged")


@click.command()
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
@click.option("--key", default="", metavar="TEXT", help="Idempotency key: a second run with it does nothing.")
@options(writes=True)
def apply(run: Session, file: TextIO, key: str) -> None:
    """Apply a batch in JSON from a file or standard input: {"changes": [{"create": "account", "set": {"name": "Acme"}}]}."""
    text = file.read()
    try:
        batch = json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"not JSON: {error}") from None
    if not isinstance(batch, dict):
        raise click.UsageError('a batch is an object: {"changes": [...]}')
    run.write_batch(batch, key=key)


def shell_command(cli: click.Group) -> click.Command:
    """The command `shell` of a group: it runs that group's other commands on one database."""

    @click.command("shell")
    @options()
    def shell(run: Session) -> None:
        """Commands one after another, without "kith"; end with Ctrl-D."""
        common = ["--db", run.path, "--lang", run.lang]
        while True:
            try:
                words = shlex.split(click.prompt("kith", prompt_suffix="> ", default="", show_default=False))
                if not words:
                    continue
                if words[0] in ("exit", "quit"):
                    return
                named = cli.commands.get(words[0])
                group = words[:2] if isinstance(named, click.Group) and words[1:2] and words[1] in named.commands else words[:1]
                cli.main([*group, *common, *words[len(group) :]], prog_name="", standalone_mode=False)
            except (EOFError, click.Abort):
                return
            except ValueError as error:
                click.echo(str(error), err=True)
            except click.ClickException as error:
                error.show()
            except click.exceptions.Exit:
                pass  # the command has told why

    return shell


COMMANDS = (init, stats, schema, verify, backup, compact, restore, salvage, export, package, apply)
