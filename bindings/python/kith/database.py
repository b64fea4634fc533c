"""Database, batch, snapshot: the words of Kith in Python."""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from kith import _kith
from kith.access import _RIGHTS, Right, Viewer, viewer_of
from kith.care import Care
from kith.columns import Export
from kith.converting import Converting
from kith.duplicates import OnePersonOnce
from kith.errors import _closed
from kith.exchange import Exchange
from kith.forecast import Forecast
from kith.forking import reopened_in_children
from kith.funnel import Funnel
from kith.insights import Insights
from kith.merging import BatchMerging, Merging, Origins
from kith.packages import Packages
from kith.pools import Handing, Recycling
from kith.query import Rows, parameters_json
from kith.relations import Relations
from kith.relationships import Planning, Relationships
from kith.replicas import Replicas
from kith.settings import Settings, When, moment_of
from kith.timeline import Timelines
from kith.values import (
    LocalId,
    Money,
    Ref,
    Target,
    micros_of,
    raw_target,
)
from kith.work import Work


def open(
    path: str | os.PathLike[str] = "",
    *,
    create: bool = False,
    read_only: bool = False,
    temporary: bool = False,
    relaxed: bool = False,
    map_size: int = 0,
    max_size: int = 0,
    node: int = 0,
    currency: str | None = None,
    zone: str | None = None,
    fiscal_start: int | None = None,
) -> Database:
    """Opens the store in the directory `path`; `temporary` makes one that goes with its last handle. A forked child has it open anew.

    `currency`, `zone` and `fiscal_start` are settings that it shall have: see `Database.configure`.

    >>> import kith
    >>> with kith.open(temporary=True) as db:
    ...     with db.batch(reason="first") as batch:
    ...         acme = batch.upsert("account", ("app.clients", "8841"), name="Acme 律所")
    ...     with db.snapshot() as now:
    ...         print(now.find("account", ("app.clients", "8841"))["name"])
    Acme 律所
    """
    rest = (relaxed, map_size, max_size, node)
    db = Database(_kith.open(os.fspath(path), create, read_only, temporary, *rest))
    try:
        if (currency, zone, fiscal_start) != (None, None, None):
            db.configure(currency=currency, zone=zone, fiscal_start=fiscal_start)
    except BaseException:
        db.close()
        raise
    found = os.path.abspath(path)
    return db if temporary else reopened_in_children(db, lambda: _kith.open(found, False, read_only, False, *rest))


