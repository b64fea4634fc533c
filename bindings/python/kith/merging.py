"""One record once: merging what is the same, parting it again, setting a record back, purging what is deleted."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from kith import _kith
from kith.access import Viewer, viewer_of
from kith.values import Ref, Target, listed, micros_of

if TYPE_CHECKING:
    from kith.snapshot import Snapshot


class Merging:
    """The part of a database that makes one record of several."""

    _handle: _kith.Database

    def merge(
        self,
        records: int | Sequence[int],
        *,
        into: int | None = None,
        prefer: Literal["first", "latest"] = "first",
        choose: Mapping[str, int] | None = None,
        dry_run: bool = False,
        actor: Ref = None,
        reason: str = "",
        viewer: Viewer | int = 0,
    ) -> dict[str, Any]:
        """Makes one record of several that are the same. Every reference leads to the one that stays, and the ids of the others stand for it.

        `prefer` says whose value stays where they differ: of the record that was there first, or the one said last; `choose` gives
        a field the value of one of the records. The report lists those fields with what the others had. `Batch.unmerge` parts them.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         anna = batch.create("contact", name="Anna Katz")
        ...         ann = batch.create("contact", name="Ann Katz", title="CTO")
        ...     anna, ann = batch.outcome.id(anna), batch.outcome.id(ann)
        ...     report = db.merge([anna, ann], reason="one card")
        ...     print([(field["field"], field["value"]) for field in report["fields"]])
        ...     with db.snapshot() as now:
        ...         print(now.find("contact", ann).id == anna)
        ...     with db.batch() as batch:
        ...         batch.unmerge(ann)
        ...     with db.snapshot() as now:
        ...         print(now[ann]["title"], now[anna]["title"])
        [('name', 'Anna Katz'), ('title', 'CTO')]
        True
        CTO None
        """
        options: dict[str, Any] = {"prefer": prefer, "choose": dict(choose or {})}
        if into is not None:
            options["into"] = into
        text = self._handle.merge(listed("records", records, int), actor, reason, json.dumps(options), dry_run, *viewer_of(viewer))
        report: dict[str, Any] = json.loads(text)
        return report

    def purge(
        self, records: int | Sequence[int], *, actor: Ref = None, reason: str = "", dry_run: bool = False, overwrite: bool = False
    ) -> dict[str, Any]:
        """Takes from deleted records all that they were; they cannot be restored. A proof stays (`erasures`)."""
        report: dict[str, Any] = json.loads(self._handle.purge(listed("records", records, int), actor, reason, dry_run, overwrite))
        return report


class BatchMerging:
    """The part of a batch that merges, parts and sets back."""

    _handle: _kith.Batch

    def _raw(self, target: Target) -> int:
        raise NotImplementedError

    def merge(self, into: Target, from_: Target) -> None:
        """Two records become one, together with what else the batch does; `Database.merge` also chooses which values stay."""
        self._handle.merge(self._raw(into), self._raw(from_))

    def unmerge(self, id: int) -> None:
        """Parts a record that was merged away: it gets back what the merge moved and nobody has changed since.

        What came later stays, and is named among the outcome's effects ("keeps contact.title").
        """
        self._handle.unmerge(id)

    def revert(
        self,
        snapshot: Snapshot,
        id: int,
        as_of: dt.datetime | None = None,
        *,
        recorded: dt.datetime | None = None,
        fields: str | Sequence[str] = (),
    ) -> dict[str, Any]:
        """Sets a record back to what it was: as it held at `as_of`, as far as was known at `recorded` (None: now).

        The fields set back, and those that stay as they are, with why.

        >>> import datetime as dt, kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         acme = batch.create("account", name="Acme")
        ...     before = dt.datetime.now(dt.timezone.utc)
        ...     with db.batch() as slip:
        ...         slip.set(batch.outcome.id(acme), name="Amce")
        ...     with db.snapshot() as now, db.batch(reason="a slip") as back:
        ...         print(back.revert(now, batch.outcome.id(acme), before))
        ...     with db.snapshot() as now:
        ...         print(now[batch.outcome.id(acme)]["name"])
        {'fields': ['name'], 'kept': []}
        Acme
        """
        text = self._handle.revert(snapshot._open(), id, micros_of(as_of), micros_of(recorded), listed("fields", fields, str))
        report: dict[str, Any] = json.loads(text)
        return report


class Origins:
    """The part of a snapshot that tells where values come from."""

    def _open(self) -> _kith.Snapshot:
        raise NotImplementedError

    def origin(self, id: int, field: str) -> tuple[int, dt.datetime]:
        """The record that first had a field's value, of those merged into this one, and when it was said there."""
        record, recorded = self._open().origin(id, field)
        return record, dt.datetime.fromtimestamp(recorded / 1e6, dt.UTC)
