"""Kith in asyncio: calls run in threads, so that the loop goes on.

>>> import asyncio, kith
>>> from kith import aio
>>> async def main():
...     async with await aio.open(temporary=True) as db:
...         with db.batch(reason="first") as b:
...             acme = b.create("account", name="Acme")
...         outcome = await db.apply(b)
...         async for entry in db.changes(outcome.first_sequence - 1, types=["account"]):
...             print(entry["operation"], await db.read(lambda now: now[entry["record"]]["name"]))
...             break
...         return await db.query({"from": "account", "select": ["name"]})
>>> asyncio.run(main())
create Acme
[{'name': 'Acme'}]
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import kith
from kith.access import Viewer

_T = TypeVar("_T")
_WAIT = 0.5  # seconds that a thread waits for changes before the loop may cancel it


async def open(path: str | os.PathLike[str] = "", **options: Any) -> Database:
    """As `kith.open`."""
    return Database(await asyncio.to_thread(lambda: kith.open(path, **options)))


class Database:
    """An open store in asyncio; `sync` is the one beneath. Snapshots, records and cursors stay within `read`."""

    def __init__(self, sync: kith.Database) -> None:
        self.sync = sync

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await asyncio.to_thread(self.sync.close)

    @contextlib.contextmanager
    def batch(self, *arguments: Any, **options: Any) -> Iterator[kith.Batch]:
        """A batch to fill: plain memory, so without await. It is not applied on exit, but by `apply`."""
        yield self.sync.batch(*arguments, **options)

    async def apply(self, batch: kith.Batch) -> kith.Outcome:
        """Durable when it returns. A cancelled caller does not know whether it was applied: give the batch a `key` and send it again."""
        return await asyncio.to_thread(batch.apply)

    async def read(self, ask: Callable[[kith.Snapshot], _T], viewer: Viewer | int = 0) -> _T:
        """What a function makes of a snapshot, in a thread. It must not give out records, cursors or rows: they end with the snapshot."""

        def asked() -> _T:
            with self.sync.snapshot(viewer) as now:
                return ask(now)

        return await asyncio.to_thread(asked)

    async def query(
        self, query: str | dict[str, Any], parameters: Mapping[str, Any] | None = None, *, viewer: Viewer | int = 0, **options: Any
    ) -> list[dict[str, Any]]:
        """All rows of a query."""
        return await self.read(lambda now: list(now.query(query, parameters, **options)), viewer)

    async def forecast(self, period: str = "next-quarter", **options: Any) -> kith.Forecast:
        return await asyncio.to_thread(lambda: self.sync.forecast(period, **options))

    async def funnel(self, pipeline: str | None = None, **options: Any) -> kith.Funnel:
        return await asyncio.to_thread(lambda: self.sync.funnel(pipeline, **options))

    async def changes(
        self, after: int = 0, *, types: str | Sequence[str] = (), fields: str | Sequence[str] = (), viewer: Viewer | int = 0, page: int = 1000
    ) -> AsyncIterator[dict[str, Any]]:
        """The feed from a sequence number on, without end: new changes come as they are committed. Keep an entry's "sequence"."""

        def found(now: kith.Snapshot) -> tuple[list[dict[str, Any]], int]:
            entries: list[dict[str, Any]] = []
            for entry in now.feed(after, types=types, fields=fields, page=page):
                entries.append(entry)
                if len(entries) == page:
                    return entries, int(entry["sequence"])
            return entries, now.sequence

        while True:
            entries, after = await self.read(found, viewer)
            for entry in entries:
                yield entry
            if not entries:
                await asyncio.to_thread(self.sync.wait, after, _WAIT)
