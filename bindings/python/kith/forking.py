"""A child process opens again what its parent had open: handles do not survive a fork."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

from kith.errors import Error

if TYPE_CHECKING:
    from kith import _kith
    from kith.database import Database

_Again = Callable[[], "_kith.Database"]

_watched: weakref.WeakKeyDictionary[Database, _Again] = weakref.WeakKeyDictionary()
_open: list[tuple[Database, _Again]] = []


def reopened_in_children(db: Database, again: _Again) -> Database:
    """The database, which every forked child opens again by its path. What else a child inherits (snapshots, records, cursors, batches) raises
    FailedPreconditionError (Forked) there."""
    _watched[db] = again
    return db


def _before() -> None:
    _open[:] = [(db, again) for db, again in _watched.items() if db.path]


def _in_child() -> None:
    for db, again in _open:
        try:
            db._handle = again()
        except Error:
            pass  # the handle stays the parent's, and says so when it is used
    _open.clear()


os.register_at_fork(before=_before, after_in_child=_in_child, after_in_parent=_open.clear)
