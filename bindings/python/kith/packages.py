"""For authors of packages."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import Any

from kith import _kith
from kith.errors import DefinitionWarning


def package_numbers(definition: dict[str, Any] | str, numbers: dict[str, Any] | str = "") -> dict[str, Any]:
    """The numbers file that goes with a package: the given one, with numbers appended for each field and choice that has none yet.

    Ship it with the package, so that all databases give its fields the same numbers.

    >>> import kith
    >>> package = {"package": "acme.fleet", "version": "1.0.0", "types": [{"name": "truck", "fields": [{"name": "plate", "kind": "text"}]}]}
    >>> numbers = kith.package_numbers(package)
    >>> numbers["types"]["truck"]["fields"]
    {'plate': 0}
    >>> package["types"][0]["fields"].insert(0, {"name": "axles", "kind": "int"})
    >>> kith.package_numbers(package, numbers)["types"]["truck"]["fields"]
    {'plate': 0, 'axles': 1}
    """
    texts = [part if isinstance(part, str) else json.dumps(part) for part in (definition, numbers)]
    appended: dict[str, Any] = json.loads(_kith.package_numbers(texts[0], texts[1]))
    return appended


@dataclass(frozen=True)
class Held:
    """Something that a package has in the data: `what` is records, values, choices, seeds or references."""

    what: str
    count: int
    type: str
    field: str = ""
    choice: str = ""

    def __str__(self) -> str:
        of = ".".join(part for part in (self.type, self.field, self.choice) if part)
        return f"{self.count} {self.what} of {of}"


class Removal:
    """What `Database.remove` did, or would do."""

    def __init__(self, report: dict[str, Any]) -> None:
        self.changes: list[str] = report["changes"]  # of definitions
        self.data = [Held(**part) for part in report["data"]]
        self.obstacles: list[str] = report["obstacles"]  # why it cannot go even with its data

    def __repr__(self) -> str:
        return f"<kith.Removal {len(self.changes)} changes, {len(self.data)} kinds of data, {len(self.obstacles)} obstacles>"


def _changes(report: str) -> list[str]:
    """The changes of an ensure's report; its warnings are given to the caller's caller."""
    parsed = json.loads(report)
    for line in parsed["warnings"]:
        warnings.warn(line, DefinitionWarning, stacklevel=3)
    changes: list[str] = parsed["changes"]
    return changes


class Packages:
    """The part of a database that installs and removes packages."""

    _handle: _kith.Database

    def ensure(self, definition: str | dict[str, Any], numbers: str = "", *, dry_run: bool = False) -> list[str]:
        """Makes a package of types and fields present; what changed, one line each.

        Records that do not keep to a check or to transitions that this adds stay as they are, and a `DefinitionWarning` counts them.
        """
        text = definition if isinstance(definition, str) else json.dumps(definition)
        return _changes(self._handle.ensure(text, numbers, dry_run))

    def ensure_shipped(self, name: str, *, dry_run: bool = False) -> list[str]:
        """The same for a package that ships with the library."""
        return _changes(self._handle.ensure_shipped(name, dry_run))

    def remove(self, package: str, *, delete_data: bool = False, dry_run: bool = False) -> Removal:
        """Takes a package out of use: its definitions are retired, and with `delete_data` its data goes by ordinary changes.

        FailedPreconditionError (PackageInUse) while another package needs it, others' records hold its own, or, without `delete_data`, it
        has data. A dry run reports what there is instead.

        >>> import datetime as dt
        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     changes = db.ensure_shipped("florist")
        ...     with db.batch() as batch:
        ...         roses = batch.create("product", name="Roses")
        ...         lot = batch.create("flower_lot", product=roses, stems=50, stems_left=50, best_before=dt.date(2026, 5, 1))
        ...     print(db.remove("florist", dry_run=True).data[0])
        ...     print(db.remove("florist", delete_data=True).changes[0])
        1 records of flower_lot
        removes package florist 1.0.0
        """
        return Removal(json.loads(self._handle.remove_package(package, delete_data, dry_run)))

    def migrate_pipeline(self, plan: dict[str, Any] | str, *, dry_run: bool = False) -> dict[str, Any]:
        """Changes a pipeline with records in flight: splits, merges, adds, renames, reorders and archives stages by a plan.

        A dry run tells how many records go where, and names those without a place, which the real one refuses. Statistics are the same
        before and after; `funnel(version=1)` answers on the former stages.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         deal = batch.create("opportunity", name="Deal")
        ...         _ = batch.move(deal, "default/proposal")
        ...     plan = {
        ...         "pipeline": {"name": "default", "for_type": "opportunity", "stages": [
        ...             {"name": "work"}, {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]},
        ...         "map": {stage: "work" for stage in ("prospecting", "qualified", "proposal", "negotiation")},
        ...     }
        ...     print(db.migrate_pipeline(plan, dry_run=True)["placements"])
        ...     print(db.migrate_pipeline(plan)["moved"])
        [{'from': 'proposal', 'to': 'work', 'records': 1}]
        1
        """
        text = plan if isinstance(plan, str) else json.dumps(plan)
        report: dict[str, Any] = json.loads(self._handle.migrate_pipeline(text, dry_run))
        return report