class Database(Packages, Settings, Care, Exchange, Merging, Converting, Replicas, Recycling):
    """An open store. Safe from any thread. Close it, or use it as a context manager; snapshots keep what they need."""

    def __init__(self, handle: _kith.Database) -> None:
        self._handle = handle

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<kith.Database {self.path or 'closed'}>"

    def close(self) -> None:
        self._handle.close()

    @property
    def path(self) -> str:
        return self._handle.path()

    def batch(
        self,
        actor: Ref = None,
        reason: str = "",
        *,
        key: str = "",
        dry_run: bool = False,
        timeout: float | None = None,
        checkpoint: str | None = None,
        checkpoint_value: bytes = b"",
        vendor: str | None = None,
        viewer: Viewer | int = 0,
    ) -> Batch:
        """A batch of changes; as a context manager it is applied on a clean exit and its result is `batch.outcome`.

        `vendor` ("acme" of the package "acme.freight") applies it on that vendor's behalf: PermissionDeniedError where it writes another
        vendor's types or fields. With a `viewer` it may change what the access policy lets them change, and its errors tell of nothing
        that they may not see.
        """
        options = (key, dry_run, int((timeout or 0) * 1e6), checkpoint, checkpoint_value, vendor, *viewer_of(viewer))
        return Batch(self, self._handle.new_batch(actor, reason), options)

    def batch_from_json(
        self, text: str, *, key: str = "", dry_run: bool = False, vendor: str | None = None, viewer: Viewer | int = 0
    ) -> Batch:
        """A batch in its JSON form."""
        return Batch(self, self._handle.batch_from_json(text), (key, dry_run, 0, None, b"", vendor, *viewer_of(viewer)))

    def snapshot(self, viewer: Viewer | int = 0, units: Sequence[int] = ()) -> Snapshot:
        """A consistent view for one viewer; 0 is the system, who sees everything."""
        return Snapshot(self._handle.read(*viewer_of(viewer, units)))

    def set_policy(self, policy: str | dict[str, Any], actor: Ref = None, *, dry_run: bool = False) -> list[str]:
        """Sets who may read and write what (the form stands in kith/catalog/policy.h); ``{}`` takes the policy away. What changed."""
        text = policy if isinstance(policy, str) else json.dumps(policy)
        changes: list[str] = json.loads(self._handle.set_policy(text, actor, dry_run))["changes"]
        return changes

    def policy(self) -> dict[str, Any]:
        """The access policy; empty when there is none."""
        policy: dict[str, Any] = json.loads(self._handle.policy_json())
        return policy

    def query(self, query: str | dict[str, Any], parameters: Mapping[str, Any] | None = None, **options: Any) -> Rows:
        """The same as `Snapshot.query` on the newest state, for the system."""
        # The rows keep what they need of the snapshot.
        with self.snapshot() as now:
            return now.query(query, parameters, **options)

    def funnel(self, pipeline: str | None = None, *, by: str | None = None, **options: Any) -> Funnel:
        """The funnel by what is known now, of the main pipeline unless one is named; see `Snapshot.funnel` for the options."""
        with self.snapshot() as now:
            return now.funnel(pipeline or now.main_pipeline(), by=by, **options)

    def forecast(self, period: str = "next-quarter", *, pipeline: str | None = None, by: str | None = None, **options: Any) -> Forecast:
        """What a period will bring, by what is known now, of the main pipeline unless one is named; see `Snapshot.forecast` for the options.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         deal = batch.create("opportunity", name="D", amount=kith.Money(10_000, "CNY"))
        ...         move = batch.move(deal, "default/qualified")
        ...     forecast = db.forecast("this-quarter", by="team")
        ...     print(forecast["open_deals"], 0 < forecast.probability_at_least(10_000) < 1)
        1 True
        """
        with self.snapshot() as now:
            made = now.forecast(pipeline or now.main_pipeline(), period, by=by, **options)

        def backtest(*asked: Any, **how: Any) -> dict[str, Any]:
            with self.snapshot() as later:
                return later.backtest(*asked, **how)

        made._backtest = functools.partial(backtest, *made._backtest.args, **made._backtest.keywords)
        return made

    def catalog(self) -> dict[str, Any]:
        """All definitions."""
        catalog: dict[str, Any] = json.loads(self._handle.catalog_json())
        return catalog

    def fill_segments(self) -> None:
        """Looks at the existing records that new segments have not looked at yet, until all segments are complete."""
        self._handle.fill_segments()

    def wait(self, sequence: int, timeout: float) -> int:
        """Blocks until there is a change after `sequence`, or for `timeout` seconds; the newest sequence number."""
        return self._handle.wait(sequence, int(timeout * 1000))


_OPERATIONS = ("", "create", "change", "delete")


class Outcome:
    """What came of a batch. `changes`, of a dry run: each record that would be written, with "create", "change" or "delete"."""

    def __init__(
        self, ids: dict[int, int], first: int, last: int, replayed: bool, effects: list[str], changes: list[tuple[int, int]]
    ) -> None:
        self._ids = ids
        self.first_sequence = first
        self.last_sequence = last
        self.replayed = replayed
        self.effects = effects
        self.changes: list[tuple[int, str]] = [(record, _OPERATIONS[operation]) for record, operation in changes]

    def id(self, local: LocalId) -> int:
        """The id of a record that the batch created or named."""
        return self._ids[local.value]


_Options = tuple[str, bool, int, str | None, bytes, str | None, int, list[int], list[str]]


