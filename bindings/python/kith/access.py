"""Who reads, and on whose behalf a batch is applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from kith.values import check_counts, listed

Right = Literal["read", "write", "delete"]
_RIGHTS: dict[str, int] = {"read": 0, "write": 1, "delete": 2}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody by the id of their record, with units and roles beside those that records give them; 0 is the system, who may everything.

    >>> import kith
    >>> with kith.open(temporary=True) as db:
    ...     changes = db.set_policy({"types": {"account": {"read": ["owner"]}}})
    ...     with db.batch() as batch:
    ...         ann, bob = batch.create("employee", name="Ann"), batch.create("employee", name="Bob")
    ...         acme = batch.create("account", name="Acme", owner=ann)
    ...     ids = batch.outcome
    ...     [db.snapshot(kith.Viewer(ids.id(who))).get(ids.id(acme)) is not None for who in (ann, bob)]
    [True, False]
    """

    id: int = 0
    units: int | Sequence[int] = field(default=())
    roles: str | Sequence[str] = field(default=())

    def _raw(self) -> tuple[int, list[int], list[str]]:
        check_counts(viewer=self.id)
        return self.id, listed("units", self.units, int), listed("roles", self.roles, str)


def viewer_of(viewer: Viewer | int, units: int | Sequence[int] = ()) -> tuple[int, list[int], list[str]]:
    """The viewer as the extension takes it."""
    return (viewer if isinstance(viewer, Viewer) else Viewer(viewer, units))._raw()
