"""Replicas: copies of one database that are written apart and brought together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from kith import _kith
from kith.values import check_counts

if TYPE_CHECKING:
    from kith.database import Database


class Replicas:
    """The part of a database that exchanges changes with its copies.

    A replica is made by `backup` and opened with a `node` of its own. Field by field what was said last holds, deals hold by when they
    moved, a deletion wins, and of two records with one unique value the first keeps it, with a task for people to look. All that have
    everything hold the same.
    """

    _handle: _kith.Database

    @property
    def node(self) -> int:
        return self._handle.node()

    def pull(self, other: Database) -> dict[str, Any]:
        """Takes all that is new in `other`, definitions too: {"taken", "known", "dropped", "conflicts"}.

        >>> import kith, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> with kith.open(folder + "/office", create=True, relaxed=True) as office:
        ...     office.backup(folder + "/laptop")
        ...     with kith.open(folder + "/laptop", node=2, relaxed=True) as laptop:
        ...         with laptop.batch(reason="on the train") as batch:
        ...             deal = batch.create("opportunity", name="Desk")
        ...         [office.pull(laptop)["taken"] for _ in range(2)]
        [1, 0]
        """
        return cast(dict[str, Any], json.loads(self._handle.pull_replica(other._handle)))

    def received_from(self, node: int) -> int:
        """Where the next page of the replica with that node begins; 0 when nothing has come from it."""
        check_counts(node=node)
        return self._handle.received_from(node)

    def read_replica(self, after: int, receiver: int, limit: int = 1000) -> str:
        """Changes after `after` for the replica with the node `receiver`, as JSON Lines to send. "more" in the first line: there is more."""
        check_counts(after=after, receiver=receiver, limit=limit)
        return self._handle.read_replica(after, receiver, limit)

    def receive(self, page: str) -> dict[str, Any]:
        """Takes a page that `read_replica` made elsewhere; a page that comes twice changes nothing. As `pull`."""
        return cast(dict[str, Any], json.loads(self._handle.receive(page)))
