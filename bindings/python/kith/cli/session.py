"""One run of the command: the database, who asks, and how errors become exit codes."""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import getpass
import itertools
import json
import locale
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal
from zoneinfo import ZoneInfo

import click

import kith
from kith import reading
from kith.cli import texts
from kith.cli.output import Output
from kith.cli.reasons import REASONS, advice

REFUSED, USAGE, NOT_FOUND, CONFLICT, NOT_PERMITTED, NOT_NOW, DAMAGED, IN_PART = 1, 2, 3, 4, 5, 6, 7, 8

_EXITS: tuple[tuple[type[kith.Error], int], ...] = (
    (kith.NotFoundError, NOT_FOUND),
    (kith.ConflictError, CONFLICT),
    (kith.AlreadyExistsError, CONFLICT),
    (kith.PermissionDeniedError, NOT_PERMITTED),
    (kith.UnavailableError, NOT_NOW),
    (kith.DeadlineError, NOT_NOW),
    (kith.ResourceExhaustedError, NOT_NOW),
    (kith.CorruptError, DAMAGED),
)

_UNKNOWN = ("UnknownPipeline", "UnknownType")
_PLACE = re.compile(r"changes\[\d+\]\.(set\.)?")


def exit_code(error: kith.Error) -> int:
    if error.reason in _UNKNOWN:
        return NOT_FOUND
    return next((code for kind, code in _EXITS if isinstance(error, kind)), REFUSED)


