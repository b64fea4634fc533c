"""For authors of packages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from kith import _kith


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
