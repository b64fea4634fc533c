"""Kith in asyncio: the loop goes on, everything is applied, a consumer sees each change once."""

from __future__ import annotations

import asyncio

import pytest

import kith
from kith import aio


def test_many_writers_and_a_consumer() -> None:
    async def main() -> None:
        async with await aio.open(temporary=True) as db:
            start = await db.read(lambda now: now.sequence)

            async def write(number: int) -> None:
                with db.batch(key=f"k{number}") as b:
                    b.create("account", name=f"Account {number}")
                await db.apply(b)

            async def consume() -> list[str]:
                seen = []
                async for entry in db.changes(start, types=["account"], page=7):
                    seen.append(next(change["after"] for change in entry["fields"] if change["field"] == "name"))
                    if len(seen) == 50:
                        return seen
                raise AssertionError("the feed has no end")

            consumer = asyncio.create_task(consume())
            await asyncio.gather(*(write(number) for number in range(50)))
            assert sorted(await asyncio.wait_for(consumer, 20)) == sorted(f"Account {number}" for number in range(50))
            assert len(await db.query({"from": "account", "where": "name != $name", "select": ["id"]}, {"name": "Account 1"})) == 49

    asyncio.run(main())


def test_errors_come_out_and_a_waiting_consumer_can_be_cancelled() -> None:
    async def main() -> None:
        async with await aio.open(temporary=True) as db:
            with db.batch() as b:
                b.create("account", name="A", industry="lawx")
            with pytest.raises(kith.InvalidArgumentError, match="industry"):
                await db.apply(b)

            async def consume() -> None:
                async for _ in db.changes(await db.read(lambda now: now.sequence)):
                    pass

            consumer = asyncio.create_task(consume())
            await asyncio.sleep(0.05)
            consumer.cancel()
            with pytest.raises(asyncio.CancelledError):
                await consumer
        with pytest.raises(kith.ClosedError):
            await db.query({"from": "account", "select": ["id"]})

    asyncio.run(main())
