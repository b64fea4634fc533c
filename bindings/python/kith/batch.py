"""Batches: changes that are applied together or not at all, and what came of them."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from kith import _kith
from kith.errors import FailedPreconditionError, _closed
from kith.forecast import Forecast
from kith.merging import BatchMerging
from kith.pools import Handing
from kith.relationships import Planning
from kith.values import LocalId, Money, Ref, Target, aware, check_counts

if TYPE_CHECKING:
    from kith.database import Database

_OPERATIONS = ("", "create", "change", "delete")
_NUMBERS = itertools.count(1)  # of batches, by which they know their LocalIds


_OVER = "the batch is closed: its block has ended, and what it held was applied or dropped then; make a new one"


class _Closed:
    """What a batch holds once its block has ended: a change that came later would be lost without a word."""

    def __getattr__(self, name: str) -> Any:
        raise _closed(_OVER)


class Outcome:
    """What came of a batch. `changes`, of a dry run: each record that would be written, with "create", "change" or "delete"."""

    def __init__(
        self, ids: dict[LocalId, int], first: int, last: int, replayed: bool, effects: list[str], changes: list[tuple[int, int]]
    ) -> None:
        self._ids = ids
        self.first_sequence = first
        self.last_sequence = last
        self.replayed = replayed
        self.effects = effects
        self.changes: list[tuple[int, str]] = [(record, _OPERATIONS[operation]) for record, operation in changes]

    def __repr__(self) -> str:
        wrote = f"of a dry run: would write {len(self.changes)} records" if self.changes else f"changes {self.first_sequence}-{self.last_sequence}"
        return f"<kith.Outcome {wrote}, {len(self.effects)} effects{', replayed' if self.replayed else ''}>"

    def id(self, local: LocalId) -> int:
        """The id of a record that the batch created or named. KeyError for a LocalId of another batch."""
        return self._ids[local]


_Options = tuple[str, bool, int, str | None, bytes, str | None, int, list[int], list[str]]


class Batch(BatchMerging, Handing, Planning):
    """Changes in plain memory, applied together or not at all."""

    def __init__(self, db: Database, handle: _kith.Batch, options: _Options) -> None:
        self._db = db
        self._handle = handle
        self._options = options
        self._number = next(_NUMBERS)
        self._locals: list[int] = []
        self._in_block = False
        self._over = False
        self.outcome: Outcome | None = None

    def __enter__(self) -> Self:
        self._in_block = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._in_block = False
        try:
            if kind is None:
                self.apply()
        finally:
            self._handle.close()
            self._handle, self._over = cast("_kith.Batch", _Closed()), True

    def __repr__(self) -> str:
        if self.outcome is not None:
            return f"<kith.Batch applied: {self.outcome!r}>"
        return f"<kith.Batch {'dropped' if self._over else f'not applied yet, records named: {len(self._locals)}'}>"

    def _raw(self, target: Target) -> int:
        return target.of(self._number) if isinstance(target, LocalId) else target

    def _fit(self, field: str, value: Any) -> Any:
        """A value that would not mean what it seems to is refused."""
        if isinstance(value, LocalId):
            value.of(self._number)
        elif isinstance(value, dt.datetime):
            aware(value, field)
        return value

    def _local(self, value: int, fields: dict[str, Any]) -> LocalId:
        local = LocalId(value, self._number)
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
        """The record with `ref`, left untouched when present: then nothing that the batch sets or adds by this LocalId is done. `existing` and
        `upsert` change it either way."""
        return self._local(self._handle.create_if_absent(type, ref), fields)

    def existing(self, type: str, ref: Ref) -> LocalId:
        """A record that must exist, to set fields of or to refer to."""
        return self._local(self._handle.existing(type, ref), {})

    def set(self, target: Target, /, **fields: Any) -> None:
        """Sets fields. A choice is given by name, a reference by id or LocalId, None clears."""
        for field, value in fields.items():
            self._handle.set(self._raw(target), field, self._fit(field, value))

    def add(self, target: Target, field: str, amount: int | Money) -> None:
        """Adds to a number; exact under concurrency, since the writer evaluates it."""
        self._handle.add(self._raw(target), field, amount)

    def move(self, target: Target, stage: str, reason: str = "") -> LocalId:
        """Moves a pipelined record to "pipeline/stage"."""
        return self._local(self._handle.move(self._raw(target), stage, reason), {})

    def override(self, target: Target, stage: str, reason: str) -> LocalId:
        """Moves a record although it does not meet what is mandatory in its stages; the reason and what is unmet stay on the move."""
        return self._local(self._handle.override(self._raw(target), stage, reason), {})

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
        return self._local(self._handle.complete_step(self._raw(target), step, self._raw(evidence), note), {})

    def delete(self, target: Target) -> None:
        self._handle.delete(self._raw(target))

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
        self._handle.link(self._raw(target), ref)

    def unlink(self, target: Target, ref: tuple[str, str]) -> None:
        self._handle.unlink(self._raw(target), ref)

    def require_version(self, target: Target, version: int) -> None:
        """Refuses the batch (ConflictError) unless the record stands at `version`."""
        check_counts(version=version)
        self._handle.require_version(self._raw(target), version)

    def require_value(self, target: Target, field: str, value: Any) -> None:
        """Compare and set: refuses the batch unless the field has this value before it (None: no value)."""
        self._handle.require_value(self._raw(target), field, self._fit(field, value))

    def require_absent(self, type: str, ref: tuple[str, str]) -> None:
        self._handle.require_absent(type, ref)

    def effective(self, at: dt.datetime | None) -> None:
        """From when what is added from now on holds; None: the time of apply."""
        self._handle.set_effective(None if at is None else aware(at))

    def save_forecast(self, forecast: Forecast) -> LocalId:
        """Keeps the whole of a forecast, with its model's version; `Snapshot.saved_forecasts` says how good it was."""
        return self._local(self._handle.save_forecast(forecast._handle), {})

    def define_pipeline(self, pipeline: dict[str, Any]) -> None:
        """A pipeline: ``name``, ``for_type`` and ``stages`` in their order, each with ``name``, ``kind`` ("open", "won", "lost"), ``labels`` and
        what it asks for (the form is in `kith.h`, at kith_batch_define_pipeline).

        Defining it again as it is changes nothing, and one that is there gets other labels, another order and further stages: list all that it
        has. A stage that is left out stays as it is; another one in its place is refused, so that two pipelines are not mixed under one name.
        `Database.migrate_pipeline` gives a pipeline other stages and says where its deals go.

        >>> import kith
        >>> stages = [{"name": "talk"}, {"name": "offer"}, {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]
        >>> with kith.open(temporary=True) as db:
        ...     for times in range(2):
        ...         with db.batch() as batch:
        ...             batch.define_pipeline({"name": "shop", "for_type": "opportunity", "stages": stages})
        ...     with db.snapshot() as now:
        ...         print([stage["name"] for found in now.pipelines() if found["name"] == "shop" for stage in found["stages"]])
        ['talk', 'offer', 'won', 'lost']
        """
        self._handle.define_pipeline(json.dumps(pipeline))

    def define_segment(self, name: str, for_type: str, condition: str) -> LocalId:
        """A segment of the records for which `condition` holds; see `Snapshot.members`. Large types are looked at by `Database.fill_segments`."""
        return self._local(self._handle.define_segment(name, for_type, condition), {})

    def to_json(self) -> str:
        return self._handle.to_json()

    def apply(self) -> Outcome:
        """Durable when it returns. The first error of a setter is raised here. In a ``with`` block the end of the block does it, and a call is
        refused, since all would be done twice.
        """
        if self._in_block:
            raise FailedPreconditionError(
                "a batch in a with block is applied when the block ends",
                code="FAILED_PRECONDITION",
                reason="PreconditionFailed",
                hint="end the block and read batch.outcome, or make the batch without one",
            )
        return self._done(_kith.apply(self._db._handle, self._live(), *self._options, self._locals))

    def _live(self) -> _kith.Batch:
        if self._over:
            raise _closed(_OVER)
        return self._handle

    def _done(self, told: tuple[list[int], int, int, bool, list[str], list[tuple[int, int]]]) -> Outcome:
        ids, first, last, replayed, effects, changes = told
        locals = (LocalId(value, self._number) for value in self._locals)
        self.outcome = Outcome(dict(zip(locals, ids, strict=True)), first, last, replayed, effects, changes)
        return self.outcome
