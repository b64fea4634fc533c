"""Relations: who is connected with whom, when, and by what."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from kith import _kith
from kith.values import Money, check_counts, epoch_micros, listed, utc_text

Direction: TypeAlias = Literal["out", "in", "both"]
_DIRECTIONS: dict[str, int] = {"out": 0, "in": 1, "both": 2}


def _direction(direction: str) -> int:
    if direction not in _DIRECTIONS:
        raise ValueError(f"direction is 'out', 'in' or 'both', not {direction!r}")
    return _DIRECTIONS[direction]


def _at(at: dt.datetime | None) -> int:
    return 0 if at is None else epoch_micros(at)


class Relations:
    """The part of a snapshot that walks along relations.

    A relation is named by its type ("account_relation"), by type and kind ("account_relation.subsidiary_of"), or by type and reference
    field ("account.parent"). `at`: edges valid then, without it at the snapshot's recorded time; `ever`: edges of whatever valid time.
    """

    def _open(self) -> _kith.Snapshot:
        raise NotImplementedError

    def neighbours(
        self, id: int, relation: str, direction: Direction = "out", *, at: dt.datetime | None = None, ever: bool = False
    ) -> list[dict[str, Any]]:
        """The records one edge away: `record`, `edge`, `out`, `kind`, `valid_from`, `valid_to`, as far as the edge has them.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         acme = batch.create("account", name="Acme")
        ...         bloom = batch.create("account", name="Bloom")
        ...         _ = batch.create("account_relation", **{"from": bloom, "to": acme, "kind": "customer_of"})
        ...     with db.snapshot() as now:
        ...         [found] = now.neighbours(batch.outcome.id(acme), "account_relation.customer_of", "in")
        ...         print(now[found["record"]]["name"])
        Bloom
        """
        found: list[dict[str, Any]] = json.loads(self._open().neighbours(id, relation, _direction(direction), ever, _at(at)))
        return found

    def traverse(
        self,
        start: int,
        relations: str | Iterable[str],
        direction: Direction = "out",
        *,
        at: dt.datetime | None = None,
        ever: bool = False,
        depth: int = 4,
        limit: int = 10_000,
        types: str | Iterable[str] = (),
    ) -> dict[str, Any]:
        """Breadth first: {"truncated", "visits": [{"record", "depth", "before", ...}]}; `before` is the index of the visit it came from."""
        check_counts(depth=depth, limit=limit)
        names = json.dumps(listed("types", types, str))
        text = self._open().traverse(
            start, json.dumps(listed("relations", relations, str)), _direction(direction), ever, _at(at), depth, limit, "" if names == "[]" else names
        )
        traversal: dict[str, Any] = json.loads(text)
        return traversal

    def group_total(
        self,
        id: int,
        relation: str,
        *,
        type: str = "",
        via: str = "",
        field: str = "",
        where: str = "",
        at: dt.datetime | None = None,
    ) -> dict[str, Any]:
        """A sum over a record and everything below it: `members`, `records` and `totals`, one Money a currency.

        `type` records are summed that refer to a member by `via`; without it the members themselves. `where`: which of them, in CEL.
        """
        given = {"relation": relation, "type": type, "via": via, "field": field, "where": where}
        question = {name: value for name, value in given.items() if value}
        if at is not None:
            question["at"] = utc_text(at)
        total: dict[str, Any] = json.loads(self._open().group_total(id, json.dumps(question)))
        total["totals"] = [Money(amount["minor"], amount["currency"]) for amount in total["totals"]]
        return total
