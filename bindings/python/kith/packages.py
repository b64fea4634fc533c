"""For authors of packages."""

from __future__ import annotations

import json
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
