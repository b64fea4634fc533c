"""Taking back what was written: an import by its run, or a range of changes. Refused where later changes would be lost.

>>> import kith
>>> from kith.undo import undo
>>> with kith.open(temporary=True) as db:
...     with db.batch() as batch:
...         acme = batch.create("account", name="Acme")
...     id, first = batch.outcome.id(acme), batch.outcome.first_sequence
...     with db.batch() as batch:
...         batch.set(id, name="Acme Ltd")
...     undo(db, f"{batch.outcome.first_sequence}-{batch.outcome.last_sequence}")["reset"]
...     with db.snapshot() as now:
...         now[id]["name"]
1
'Acme'
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kith.errors import FailedPreconditionError, NotFoundError

if TYPE_CHECKING:
    from kith.database import Database
    from kith.snapshot import Snapshot
    from kith.values import Ref

_BATCH = 20_000  # changes in one batch


class _Written:
    """What the changes to be taken back did, and what others did after them."""

    def __init__(self, fixed: Mapping[str, set[str]]) -> None:
        self._fixed = fixed  # fields that the library alone writes, by type
        self.created: dict[int, str] = {}
        self.deleted: list[int] = []
        self.before: dict[int, dict[str, Any]] = {}  # of each field set, the value it had
        self.links: dict[int, tuple[set[tuple[str, str]], set[tuple[str, str]]]] = {}  # external references before and after
        self._types: dict[int, str] = {}  # of records that others changed
        self._lost: set[int] = set()  # of these: those that taking back would lose
        self._since: dict[int, dict[str, tuple[Any, Any]]] = {}  # of each field that others set, the value before them and after them
        self._refers: dict[int, dict[str, bool]] = {}  # whether a field of a record of others refers to what was created

    @property
    def later(self) -> dict[int, str]:
        """Records that others changed so that taking back would lose it; a change that was itself taken back loses nothing."""
        changed = {id for id, fields in self._since.items() if id in self.created or id in self.before for a, b in fields.values() if a != b}
        referring = {id for id, fields in self._refers.items() if any(fields.values())}
        return {id: self._types[id] for id in sorted(self._lost | changed | referring)}

    def mine(self, entry: Mapping[str, Any]) -> None:
        id = entry["record"]
        if entry["operation"] == "create":
            self.created[id] = entry["type"]
        elif entry["operation"] == "delete":
            if self.created.pop(id, None) is None:
                self.deleted.append(id)
        elif id not in self.created:
            was = self.before.setdefault(id, {})
            for change in entry["fields"]:
                if change["field"] == "external_refs":
                    self.links[id] = (self.links.get(id, (_refs(change["before"]),))[0], _refs(change["after"]))
                elif change["field"] not in self._fixed.get(entry["type"], ()):
                    was.setdefault(change["field"], change["before"])

    def others(self, entry: Mapping[str, Any]) -> None:
        id = entry["record"]
        self._types[id] = entry["type"]
        if entry["operation"] == "delete":
            self._refers.pop(id, None)
            if id in self.created:
                del self.created[id]  # gone already
            elif id in self.before:
                self._lost.add(id)
            return
        for change in entry["fields"]:
            field = change["field"]
            if id in self.created:
                if field not in self._fixed.get(entry["type"], ()):
                    self._set(id, change)
            elif self.created.keys() & set(_ids(change["after"])):
                self._refers.setdefault(id, {})[field] = True
            else:
                self._refers.get(id, {}).pop(field, None)
                if field in self.before.get(id, {}):
                    self._set(id, change)

    def _set(self, id: int, change: Mapping[str, Any]) -> None:
        fields = self._since.setdefault(id, {})
        fields[change["field"]] = (fields.get(change["field"], (change["before"],))[0], change["after"])


def _refs(value: list[str] | None) -> set[tuple[str, str]]:
    return set(zip(value[::2], value[1::2], strict=True)) if value else set()


def _ids(value: Any) -> Iterable[int]:
    items = value if isinstance(value, list) else [value]
    return (item for item in items if isinstance(item, int) and not isinstance(item, bool))


def _fixed(catalog: Mapping[str, Any]) -> dict[str, set[str]]:
    return {
        type["name"]: {field["name"] for field in type["fields"] if any(field.get(how) for how in ("derived", "formula", "roll_up"))}
        for type in catalog["types"]
    }


def _mine(what: str) -> tuple[int, Any]:
    """From which sequence number to look, and which entries are meant; those of an import have its run as their reason."""
    if found := re.fullmatch(r"(\d+)(?:-(\d+))?", what):
        first, last = int(found[1]), int(found[2] or found[1])
        return first - 1, lambda entry: first <= entry["sequence"] <= last
    return 0, lambda entry: entry["reason"] == what


def _refuse(what: str, written: _Written) -> None:
    told = ", ".join(f"{type} {id}" for id, type in list(written.later.items())[:5])
    more = f" and {len(written.later) - 5} more" if len(written.later) > 5 else ""
    raise FailedPreconditionError(
        f"{what} cannot be taken back: {told}{more} changed since, or refer to what it made",
        code="FAILED_PRECONDITION",
        reason="PreconditionFailed",
        hint="take back the later changes first, or delete single records",
        value=what,
    )


def _changes(written: _Written, now: Snapshot) -> Iterator[dict[str, Any]]:
    """In the order in which they can be made: what refers goes before what is referred to, which is older."""
    for id in reversed(written.created):
        if now.get(id) is not None:
            yield {"delete": id}
    for id in reversed(written.deleted):
        if now.get(id) is None:
            yield {"restore": id}
    for id, fields in written.before.items():
        if fields:
            yield {"patch": id, "set": fields}
    for id, (before, after) in written.links.items():
        present = set(now.external_refs(id))
        for ref in sorted((after - before) & present):
            yield {"unlink": id, "ref": list(ref)}
        for ref in sorted(before - after - present):
            yield {"link": id, "ref": list(ref)}


def undo(db: Database, what: str, *, actor: Ref = None, dry_run: bool = False) -> dict[str, Any]:
    """Takes back an import by its run ("import-..."), or the changes with sequence numbers "FIRST-LAST": what they created is deleted, what
    they set is set back, what they deleted is restored. In one batch when they are no more than 20,000 changes, else the newest first.

    FailedPreconditionError when somebody changed the same fields since, changed what was created, or refers to it: nothing is
    taken back then. Counts of records `deleted`, `reset` and `restored`.
    """
    after, meant = _mine(what)
    written = _Written(_fixed(db.catalog()))
    found = False
    with db.snapshot() as now:
        for entry in now.feed(after):
            if meant(entry):
                found = True
                written.mine(entry)
            elif found:
                written.others(entry)
        if not found:
            hint = "kith changes shows the numbers; an import prints its run"
            raise NotFoundError(f"no changes of {what} are known", code="NOT_FOUND", reason="NotFound", hint=hint, value=what)
        if written.later:
            _refuse(what, written)
        changes = list(_changes(written, now))
    for start in range(0, len(changes), _BATCH):
        _apply(db, changes[start : start + _BATCH], f"undo {what}", actor, dry_run)
    counts = Counter(next(iter(change)) for change in changes)
    return {"run": what, "deleted": counts["delete"], "reset": counts["patch"], "restored": counts["restore"]}


def _apply(db: Database, changes: list[dict[str, Any]], reason: str, actor: Ref, dry_run: bool) -> None:
    by = {"system": actor[0], "key": actor[1]} if isinstance(actor, tuple) else actor
    db.batch_from_json(json.dumps({"actor": by, "reason": reason, "changes": changes}), dry_run=dry_run).apply()
