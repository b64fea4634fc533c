"""Care of the file and of people's data: verification, repair, backup, compaction, salvage, erasure, pruning."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from kith import _kith
from kith.settings import When, moment_of
from kith.values import Ref, micros_of

if TYPE_CHECKING:
    from kith.database import Database

_END_OF_TIME = 2**63 - 1


def metrics(databases: Mapping[str, Database]) -> str:
    """Statistics of several open databases as one OpenMetrics text; the label "database" has the names given here."""
    return _kith.metrics([db._handle for db in databases.values()], list(databases))


def salvage(
    damaged: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    definitions_from: str | os.PathLike[str] | None = None,
    with_old_pages: bool = False,
) -> dict[str, Any]:
    """What a damaged database still holds, as a new one in the new directory `target`; nobody may have it open.

    Values are taken by their checksums, so nothing comes over that was not last committed. `definitions_from` is another database of the
    kind, best a backup, whose definitions stand in for lost ones. `with_old_pages` also reads what nothing leads to when the free list or
    both meta pages are broken: what was deleted or erased may then come back. The report counts what was found and lost, by type and id
    ranges, and lists what was put right and the problems that are left.
    """
    other = "" if definitions_from is None else os.fspath(definitions_from)
    report: dict[str, Any] = json.loads(_kith.salvage(os.fspath(damaged), os.fspath(target), other, with_old_pages))
    return report


class Care:
    """The part of a database that looks after it."""

    _handle: _kith.Database

    def verify(self) -> list[str]:
        """Recomputes everything derived and checks every stored byte; the problems found, none when sound."""
        problems: list[str] = json.loads(self._handle.verify_json())["problems"]
        return problems

    def findings(self) -> list[str]:
        """What is sound but not as declared by now: records written before a check that they do not meet, counted. Takes as long as `verify`.
        """
        findings: list[str] = json.loads(self._handle.verify_json())["findings"]
        return findings

    def repair(self) -> dict[str, list[str]]:
        """Puts right what `verify` finds in derived data: what was changed, and the problems that are left.

        Indexes, external references, derived rows, counters, the feed, and records that are not what their history gives.
        """
        report: dict[str, list[str]] = json.loads(self._handle.repair_json())
        return report

    def export_person(self, person: int) -> dict[str, Any]:
        """Everything about a person: its record and all records about it with their history, external references and parts."""
        exported: dict[str, Any] = json.loads(self._handle.export_person(person))
        return exported

    def erase_person(
        self,
        person: int,
        *,
        actor: Ref = None,
        reason: str = "",
        dry_run: bool = False,
        keep_shared: bool = False,
        overwrite: bool = False,
    ) -> dict[str, Any]:
        """Erases a person everywhere in the file: personal values now and throughout history, search terms, external references.

        Ids, amounts, stages and times stay, so totals do; a proof stays too (`erasures`). `keep_shared` leaves records that are
        about others as well. `overwrite` leaves no byte of it in the data file. Backups made earlier are not reached. A record with nothing
        personal, and an organisation that somebody not erased belongs to, are refused; the account of a customer who is a person is not.
        """
        report: dict[str, Any] = json.loads(self._handle.erase_person(person, actor, reason, dry_run, keep_shared, overwrite))
        return report

    def erasures(self) -> list[dict[str, Any]]:
        """The proofs of all erasures, oldest first."""
        proofs: list[dict[str, Any]] = json.loads(self._handle.erasures_json())
        return proofs

    def change_kind(
        self,
        type: str,
        field: str,
        definition: Mapping[str, Any],
        *,
        actor: Ref = None,
        reason: str = "",
        currency: str = "",
        dry_run: bool = False,
        drop: bool = False,
        abandon: bool = False,
    ) -> dict[str, Any]:
        """Changes the kind of a field to that of `definition`, written as in a package without the name, while others read and write.

        A dry run names the values that cannot be converted; with `drop` they become null, otherwise nothing is changed while there
        are any. The old values stay in the field that the report calls `former`. Cut short, the next call goes on; `abandon` gives
        it up. `currency` is that of amounts which become numbers, or the other way.
        """
        report: dict[str, Any] = json.loads(
            self._handle.change_kind(type, field, json.dumps(definition), actor, reason, currency, dry_run, drop, abandon)
        )
        return report

    def begin_chain(self) -> dict[str, Any]:
        """Begins a hash chain over all that history holds, which every batch goes on with; its head, {"sequence", "hash"}.

        Keep heads outside the database: `verify_chain` tells later whether what had been recorded by then is still what it was.
        Erasures, purges and pruning keep the chain whole. A chain that has begun goes on.
        """
        head: dict[str, Any] = json.loads(self._handle.begin_chain())
        return head

    def chain_head(self) -> dict[str, Any] | None:
        """Where the hash chain stands, {"sequence", "hash"}; None while there is none."""
        head: dict[str, Any] = json.loads(self._handle.chain_head())
        return head if head["hash"] else None

    def verify_chain(self, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Follows the hash chain and compares every entry of history: {"head", "links", "entries", "withheld", "broken", "problem"}.

        `broken` is the sequence number with which the first link ends that does not hold, 0: all hold; `withheld` counts entries
        whose values were erased, purged or pruned. `known` is a head that was handed out, and must be one of the chain's.
        """
        sequence, digest = (0, "") if known is None else (known["sequence"], known["hash"])
        report: dict[str, Any] = json.loads(self._handle.verify_chain(sequence, digest))
        return report

    def overwrite_freed(self) -> dict[str, int]:
        """Overwrites what the data file holds beside the newest state. `kept_back` counts pages that a snapshot still reads."""
        report: dict[str, int] = json.loads(self._handle.overwrite_freed())
        return report

    def prune(self, before: dt.datetime) -> dict[str, Any]:
        """Forgets what was recorded before a moment; present values and the past from then on stay.

        Reading an earlier moment raises an error with reason HistoryPruned, a feed cursor from before CursorExpired.
        """
        report: dict[str, Any] = json.loads(self._handle.prune(micros_of(before)))
        return report

    def backup(self, target: str | os.PathLike[str]) -> None:
        """A compact, checked copy in the new directory `target`, as the database stood at one moment; writers go on."""
        self._handle.backup(os.fspath(target))

    def restore_to(self, target: str | os.PathLike[str], moment: int | When | None = None) -> dict[str, Any]:
        """The database as it stood at a former moment, as a new one in the new directory `target`; None: as it stands.

        `moment` is a sequence number (`Snapshot.sequence`, `Outcome.last_sequence`), or a time: all that was recorded up to then. Ids
        and numbers given since are not given again, and what was erased or pruned is not brought back. The report names under "notes"
        what history does not tell, and under "problems" what verification finds in the result.
        """
        sequence, recorded = 0, _END_OF_TIME
        if isinstance(moment, int):
            if isinstance(moment, bool) or moment < 1:
                raise ValueError(f"a sequence number is above 0: {moment!r}")
            sequence = moment
        elif moment is not None:
            with cast("Database", self).snapshot() as now:
                recorded = micros_of(moment_of(now, moment))
        report: dict[str, Any] = json.loads(self._handle.restore_to(os.fspath(target), sequence, recorded))
        return report

    def compact(self) -> dict[str, int]:
        """Rewrites the data file without its free pages, in place: "bytes_before", "bytes_after".

        Snapshots of this process must be closed, and no other process may have the database open. Killed at any point, the file is
        the old one or the new one.
        """
        report: dict[str, int] = json.loads(self._handle.compact())
        return report

    def stats(self) -> dict[str, int | float]:
        """Sizes in bytes, readers, batches ``applied`` and ``refused`` by this process, in how many ``groups`` and waits for the disk (``syncs``).

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         _ = batch.create("account", name="Acme")
        ...     db.stats()["refused"]
        0
        """
        return self._handle.stats()

    def metrics(self) -> str:
        """Statistics as OpenMetrics text."""
        return self._handle.metrics()
