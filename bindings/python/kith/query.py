"""Queries: what they are given and what they give."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from kith import _kith
from kith.columns import Columns
from kith.values import Money, utc_text

_PAGE = 256


def _plain(value: Any) -> Any:
    """A parameter in the form that batches have in JSON."""
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    if isinstance(value, Decimal):
        return format(value, "f")  # 1E+3 is 1000
    if isinstance(value, dt.datetime):
        return utc_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"no parameter of a query: {type(value).__name__}")


def parameters_json(parameters: Mapping[str, Any]) -> str:
    return json.dumps({name: _plain(value) for name, value in parameters.items()})


class Rows(Columns):
    """Rows of a query as dictionaries by column, or as columns (`to_arrow`, `to_pandas`). Read them once; `token()` afterwards continues with
    a later page."""

    def __init__(self, handle: _kith.Rows, related: bool) -> None:
        self._handle = handle
        self._related = related

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while page := self._next():
            yield from page

    def _next(self) -> list[dict[str, Any]]:
        # Related records nest, so such rows come as JSON.
        page: list[dict[str, Any]] = json.loads(self._handle.json(_PAGE)) if self._related else self._handle.next(_PAGE)
        return page

    def _stream(self) -> object:
        return self._handle.arrow()

    @property
    def columns(self) -> list[str]:
        return self._handle.names()

    def token(self) -> str:
        """Where the last row stands: `after` of the next page, also in a later snapshot. Empty when there was no row."""
        return self._handle.token()

    def explain(self) -> dict[str, Any]:
        """The plan, and what was done so far: index entries and records read, rows, time."""
        plan: dict[str, Any] = json.loads(self._handle.explain())
        return plan

    def cancel(self) -> None:
        """From another thread: ends the iteration with CancelledError."""
        self._handle.cancel()

    def close(self) -> None:
        self._handle.close()