def language(given: str | None) -> Literal["en", "zh"]:
    """The language asked for, else that of the environment."""
    told = given or os.environ.get("KITH_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return "zh" if told.lower().startswith("zh") else "en"


_TOLD = 5  # records that a write names


class Session:
    """What a command is given: options, and the database opened when first asked for."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.path: str = options["db"]
        self.lang: Literal["en", "zh"] = language(options["lang"])
        self.out = Output(self.lang, options["json"])
        self.dry_run: bool = options.get("dry_run", False)
        self.reason: str = options.get("reason") or ""
        self._actor: str | None = options.get("actor")
        self._viewer: str | None = options.get("viewer")
        self._as_of: str | None = options.get("as_of")
        self._db: kith.Database | None = None
        self._names: dict[int, str] = {}

    @property
    def db(self) -> kith.Database:
        if self._db is None:
            if not os.path.isdir(self.path):
                hint = f"make one: kith init {self.path}; or name another: --db PATH, or KITH_DB"
                raise kith.NotFoundError(f"there is no database at {self.path}", code="NOT_FOUND", reason="NotFound", hint=hint)
            self._db = kith.open(self.path)
        return self._db

    def close(self) -> None:
        if self._db is not None:
            self._db.close()

    @functools.cached_property
    def settings(self) -> dict[str, Any]:
        return self.db.settings()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings["time_zone"])

    @functools.cached_property
    def types(self) -> dict[str, dict[str, Any]]:
        return {type["name"]: type for type in self.db.catalog()["types"]}

    def type(self, name: str) -> dict[str, Any]:
        if name not in self.types:
            near = difflib.get_close_matches(name, self.types, 1)
            hint = f"did you mean {near[0]!r}?" if near else "see them all: kith schema"
            raise kith.NotFoundError(f"there is no type {name!r}", code="NOT_FOUND", reason="UnknownType", hint=hint, type=name)
        return self.types[name]

    def roles(self, behaviour: str) -> tuple[str, dict[str, str]]:
        """The first type with a behaviour, and which of its fields play the parts."""
        for name, type in self.types.items():
            if behaviour in type.get("behaviours", {}):
                return name, type["behaviours"][behaviour]
        raise kith.FailedPreconditionError(f"no type has the behaviour {behaviour}", code="FAILED_PRECONDITION", reason="UnknownType")

    def deal_types(self) -> list[str]:
        return [name for name, type in self.types.items() if "pipelined" in type.get("behaviours", {})]

    @property
    def as_of(self) -> dt.datetime | None:
        return reading.moment(self._as_of, self.zone) if self._as_of else None

    @functools.cached_property
    def viewer(self) -> int:
        if not self._viewer:
            return 0
        with self.db.snapshot() as now:
            return texts.target(now, self._viewer, ["employee"])

    def as_system(self) -> None:
        """For commands that read and write past a viewer's rights: refuses a viewer rather than to go beyond them."""
        if self._viewer:
            raise click.UsageError("this command acts as the system: it takes no --viewer (or KITH_VIEWER)")

    @property
    def actor(self) -> kith.values.Ref:
        """Who writes: --actor as an id or SYSTEM=KEY, else the user of the machine."""
        if not self._actor:
            return ("kith.cli", getpass.getuser())
        return int(self._actor) if self._actor.isdigit() else texts.reference(self._actor)

    def read(self) -> kith.Snapshot:
        return self.db.snapshot(self.viewer)

    # --- how values are shown

    def name_of(self, now: kith.Snapshot, id: int) -> str:
        """What a record is called, for people: by its label, name, subject or number."""
        if id not in self._names:
            record = now.get(id)
            fields = {field["name"] for field in self.types.get(record.type, {"fields": []})["fields"]} if record else set()
            found = None
            for field in (f"label_{self.lang}", "name", "subject", "number"):
                if record and field in fields and not found:
                    found = record[field]
            self._names[id] = str(found) if found else f"#{id}"
        return self._names[id]

    def time(self, value: str | dt.datetime | None) -> str:
        if value is None:
            return ""
        time = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        return time.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def show(self, now: kith.Snapshot, field: dict[str, Any] | None, value: Any) -> str:
        """A field's value in the database's settings and the command's language."""
        if value is None:
            return ""
        kind = (field or {}).get("kind")
        if isinstance(value, kith.Money):
            return self.out.words.exact(value.minor, value.currency)
        if isinstance(value, dict) and "minor" in value:
            return self.out.words.exact(value["minor"], value["currency"])
        if kind == "ref" and isinstance(value, int):
            return self.name_of(now, value)
        if kind == "time" or isinstance(value, dt.datetime):
            return self.time(value)
        if isinstance(value, (list, tuple)):
            return ", ".join(self.show(now, field, item) for item in value)
        if isinstance(value, bool):
            return self.out.words("yes" if value else "no")
        if kind in ("choice", "choice_set") and field:
            labels = {choice["name"]: choice.get("labels", {}) for choice in field["choices"]}
            return str(labels.get(value, {}).get(self.lang) or value)
        return str(value)

    # --- writes

    def write(self, changes: list[dict[str, Any]], *, key: str = "") -> list[int]:
        """Applies changes in the JSON form of batches, on the viewer's behalf; the ids of what was created. Tells what was done."""
        try:
            return self.write_batch({"changes": changes}, key=key)
        except kith.Error as error:
            # The changes were made from words, so that their places in a batch tell nobody anything.
            error.message = _PLACE.sub("", error.message)
            error.field = _PLACE.sub("", error.field)
            raise

    def write_batch(self, batch: dict[str, Any], *, key: str = "") -> list[int]:
        actor = self.actor
        given = {"actor": actor if isinstance(actor, int) or actor is None else dict(zip(("system", "key"), actor, strict=True))}
        text = json.dumps(given | {"reason": self.reason} | batch)
        return self.tell(self.db.batch_from_json(text, key=key, dry_run=self.dry_run, viewer=self.viewer).apply())

    def tell(self, outcome: kith.Outcome) -> list[int]:
        first, last = outcome.first_sequence, outcome.last_sequence
        touched: dict[int, dict[str, Any]] = {}
        if not self.dry_run and not outcome.replayed and last:
            with self.db.snapshot() as now:
                for entry in itertools.takewhile(lambda entry: entry["sequence"] <= last, now.feed(first - 1)):
                    touched.setdefault(entry["record"], entry)
                names = {id: self.name_of(now, id) for id in touched}
        created = [(id, entry["type"]) for id, entry in touched.items() if entry["operation"] == "create"]
        if self.out.as_json:
            told = {"dry_run": self.dry_run, "replayed": outcome.replayed, "first": first or None, "last": last or None}
            self.out.json(told | {"created": [{"id": id, "type": type} for id, type in created], "effects": outcome.effects})
            return [id for id, _ in created]
        if self.dry_run:
            self.out.line("cli.dry_run")
            for effect in outcome.effects:
                self.out.text(f"  {effect}")
        elif outcome.replayed:
            self.out.line("cli.replayed")
        elif not last:
            self.out.line("cli.unchanged")
        else:
            told_of = [f"{entry['type']} {id} {names[id]}" for id, entry in touched.items() if not names[id].startswith("#")]
            told_of = told_of or [f"{entry['type']} {id}" for id, entry in touched.items()]
            what = ", ".join(told_of[:_TOLD]) + (f" + {len(told_of) - _TOLD}" if len(told_of) > _TOLD else "")
            self.out.line("cli.written", what=what)
            self.out.line("cli.sequences", first=first, last=last)
        return [id for id, _ in created]


def _report(session: Session, error: kith.Error) -> None:
    """An error as people or programs read it."""
    if session.out.as_json:
        names = ("code", "reason", "message", "hint", "type", "record", "field", "value", "change")
        click.echo(json.dumps({"error": {name: getattr(error, name) for name in names}}, ensure_ascii=False), err=True)
        return
    words = session.out.words
    told = REASONS.get(error.reason) if words.lang == "zh" else None
    click.echo(f"{words('cli.error')}: {told[0] if told else error.message} ({error.reason})", err=True)
    if told:
        for name in ("type", "record", "field", "value"):
            if getattr(error, name) not in (None, ""):
                click.echo(f"{words(f'col.{name}')}: {getattr(error, name)}", err=True)
        click.echo(f"{words('cli.hint')}: {advice(error.reason, error.hint)}", err=True)
        click.echo(f"{words('cli.message')}: {error.message}{'; ' if error.hint else ''}{error.hint}", err=True)
    elif error.hint:
        click.echo(f"{words('cli.hint')}: {error.hint}", err=True)


@contextmanager
def session(options: dict[str, Any]) -> Iterator[Session]:
    """A run whose errors of the library end it with the exit code that they stand for."""
    run = Session(options)
    try:
        yield run
    except kith.Error as error:
        _report(run, error)
        raise click.exceptions.Exit(exit_code(error)) from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    finally:
        run.close()


_COMMON = (
    click.option("--db", envvar="KITH_DB", default="crm.kith", show_default=True, metavar="PATH", help="The database."),
    click.option("--json", is_flag=True, help="Print JSON."),
    click.option("--lang", type=click.Choice(["en", "zh"]), help="Language; that of the environment otherwise."),
    click.option("--viewer", envvar="KITH_VIEWER", metavar="WHO", help="On whose behalf: an employee's id or name. Otherwise the system."),
)
_READS = (click.option("--as-of", metavar="TIME", help="As it stood then: 2026-03-31, or with a time."),)
_WRITES = (
    click.option("--dry-run", is_flag=True, help="Check everything, change nothing."),
    click.option("--actor", envvar="KITH_ACTOR", metavar="WHO", help="Who writes: an id, or SYSTEM=KEY. Otherwise you."),
    click.option("--reason", metavar="TEXT", help="Why; kept in history."),
)
_NAMES = ("db", "json", "lang", "viewer", "as_of", "dry_run", "actor", "reason")


def options(*, reads: bool = False, writes: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a function the options that all commands share, and a `Session` as its first argument."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(**given: Any) -> None:
            shared = {name: given.pop(name) for name in _NAMES if name in given}
            with session(shared) as opened:
                function(opened, **given)

        decorated: Callable[..., None] = run
        for option in reversed(_COMMON + (_READS if reads else ()) + (_WRITES if writes else ())):
            decorated = option(decorated)
        return decorated

    return decorate
