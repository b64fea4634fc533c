"""Snapshots: consistent views for one viewer, through which everything is read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from kith import _kith
from kith.access import _RIGHTS, Right
from kith.columns import Export
from kith.duplicates import OnePersonOnce
from kith.errors import _closed
from kith.insights import Insights
from kith.merging import Origins
from kith.query import Rows, parameters_json
from kith.relations import Relations
from kith.relationships import Relationships
from kith.settings import When, moment_of
from kith.timeline import Timelines
from kith.values import Ref, check_counts, check_limit, check_page, listed, micros_of
from kith.work import Work


def _narrowed(types: str | Sequence[str], fields: str | Sequence[str]) -> dict[str, Any]:
    return {"types": listed("types", types, str), "fields": listed("fields", fields, str)}


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

    def __repr__(self) -> str:
        return f"<kith.Snapshot {'closed' if self._handle is None else f'at {self.sequence}'}>"

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
        if right not in _RIGHTS:
            raise ValueError(f"a right is one of {', '.join(_RIGHTS)}, not {right!r}")
        return self._open().may(id, _RIGHTS[right])

    def type_access(self, type: str) -> dict[str, Any]:
        """What the viewer may with records of a type: {"create": bool, "masked": fields that read as null, "fixed": those they may not set}."""
        access: dict[str, Any] = json.loads(self._open().type_access_json(type))
        return access

    def record(self, id: int) -> dict[str, Any]:
        """A record with its fields as a dictionary."""
        record: dict[str, Any] = json.loads(self._open().record_json(id))
        return record

    def as_of(self, id: int, effective: When | None = None, recorded: When | None = None) -> dict[str, Any]:
        """A record as it held at `effective`, as far as the database knew at `recorded`; NotFoundError where there was none."""
        held, known = (micros_of(moment_of(self, when)) for when in (effective, recorded))
        text = self._open().record_json_as_of(id, held, known)
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
        check_counts(after=after)
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
        check_counts(after=after)
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
        group: str | Sequence[str | dict[str, Any]] | None = None,
        aggregates: dict[str, Any] | Sequence[dict[str, Any]] | None = None,
        limit: int | None = None,
        as_of: When | None = None,
        after: str = "",
        effective: dt.datetime | None = None,
        recorded: dt.datetime | None = None,
        time_limit: float | None = None,
        cost: int = 0,
    ) -> Rows:
        """Rows of a query: a dictionary or its JSON, or a type with `where` (CEL), `select` (otherwise all fields), `order` and `limit`;
        `parameters` are what its $names stand for. Rows of a `group` hold the groups and `aggregates`: "count", "sum", "min", "max", "avg" and
        "count_distinct" of an expression; a date is grouped by ``{"value": "close_date", "by": "month"}``. The whole form is in `kith/query/query.h`.

        `as_of` asks for the state at a moment ("2026-03-02": when that day began), as `effective` does; `recorded` for what was known by then.
        `after` continues after the token of an earlier page; `time_limit` (seconds) and `cost` (index entries and records) end a query that takes more.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         _ = batch.create("account", name="Acme", industry="law", employees=12)
        ...     with db.snapshot() as now:
        ...         list(now.query({"from": "account", "where": "employees > $n", "select": ["name", "industry"]}, {"n": 10}))
        ...         list(now.query("account", where="industry == 'law'", select="name"))
        ...         list(now.query("account", group="industry", aggregates=[{"count": "*"}, {"sum": "employees", "name": "people"}]))
        [{'name': 'Acme', 'industry': 'law'}]
        [{'name': 'Acme'}]
        [{'industry': 'law', 'count': 1, 'people': 12}]
        """
        lists = {"select": select, "order": order, "group": group, "aggregates": aggregates}
        parts = {name: None if given is None else listed(name, given, str, dict) for name, given in lists.items()}
        text = _query_json(query, parts | {"where": where, "limit": limit})
        if as_of is not None:
            effective = moment_of(self, as_of)
        prepared = _kith.prepare(self._open(), text)
        point = None if effective is None and recorded is None else (micros_of(effective), micros_of(recorded))
        check_counts(cost=cost)
        micros = 0 if time_limit is None else check_limit("time_limit", time_limit)
        rows = prepared.run(self._open(), parameters_json(parameters or {}), point, micros, cost, after)
        return Rows(rows, bool(json.loads(text).get("expand")))

    def export(self, type: str, fields: str | Sequence[str] = ()) -> Export:
        """The records of a type as columns, in id order; without fields: the id and all of them.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         _ = batch.create("account", name="Acme", employees=12)
        ...     with db.snapshot() as now:
        ...         now.export("account", ["name", "employees"]).to_arrow().to_pylist()
        [{'name': 'Acme', 'employees': 12}]
        """
        handle, names = self._open(), listed("fields", fields, str)
        return Export(lambda: handle.arrow(type, json.dumps(names) if names else ""))

    def export_history(self, type: str) -> Export:
        """What happened to the records of a type, in commit order: one row for each field that changed."""
        handle = self._open()
        return Export(lambda: handle.history_arrow(type))

    def changes(self, after: int = 0, limit: int = 1000) -> tuple[list[tuple[int, int, int]], int]:
        """Changes after a sequence number as (sequence, id, operation), and where to go on."""
        check_counts(after=after, limit=limit)
        return self._open().changes(after, limit)

    def feed(
        self,
        after: int = 0,
        *,
        types: str | Sequence[str] = (),
        fields: str | Sequence[str] = (),
        operations: str | Sequence[str] = (),
        record: int | None = None,
        page: int = 1000,
    ) -> Iterator[dict[str, Any]]:
        """Changes after a sequence number in full, with values before and after, oldest first.

        What is left out does not narrow. `operations`: "create", "change", "delete". With `record` and one of `fields` it is the history of
        that field. Keep an entry's "sequence", or the snapshot's, to go on from there.
        """
        check_counts(after=after)
        check_page(page)
        given = _narrowed(types, fields) | {"operations": listed("operations", operations, str), "record": record}
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
        types: str | Sequence[str] = (),
        fields: str | Sequence[str] = (),
        page: int = 1000,
    ) -> Iterator[dict[str, Any]]:
        """What differs between what was known at `start` and at `end` (None: now), record by record.

        `effective` asks about two points of the other axis, of when something held, as well.
        """
        check_page(page)
        narrowed = json.dumps({name: value for name, value in _narrowed(types, fields).items() if value})
        points = [(micros_of(held), micros_of(known)) for held, known in zip(effective, (start, end), strict=True)]
        after: int | None = 0
        while after is not None:
            found = json.loads(self._open().differences(points[0], points[1], narrowed, after, page))
            yield from found["differences"]
            after = found["next"]

    def checkpoint(self, name: str) -> bytes | None:
        return self._open().checkpoint(name)

    def search(
        self, text: str, types: str | Iterable[str] = (), *, limit: int = 20, exact: bool = False, time_limit: float = 0
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
        check_counts(limit=limit)
        names = ",".join(listed("types", types, str))
        found = json.loads(self._open().search(text, names, limit, exact, check_limit("time_limit", time_limit)))
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
        check_counts(after=after)
        while page := self._open().members(segment, after, 1000):
            yield from page
            after = page[-1]
