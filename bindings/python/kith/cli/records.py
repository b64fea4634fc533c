"""Records: add, change, move, find, show."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

import click

import kith
from kith import reading
from kith.cli import texts
from kith.cli.session import Session, options
from kith.undo import undo as take_back


def _stamp(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _assigned(run: Session, now: kith.Snapshot, type: str, given: tuple[str, ...]) -> dict[str, Any]:
    return texts.assignments(now, run.type(type), given, currency=run.settings["base_currency"], zone=run.zone)


def _effective(run: Session, at: str | None) -> dict[str, str]:
    return {"effective": _stamp(reading.moment(at, run.zone))} if at else {}


_AT = click.option("--at", metavar="TIME", help="From when it holds; now otherwise.")
_KEY = click.option("--key", default="", metavar="TEXT", help="Idempotency key: a second run with it does nothing.")


@click.command()
@click.argument("type")
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE...")
@click.option("--ref", metavar="SYSTEM=KEY", help="External reference; a record that has it is changed instead.")
@_AT
@_KEY
@options(writes=True)
def add(run: Session, type: str, fields: tuple[str, ...], ref: str | None, at: str | None, key: str) -> None:
    """Add a record: kith add account name=Acme industry=technology."""
    with run.read() as now:
        values = _assigned(run, now, type, fields)
    named = {"upsert": type, "ref": list(texts.reference(ref))} if ref else {"create": type}
    run.write([named | {"set": values} | _effective(run, at)], key=key)


@click.command("set")
@click.argument("target")
@click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")
@click.option("--version", type=int, help="Refuse (exit code 4) unless the record stands at this version.")
@_AT
@_KEY
@options(writes=True)
def set_(run: Session, target: str, fields: tuple[str, ...], version: int | None, at: str | None, key: str) -> None:
    """Set fields of a record; FIELD= clears."""
    with run.read() as now:
        id = texts.target(now, target)
        values = _assigned(run, now, now[id].type, fields)
    required = [{"require": id, "version": version}] if version is not None else []
    run.write([*required, {"patch": id, "set": values} | _effective(run, at)], key=key)


@click.command()
@click.argument("target")
@_KEY
@options(writes=True)
def delete(run: Session, target: str, key: str) -> None:
    """Delete a record; kith undo brings it back."""
    with run.read() as now:
        id = texts.target(now, target)
    run.write([{"delete": id}], key=key)


def _pipeline_of(run: Session, now: kith.Snapshot, id: int) -> dict[str, Any]:
    """The pipeline that a record is in, or would be in."""
    record = now[id]
    found = now.pipelines(record.type)
    if not found:
        hint = f"only these have a pipeline: {', '.join(run.deal_types())}"
        raise kith.InvalidArgumentError(f"{record.type} {id} has no pipeline", code="INVALID_ARGUMENT", reason="UnknownStage", hint=hint)
    at = record[run.types[record.type]["behaviours"]["pipelined"]["pipeline"]]
    return next((pipeline for pipeline in found if pipeline["id"] == at), found[0])


def _move(run: Session, target: str, wanted: str, at: str | None, key: str, fields: tuple[str, ...] = ()) -> None:
    """Moves a deal to a stage by name or label, or to the first one of a kind when `wanted` is won or lost."""
    with run.read() as now:
        id = texts.target(now, target, run.deal_types())
        pipeline = _pipeline_of(run, now, id)
        stage = next((s["name"] for s in pipeline["stages"] if wanted in (s["name"], *s.get("labels", {}).values())), None)
        stage = stage or next((s["name"] for s in pipeline["stages"] if s["kind"] == wanted), wanted)
        path = stage if "/" in stage else f"{pipeline['name']}/{stage}"
        values = _assigned(run, now, now[id].type, fields)
    changes: list[dict[str, Any]] = [{"patch": id, "set": values} | _effective(run, at)] if values else []
    to = {"type": "stage", "ref": ["kith.stage", path]}
    move = {"create": "move", "set": {"record": id, "to": to, "cause": "manual"} | ({"reason": run.reason} if run.reason else {})}
    run.write([*changes, move | _effective(run, at)], key=key)


@click.command()
@click.argument("deal")
@click.argument("stage")
@_AT
@_KEY
@options(writes=True)
def move(run: Session, deal: str, stage: str, at: str | None, key: str) -> None:
    """Move a deal to a stage, by name or PIPELINE/STAGE."""
    _move(run, deal, stage, at, key)


@click.command()
@click.argument("deal")
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE...]")
@_AT
@_KEY
@options(writes=True)
def won(run: Session, deal: str, fields: tuple[str, ...], at: str | None, key: str) -> None:
    """A deal is won; fields such as amount=120000 are set with it."""
    _move(run, deal, "won", at, key, fields)


@click.command()
@click.argument("deal")
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE...]")
@_AT
@_KEY
@options(writes=True)
def lost(run: Session, deal: str, fields: tuple[str, ...], at: str | None, key: str) -> None:
    """A deal is lost; fields such as loss_reason=price are set with it."""
    _move(run, deal, "lost", at, key, fields)


@click.command()
@click.argument("target")
@click.argument("kind")
@click.argument("subject", default="")
@click.option("--direction", type=click.Choice(["out", "in", "mutual"]), default="mutual", show_default=True, help="Who began it.")
@click.option("--minutes", type=int, help="How long it took.")
@click.option("--employee", metavar="WHO", help="Who of ours took part.")
@_AT
@_KEY
@options(writes=True)
def log(
    run: Session, target: str, kind: str, subject: str, direction: str, minutes: int | None, employee: str | None, at: str | None, key: str
) -> None:
    """Log a call, meeting, mail: kith log contact:Ada call "Asked for a quote"."""
    type, roles = run.roles("interaction")
    with run.read() as now:
        id = texts.target(now, target)
        about = now[id].type
        given: dict[str, Any] = {"kind": kind, "direction": direction, "subject": subject or None, "minutes": minutes}
        given["at"] = _stamp(reading.moment(at, run.zone) if at else dt.datetime.now(dt.UTC))
        given["employee"] = texts.target(now, employee, ["employee"]) if employee else None
        given[about if about in ("contact", "account") else "about"] = id
    run.write([{"create": type, "set": {roles[role]: value for role, value in given.items() if value is not None}}], key=key)


@click.command()
@click.argument("target")
@click.argument("text")
@_KEY
@options(writes=True)
def note(run: Session, target: str, text: str, key: str) -> None:
    """Write a note about a record."""
    with run.read() as now:
        id = texts.target(now, target)
    run.write([{"create": "note", "set": {"body": text, "regarding": id}}], key=key)


@click.command()
@click.argument("run_or_range", metavar="RUN|FIRST-LAST")
@options(writes=True)
def undo(run: Session, run_or_range: str) -> None:
    """Take back an import by its run, or changes by their numbers. Refused where later changes would be lost."""
    run.as_system()
    report = take_back(run.db, run_or_range, actor=run.actor, dry_run=run.dry_run)
    if run.out.as_json:
        run.out.json(report)
        return
    if run.dry_run:
        run.out.line("cli.dry_run")
    run.out.line("cli.undone", **{name: report[name] for name in ("deleted", "reset", "restored")})


_SHOWN = 6  # fields that a table has room for; programs get all


@click.command()
@click.argument("what", metavar="TYPE|JSON")
@click.option("--where", metavar="CEL", help="Such as: stage.kind == 'open' && amount > money('1000', 'CNY').")
@click.option("--select", metavar="FIELDS", help="Fields, paths and expressions, separated by commas.")
@click.option("--order", metavar="FIELDS", help="Such as -amount,name.")
@click.option("--limit", type=int, default=50, show_default=True)
@click.option("--explain", is_flag=True, help="How it is answered, instead of rows.")
@options(reads=True)
def query(
    run: Session, what: str, where: str | None, select: str | None, order: str | None, limit: int, explain: bool
) -> None:
    """Ask for records: of a type, or by a query in JSON."""
    asked: dict[str, Any] = json.loads(what) if what.lstrip().startswith("{") else {"from": what, "limit": limit}
    for name, text in (("select", select), ("order", order)):
        if text:
            asked[name] = [part.strip() for part in text.split(",")]
    if where:
        asked["where"] = where
    if "select" not in asked and "group" not in asked:
        fields = run.type(asked["from"])["fields"]
        asked["select"] = ["id", *(field["name"] for field in (fields if run.out.as_json else fields[:_SHOWN]))]
    with run.read() as now:
        rows = now.query(asked, effective=run.as_of)
        found = list(rows)
        if explain:
            run.out.json(rows.explain())
        elif run.out.as_json:
            run.out.json(found)
        else:
            known = {field["name"]: field for field in run.types.get(asked["from"], {"fields": []})["fields"]}
            titles = [(known.get(name, {}).get("labels") or {}).get(run.lang) or name for name in rows.columns]
            shown = ([run.show(now, known.get(name), row[name]) for name in rows.columns] for row in found)
            run.out.table(rows.columns, shown, titles=titles)
            if len(found) == asked.get("limit"):
                run.out.line("cli.more")


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--type", "types", multiple=True, help="Only records of this type; may be repeated.")
@click.option("--limit", type=int, default=20, show_default=True)
@click.option("--exact", is_flag=True, help="No misspellings.")
@options()
def search(run: Session, text: tuple[str, ...], types: tuple[str, ...], limit: int, exact: bool) -> None:
    """Find records by words, beginnings, pinyin, digits."""
    with run.read() as now:
        hits = [hit | {"name": run.name_of(now, hit["id"])} for hit in now.search(" ".join(text), types, limit=limit, exact=exact)]
        if run.out.as_json:
            run.out.json(hits)
        run.out.table(["id", "type", "name", "match"], ((h["id"], h["type"], h["name"], h["field"]) for h in hits))


@click.command()
@click.argument("target")
@options(reads=True)
def show(run: Session, target: str) -> None:
    """Show a record with its fields, and what it is known as elsewhere."""
    with run.read() as now:
        id = texts.target(now, target)
        record = now.as_of(id, effective=run.as_of) if run.as_of else now.record(id)
        record["refs"] = [list(ref) for ref in now.external_refs(id)]
        if run.out.as_json:
            return run.out.json(record)
        type = run.type(record["type"])
        run.out.heading(f"{(type.get('labels') or {}).get(run.lang) or type['name']} {id}: {run.name_of(now, id)}")
        rows = [
            ((field.get("labels") or {}).get(run.lang) or field["name"], run.show(now, field, record["fields"][field["name"]]))
            for field in type["fields"]
            if record["fields"].get(field["name"]) is not None
        ]
        if record.get("owner"):
            rows.append((run.out.words("col.owner"), run.name_of(now, record["owner"])))
        rows += [(system, key) for system, key in record["refs"]]
        run.out.table(["field", "value"], rows)


def _who(run: Session, now: kith.Snapshot, actor: Any) -> str:
    if isinstance(actor, dict):
        return f"{actor['system']}={actor['key']}"
    return run.name_of(now, actor) if actor else ""


@click.command()
@click.argument("target", required=False)
@click.option("--since", type=int, default=0, metavar="N", help="After this number.")
@click.option("--type", "types", multiple=True, help="Only records of this type; may be repeated.")
@click.option("--field", "fields", multiple=True, help="Only this field; may be repeated.")
@click.option("--limit", type=int, default=50, show_default=True)
@options()
def changes(run: Session, target: str | None, since: int, types: tuple[str, ...], fields: tuple[str, ...], limit: int) -> None:
    """What changed, oldest first; of one record, its whole history. The number to go on from is in the first column."""
    with run.read() as now:
        id = None if target is None else int(target) if target.isdigit() else texts.target(now, target)  # also of a deleted one
        found: list[dict[str, Any]] = []
        for entry in now.feed(since, types=types, fields=fields, record=id):
            if len(found) == limit:
                break
            found.append(entry)
        if run.out.as_json:
            return run.out.json(found)
        rows = []
        for entry in found:
            # Definitions are records too, of types that the catalog does not list.
            type = run.types.get(entry["type"], {"fields": []})
            known = {field["name"]: field for field in type["fields"]} | {"owner": {"kind": "ref"}}
            parts = []
            for change in entry["fields"]:
                values = [run.show(now, known.get(change["field"]), change[side]) for side in ("before", "after")]
                parts.append(f"{change['field']}: {' → '.join(value or '–' for value in values)}")
            of = f"{entry['type']} {run.name_of(now, entry['record'])}"
            operation = run.out.words.named("op", entry["operation"])
            # From when it holds, which may be earlier than when it was written.
            when = run.time(min((change["effective"] for change in entry["fields"]), default=entry["effective"]))
            rows.append((entry["sequence"], when, operation, of, _who(run, now, entry["actor"]), entry["reason"], "\n".join(parts)))
        run.out.table(["sequence", "when", "operation", "type", "by", "reason", "what"], rows)


@click.command()
@click.argument("target")
@click.option("--kind", "kinds", multiple=True, help="Only interaction, task, note, ticket, document, deal or move; may be repeated.")
@click.option("--since", metavar="TIME", help="Not before.")
@click.option("--until", metavar="TIME", help="Not after.")
@click.option("--limit", type=int, default=20, show_default=True)
@options()
def timeline(run: Session, target: str, kinds: tuple[str, ...], since: str | None, until: str | None, limit: int) -> None:
    """What happened with a person, an organisation, a deal or any other record, newest first."""
    start, end = (reading.moment(text, run.zone) if text else None for text in (since, until))
    with run.read() as now:
        told = now.timeline(texts.target(now, target), kinds=kinds, since=start, until=end, page=min(limit, 1000))
        found = list(itertools.islice(told, limit))
        if run.out.as_json:
            return run.out.json(found)
        words = run.out.words
        rows = ((run.time(e["at"]), words(f"what.{e['kind']}"), e["text"], run.name_of(now, e["about"]) if e.get("about") else "") for e in found)
        run.out.table(["when", "kind", "what", "about"], rows)
        if len(found) == limit:
            run.out.line("cli.more")


COMMANDS = (timeline, add, set_, delete, move, won, lost, log, note, undo, query, search, show, changes)