class Batch(BatchMerging, Handing, Planning):
    """Changes in plain memory, applied together or not at all."""

    def __init__(self, db: Database, handle: _kith.Batch, options: _Options) -> None:
        self._db = db
        self._handle = handle
        self._options = options
        self._locals: list[int] = []
        self.outcome: Outcome | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self.apply()
        finally:
            self._handle.close()

    def _local(self, value: int, fields: dict[str, Any]) -> LocalId:
        local = LocalId(value)
        self._locals.append(value)
        self.set(local, **fields)
        return local

    def create(self, type: str, /, ref: tuple[str, str] | None = None, **fields: Any) -> LocalId:
        """A new record; with `ref` no record of the type may have that reference yet."""
        made = self._handle.create(type) if ref is None else self._handle.create_ext(type, ref)
        return self._local(made, fields)

    def upsert(self, type: str, ref: tuple[str, str], /, **fields: Any) -> LocalId:
        """The record with `ref`, created when absent."""
        return self._local(self._handle.upsert(type, ref), fields)

    def create_if_absent(self, type: str, ref: tuple[str, str], /, **fields: Any) -> LocalId:
        """The record with `ref`, left untouched when present."""
        return self._local(self._handle.create_if_absent(type, ref), fields)

    def existing(self, type: str, ref: Ref) -> LocalId:
        """A record that must exist, to set fields of or to refer to."""
        return self._local(self._handle.existing(type, ref), {})

    def set(self, target: Target, /, **fields: Any) -> None:
        """Sets fields. A choice is given by name, a reference by id or LocalId, None clears."""
        for field, value in fields.items():
            self._handle.set(raw_target(target), field, value)

    def add(self, target: Target, field: str, amount: int | Money) -> None:
        """Adds to a number; exact under concurrency, since the writer evaluates it."""
        if isinstance(amount, Money):
            self._handle.add_money(raw_target(target), field, amount.minor, amount.currency)
        else:
            self._handle.add_int(raw_target(target), field, amount)

    def move(self, target: Target, stage: str, reason: str = "") -> LocalId:
        """Moves a pipelined record to "pipeline/stage"."""
        return self._local(self._handle.move(raw_target(target), stage, reason), {})

    def override(self, target: Target, stage: str, reason: str) -> LocalId:
        """Moves a record although it does not meet what is mandatory in its stages; the reason and what is unmet stay on the move."""
        return self._local(self._handle.override(raw_target(target), stage, reason), {})

    def complete_step(self, target: Target, step: str, evidence: Target = 0, note: str = "") -> LocalId:
        """A step, "pipeline/stage/step", is done for a record, shown by a record as its evidence.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         batch.define_pipeline({"name": "build", "for_type": "opportunity", "stages": [
        ...             {"name": "design", "steps": [{"name": "drawing", "mandatory": True, "evidence": "note"}]},
        ...             {"name": "built", "kind": "won"}]})
        ...     with db.batch() as batch:
        ...         house = batch.create("opportunity", name="House")
        ...         _ = batch.move(house, "build/design")
        ...     house = batch.outcome.id(house)
        ...     with db.snapshot() as now:
        ...         print(now.guide(house)["tracks"][0]["next"][0]["refused"])
        ...     with db.batch() as batch:
        ...         drawing = batch.create("note", regarding=house, body="Drawing 3")
        ...         _ = batch.complete_step(house, "build/design/drawing", drawing)
        ...         _ = batch.move(house, "build/built")
        ...     with db.snapshot() as now:
        ...         print(now.guide(house)["tracks"][0]["kind"])
        True
        won
        """
        return self._local(self._handle.complete_step(raw_target(target), step, raw_target(evidence), note), {})

    def delete(self, target: Target) -> None:
        self._handle.delete(raw_target(target))

    def restore(self, id: int) -> None:
        """Brings back a deleted record as it was, with its external references and what its deletion took along.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         acme = batch.create("account", name="Acme")
        ...     id = batch.outcome.id(acme)
        ...     with db.batch() as batch:
        ...         batch.delete(id)
        ...     with db.batch() as batch:
        ...         batch.restore(id)
        ...     with db.snapshot() as now:
        ...         print(now[id]["name"])
        Acme
        """
        self._handle.restore(id)

    def link(self, target: Target, ref: tuple[str, str]) -> None:
        """Gives a record a further external reference."""
        self._handle.link(raw_target(target), ref)

    def unlink(self, target: Target, ref: tuple[str, str]) -> None:
        self._handle.unlink(raw_target(target), ref)

    def require_version(self, target: Target, version: int) -> None:
        """Refuses the batch (ConflictError) unless the record stands at `version`."""
        self._handle.require_version(raw_target(target), version)

    def require_value(self, target: Target, field: str, value: Any) -> None:
        """Compare and set: refuses the batch unless the field has this value before it (None: no value)."""
        self._handle.require_value(raw_target(target), field, value)

    def require_absent(self, type: str, ref: tuple[str, str]) -> None:
        self._handle.require_absent(type, ref)

    def effective(self, at: dt.datetime | None) -> None:
        """From when what is added from now on holds; None: the time of apply."""
        self._handle.set_effective(at)

    def save_forecast(self, forecast: Forecast) -> LocalId:
        """Keeps the whole of a forecast, with its model's version; `Snapshot.saved_forecasts` says how good it was."""
        return self._local(self._handle.save_forecast(forecast._handle), {})

    def define_pipeline(self, pipeline: dict[str, Any]) -> None:
        self._handle.define_pipeline(json.dumps(pipeline))

    def define_segment(self, name: str, for_type: str, condition: str) -> LocalId:
        """A segment of the records for which `condition` holds; see `Snapshot.members`. Large types are looked at by `Database.fill_segments`."""
        return self._local(self._handle.define_segment(name, for_type, condition), {})

    def to_json(self) -> str:
        return self._handle.to_json()

    def apply(self) -> Outcome:
        """Durable when it returns. The first error of a setter is raised here."""
        ids, first, last, replayed, effects, changes = _kith.apply(self._db._handle, self._handle, *self._options, self._locals)
        self.outcome = Outcome(dict(zip(self._locals, ids, strict=True)), first, last, replayed, effects, changes)
        return self.outcome


