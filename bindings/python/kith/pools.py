"""Pools (公海): records that nobody owns yet, handed out and taken back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from kith import _kith
from kith.values import Ref, Target, check_counts, epoch_micros, listed, question_json

if TYPE_CHECKING:
    from kith.snapshot import Snapshot

Json: TypeAlias = dict[str, Any]


class Handing:
    """The part of a batch that hands out what pools hold. What a pool says is kept by the writer, whoever claims at the same time."""

    _handle: _kith.Batch

    def _raw(self, target: Target) -> int:
        raise NotImplementedError

    def claim(self, record: int, owner: Target, reason: str = "") -> None:
        """Gives a free record of a pool to an owner. Of many who claim it one gets it; the pool's limits may refuse.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         _ = batch.create("pool", name="north", capacity=20, recycle_days=30)
        ...         ann = batch.create("employee", name="Ann")
        ...         lead = batch.create("lead", name="Li", pool="north")
        ...     with db.batch() as claim:
        ...         claim.claim(batch.outcome.id(lead), batch.outcome.id(ann))
        ...     with db.snapshot() as now:
        ...         print(now[now[batch.outcome.id(lead)]["owner"]]["name"])
        Ann
        """
        self._handle.claim(record, self._raw(owner), reason)

    def release(self, now: Snapshot, record: int, reason: str = "") -> None:
        """Gives a record back to its pool."""
        self._handle.release(now._open(), record, reason)

    def assign(self, now: Snapshot, pool: str, records: int | Sequence[int] = (), *, limit: int = 1000) -> list[Json]:
        """Gives free records to the pool's members, in turn or by load: `record`, `owner` (None: nobody takes it) and `reason` of each."""
        check_counts(limit=limit)
        question = question_json(records=listed("records", records, int) or None, limit=limit)
        assigned: list[Json] = json.loads(self._handle.assign(now._open(), pool, question))
        return assigned


class Recycling:
    """The part of a database that takes back what owners have left alone."""

    _handle: _kith.Database

    def recycle_pools(self, now: dt.datetime | None = None, *, pool: str | None = None, actor: Ref = None) -> Json:
        """Takes back what has been silent for its pool's `recycle_days`, and warns owners before: ids `recycled` and `warned`, `exempt`, `kept`.

        Call it when you like, as often as you like: it finds what is left.
        """
        at = epoch_micros(now or dt.datetime.now(dt.UTC))
        report: Json = json.loads(self._handle.recycle_pools(at, pool, actor))
        return report
