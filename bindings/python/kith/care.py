"""Care of the file and of people's data: verification, repair, backup, erasure, pruning."""

from __future__ import annotations

import datetime as dt
import json
import os
from typing import Any

from kith import _kith
from kith.values import Ref, micros_of


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
        about others as well. `overwrite` leaves no byte of it in the data file. Backups made earlier are not reached.
        """
        report: dict[str, Any] = json.loads(self._handle.erase_person(person, actor, reason, dry_run, keep_shared, overwrite))
        return report

    def erasures(self) -> list[dict[str, Any]]:
        """The proofs of all erasures, oldest first."""
        proofs: list[dict[str, Any]] = json.loads(self._handle.erasures_json())
        return proofs

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

    def metrics(self) -> str:
        """Statistics as OpenMetrics text."""
        return self._handle.metrics()