def _listed(given: str | Sequence[Any] | None) -> list[Any] | None:
    return given if given is None else [given] if isinstance(given, str) else list(given)


def _query_json(query: str | dict[str, Any], parts: dict[str, Any]) -> str:
    """A query as JSON: with parts that are given beside it, and of a type's name alone."""
    given = {name: part for name, part in parts.items() if part is not None}
    if isinstance(query, str) and query.lstrip().startswith("{"):
        if not given:
            return query
        try:
            query = json.loads(query, object_pairs_hook=_each_once)
        except (ValueError, RecursionError):
            return str(query)  # the library says what is wrong with it, and where
    return json.dumps(({"from": query} if isinstance(query, str) else query) | given)


def _each_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError
    return found


Record = _kith.Record


class Cursor:
    """Iterates over records; `position()` of the last one seen continues a later page, also when that record is gone."""

    def __init__(self, handle: _kith.Cursor) -> None:
        self._handle = handle

    def __iter__(self) -> Iterator[Record]:
        return self._handle

    def ids(self) -> Iterator[int]:
        while (id := self._handle.next_id()) is not None:
            yield id

    def rows(self, *columns: int) -> Iterator[tuple[Any, ...]]:
        """Covered values of the index by their place in `cover`: one range scan, no record is touched."""
        while self._handle.next_id() is not None:
            yield tuple(self._handle.covered(column) for column in columns)

    def position(self) -> bytes:
        return self._handle.position()


