"""What the command prints: tables, bars, JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kith.cli.words import WORDS
from kith.values import Money
from kith.wording import Wording
from kith.words import WORDS as COMMON

_NUMBERS = {"every", "due", "done", "overdue", "quantity", "id", "deals", "reached", "open", "records", "rows", "created", "changed", "rejected", "sequence", "score"}
_AMOUNTS = {"amount", "p10", "p50", "p90", "cost", "days", "share"}
_WHOLE = {"when", "stage", "rate", "maturity", "part"}
BAR = 16


def plain(value: Any) -> Any:
    """For json.dumps: what it does not know. Money is a tuple, so callers bring it through `jsonable`."""
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


def jsonable(value: Any) -> Any:
    """Money as objects, as batches have it."""
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    if isinstance(value, Mapping):
        return {name: jsonable(item) for name, item in value.items()}
    return [jsonable(item) for item in value] if isinstance(value, (list, tuple)) else value


def bar(share: float) -> str:
    """A bar of eighths of a character."""
    eighths = round(max(0.0, min(1.0, share)) * BAR * 8)
    return "█" * (eighths // 8) + ("▏▎▍▌▋▊▉"[eighths % 8 - 1] if eighths % 8 else "")


class Output:
    """Writes for people, or JSON for programs."""

    def __init__(self, lang: str, as_json: bool) -> None:
        self.as_json = as_json
        self.words = Wording(lang, COMMON | WORDS)
        self._console = Console(highlight=False, soft_wrap=False)

    def json(self, value: Any) -> None:
        click.echo(json.dumps(jsonable(value), ensure_ascii=False, default=plain))

    def line(self, key: str, **values: object) -> None:
        if not self.as_json:
            click.echo(self.words(key, **values))

    def text(self, text: str) -> None:
        if not self.as_json:
            click.echo(text)

    def heading(self, text: str) -> None:
        if not self.as_json:
            self._console.print(Text(text, style="bold"))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, titles: Sequence[str] | None = None) -> None:
        """Rows under columns that `words` knows as "col.NAME", or under titles; numbers to the right."""
        if self.as_json:
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column, title in zip(columns, titles or [self.words.named("col", column) for column in columns], strict=True):
            right = column in _NUMBERS or column in _AMOUNTS
            whole = right or column in _WHOLE  # on a narrow terminal texts are folded and bars cut
            table.add_column(title, justify="right" if right else "left", overflow="crop" if column == "bar" else "fold", no_wrap=whole)
        count = 0
        for row in rows:
            count += 1
            table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
        if count:
            self._console.print(table)
        else:
            self.line("cli.none")