class Snapshot(_kith.Reader, Insights, OnePersonOnce, Origins, Relations, Relationships, Timelines, Work):
    """A consistent read view. Use as a context manager; records are valid until it is closed or renewed. ``snapshot[id]`` is a record; a
    KeyError when absent or not visible."""

    def __init__(self, handle: _kith.Snapshot) -> None:
        super().__init__(handle)
        self._handle: _kith.Snapshot | None = handle

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._close()
        if self._handle is not None:
            self._handle.close()
        self._handle = None

    def _open(self) -> _kith.Snapshot:
        if self._handle is None:
            raise _closed("the snapshot is closed")
        return self._handle

    def renew(self) -> None:
        """Takes the newest state; records and cursors from before are invalid."""
        self._renew()

    @property
    def sequence(self) -> int:
        return self._open().sequence()

    def find(self, type: str, ref: Ref) -> Record | None:
        """A record by id or external reference; None when absent or not visible."""
        found = self._open().find(type, ref)
        return None if found is None else self.get(found)

    def may(self, id: int, right: Right) -> bool:
        """Whether the snapshot's viewer may "read", "write" or "delete" a record; `NotFoundError` when they may not see it."""
        return self._open().may(id, _RIGHTS[right])

    def type_access(self, type: str) -> dict[str, Any]:
        """What the viewer may with records of a type: {"create": bool, "masked": fields that read as null, "fixed": those they may not set}."""
        access: dict[str, Any] = json.loads(self._open().type_access_json(type))
        return access

    def record(self, id: int) -> dict[str, Any]:
        """A record with its fields as a dictionary."""
        record: dict[str, Any] = json.loads(self._open().record_json(id))
        return record

    def as_of(self, id: int, effective: dt.datetime | None = None, recorded: dt.datetime | None = None) -> dict[str, Any]:
        """A record as it held at `effective`, as far as the database knew at `recorded`."""
        text = self._open().record_json_as_of(id, micros_of(effective), micros_of(recorded))
        record: dict[str, Any] = json.loads(text)
        return record

    def history(self, id: int) -> list[dict[str, Any]]:
        """What happened to a record, oldest first; also of a deleted one."""
        history: list[dict[str, Any]] = json.loads(self._open().history_json(id))
        return history

    def external_refs(self, id: int) -> list[tuple[str, str]]:
        return [(system, key) for system, key in json.loads(self._open().external_refs_json(id))]

    def scan(self, type: str, after: int = 0) -> Cursor:
        """Records of a type in id order."""
        return Cursor(self._scan(type, after))

    def tuples(self, type: str, *fields: str, after: int = 0) -> Iterator[tuple[Any, ...]]:
        """Fields of the records of a type, in id order: the fast way to read many where columns (`export`) will not do.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         _ = batch.create("account", name="Acme", employees=12)
        ...     with db.snapshot() as now:
        ...         [(name, employees) for name, employees in now.tuples("account", "name", "employees")]
        [('Acme', 12)]
        """
        return self._tuples(type, list(fields), after)

    def index(
        self,
        type: str,
        index: str,
        *equal: Any,
        low: Any = None,
        high: Any = None,
        low_inclusive: bool = True,
        high_inclusive: bool = False,
        reverse: bool = False,
        after: bytes | None = None,
    ) -> Cursor:
        """Records by an index: equal values of its leading fields, then a range of the next."""
        return Cursor(self._scan_index(type, index, list(equal), low, high, low_inclusive, high_inclusive, reverse, after))

    def query(
        self,
        query: str | dict[str, Any],
        parameters: Mapping[str, Any] | None = None,
        *,
        where: str | None = None,
        select: str | Sequence[str | dict[str, Any]] | None = None,
        order: str | Sequence[str | dict[str, Any]] | None = None,
        limit: int | None = None,
        as_of: When | None = None,
        after: str = "",
        effective: dt.datetime | None = None,
        recorded: dt.datetime | None = None,
        time_limit: float | None = None,
        cost: int = 0,
    ) -> Rows:
        """Rows of a query: a dictionary or its JSON, or a type with `where` (CEL), `select` (otherwise all fields), `order` and `limit`;
        `parameters` are what its $names stand for.

        `as_of` asks for the state at a moment ("2026-03-02": when that day began), as `effective` does; `recorded` for what was known by then.
        `after` continues after the token of an earlier page; `time_limit` (seconds) and `cost` (index entries and records) end a query that takes more.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         _ = batch.create("account", name="Acme", industry="law", employees=12)
        ...     with db.snapshot() as now:
        ...         list(now.query({"from": "account", "where": "employees > $n", "select": ["name", "industry"]}, {"n": 10}))
        ...         list(now.query("account", where="industry == 'law'", select="name"))
        [{'name': 'Acme', 'industry': 'law'}]
        [{'name': 'Acme'}]
        """
        text = _query_json(query, {"where": where, "select": _listed(select), "order": _listed(order), "limit": limit})
        if as_of is not None:
            effective = moment_of(self, as_of)
        prepared = _kith.prepare(self._open(), text)
        point = None if effective is None and recorded is None else (micros_of(effective), micros_of(recorded))
        limit = 0 if time_limit is None else max(1, int(time_limit * 1e6))
        rows = prepared.run(self._open(), parameters_json(parameters or {}), point, limit, cost, after)
        return Rows(rows, bool(json.loads(text).get("expand")))

    def export(self, type: str, fields: Sequence[str] = ()) -> Export:
        """The records of a type as columns, in id order; without fields: the id and all of them.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         _ = batch.create("account", name="Acme", employees=12)
        ...     with db.snapshot() as now:
        ...         now.export("account", ["name", "employees"]).to_arrow().to_pylist()
        [{'name': 'Acme', 'employees': 12}]
        """
        handle = self._open()
        return Export(lambda: handle.arrow(type, json.dumps(list(fields)) if fields else ""))

    def export_history(self, type: str) -> Export:
        """What happened to the records of a type, in commit order: one row for each field that changed."""
        handle = self._open()
        return Export(lambda: handle.history_arrow(type))

    def changes(self, after: int = 0, limit: int = 1000) -> tuple[list[tuple[int, int, int]], int]:
        """Changes after a sequence number as (sequence, id, operation), and where to go on."""
        return self._open().changes(after, limit)

    def feed(
        self,
        after: int = 0,
        *,
        types: Sequence[str] = (),
        fields: Sequence[str] = (),
        operations: Sequence[str] = (),
        record: int | None = None,
        page: int = 1000,
    ) -> Iterator[dict[str, Any]]:
        """Changes after a sequence number in full, with values before and after, oldest first.

        What is left out does not narrow. `operations`: "create", "change", "delete". With `record` and one of `fields` it is the history of
        that field. Keep an entry's "sequence", or the snapshot's, to go on from there.
        """
        given = {"types": list(types), "fields": list(fields), "operations": list(operations), "record": record}
        narrowed = json.dumps({name: value for name, value in given.items() if value})
        end = self.sequence
        while after < end:
            found = json.loads(self._open().feed(after, narrowed, page))
            yield from found["entries"]
            after = found["scanned"]

    def differences(
        self,
        start: dt.datetime | None = None,
        end: dt.datetime | None = None,
        *,
        effective: tuple[dt.datetime | None, dt.datetime | None] = (None, None),
        types: Sequence[str] = (),
        fields: Sequence[str] = (),
        page: int = 1000,
    ) -> Iterator[dict[str, Any]]:
        """What differs between what was known at `start` and at `end` (None: now), record by record.

        `effective` asks about two points of the other axis, of when something held, as well.
        """
        given = {"types": list(types), "fields": list(fields)}
        narrowed = json.dumps({name: value for name, value in given.items() if value})
        points = [(micros_of(held), micros_of(known)) for held, known in zip(effective, (start, end), strict=True)]
        after: int | None = 0
        while after is not None:
            found = json.loads(self._open().differences(points[0], points[1], narrowed, after, page))
            yield from found["differences"]
            after = found["next"]

    def checkpoint(self, name: str) -> bytes | None:
        return self._open().checkpoint(name)

    def search(
        self, text: str, types: Iterable[str] = (), *, limit: int = 20, exact: bool = False, time_limit: float = 0
    ) -> list[dict[str, Any]]:
        """Records by what somebody types: words, beginnings, fragments, pinyin, digits of a telephone number, misspellings unless `exact`.

        Hits have `id`, `type`, `field`, `score` and `misspelt`, the best first; at most `limit`. `types`: names; none: every type with a
        text index. `time_limit` in seconds, 0: none.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         contact = batch.create("contact", name="王小明", email="ming@acme.example")
        ...     with db.snapshot() as now:
        ...         print([now[hit["id"]]["name"] for text in ("wangxiao", "acme", "小明") for hit in now.search(text)])
        ['王小明', '王小明', '王小明']
        """
        found = json.loads(self._open().search(text, ",".join(types), limit, exact, int(time_limit * 1e6)))
        hits: list[dict[str, Any]] = found["hits"]
        return hits

    def segments(self, for_type: str | None = None) -> list[dict[str, Any]]:
        segments: list[dict[str, Any]] = json.loads(self._open().segments(for_type))
        return segments

    def members(self, segment: str, after: int = 0) -> Iterator[int]:
        """Ids of a segment's members in id order, kept with every write.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         law = batch.create("account", name="Adler", industry="law")
        ...         other = batch.create("account", name="Bloom", industry="retail")
        ...         segment = batch.define_segment("law firms", "account", "industry == 'law'")
        ...     with db.snapshot() as now:
        ...         print([now[id]["name"] for id in now.members("law firms")])
        ['Adler']
        """
        while page := self._open().members(segment, after, 1000):
            yield from page
            after = page[-1]
