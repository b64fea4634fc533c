"""Databases: opened, written to, read."""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from kith import _kith
from kith.access import Viewer, viewer_of
from kith.batch import Batch, Outcome
from kith.care import Care
from kith.converting import Converting
from kith.errors import Error
from kith.exchange import Exchange
from kith.forecast import Forecast
from kith.forking import reopened_in_children
from kith.funnel import Funnel
from kith.merging import Merging
from kith.packages import Packages
from kith.pools import Recycling
from kith.query import Rows
from kith.replicas import Replicas
from kith.settings import Settings
from kith.snapshot import Snapshot
from kith.values import Ref, check_counts


def open(
    path: str | os.PathLike[str] = "",
    *,
    create: bool = False,
    read_only: bool = False,
    temporary: bool = False,
    relaxed: bool = False,
    map_size: int = 0,
    max_size: int = 0,
    node: int = 0,
    currency: str | None = None,
    zone: str | None = None,
    fiscal_start: int | None = None,
) -> Database:
    """Opens the store in the directory `path`; `temporary` makes one that goes with its last handle. A forked child has it open anew.

    `currency`, `zone` and `fiscal_start` are settings that it shall have: see `Database.configure`.

    >>> import kith
    >>> with kith.open(temporary=True) as db:
    ...     with db.batch(reason="first") as batch:
    ...         acme = batch.upsert("account", ("app.clients", "8841"), name="Acme 律所")
    ...     with db.snapshot() as now:
    ...         print(now.find("account", ("app.clients", "8841"))["name"])
    Acme 律所
    """
    check_counts(map_size=map_size, max_size=max_size, node=node)
    rest = (relaxed, map_size, max_size, node)
    db = Database(_kith.open(os.fspath(path), create, read_only, temporary, *rest))
    try:
        if (currency, zone, fiscal_start) != (None, None, None):
            db.configure(currency=currency, zone=zone, fiscal_start=fiscal_start)
    except BaseException:
        db.close()
        raise
    found = os.path.abspath(path)
    return db if temporary else reopened_in_children(db, lambda: _kith.open(found, False, read_only, False, *rest))


_WAIT = 0.25  # seconds for which a wait keeps Python from serving signals


def _micros(timeout: float | None) -> int:
    """A timeout in microseconds, 0: none. A short one is not none."""
    if timeout is None:
        return 0
    if not timeout > 0:
        raise ValueError(f"a timeout is above 0 seconds, or None: {timeout!r}")
    return max(1, int(min(timeout, 1e9) * 1e6))


class Database(Packages, Settings, Care, Exchange, Merging, Converting, Replicas, Recycling):
    """An open store. Safe from any thread. Close it, or use it as a context manager; snapshots keep what they need."""

    def __init__(self, handle: _kith.Database) -> None:
        self._handle = handle

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<kith.Database {self.path or 'closed'}>"

    def close(self) -> None:
        self._handle.close()

    @property
    def path(self) -> str:
        return self._handle.path()

    def batch(
        self,
        actor: Ref = None,
        reason: str = "",
        *,
        key: str = "",
        dry_run: bool = False,
        timeout: float | None = None,
        checkpoint: str | None = None,
        checkpoint_value: bytes = b"",
        vendor: str | None = None,
        viewer: Viewer | int = 0,
    ) -> Batch:
        """A batch of changes; as a context manager it is applied on a clean exit and its result is `batch.outcome`.

        `vendor` ("acme" of the package "acme.freight") applies it on that vendor's behalf: PermissionDeniedError where it writes another
        vendor's types or fields. With a `viewer` it may change what the access policy lets them change, and its errors tell of nothing
        that they may not see.
        """
        options = (key, dry_run, _micros(timeout), checkpoint, checkpoint_value, vendor, *viewer_of(viewer))
        return Batch(self, self._handle.new_batch(actor, reason), options)

    def batch_from_json(
        self, text: str, *, key: str = "", dry_run: bool = False, vendor: str | None = None, viewer: Viewer | int = 0
    ) -> Batch:
        """A batch in its JSON form."""
        return Batch(self, self._handle.batch_from_json(text), (key, dry_run, 0, None, b"", vendor, *viewer_of(viewer)))

    def apply_many(self, batches: Sequence[Batch]) -> list[Outcome | Error]:
        """Applies batches in order, each atomic on its own, durable together: of each what it did, or the error for which it was refused, which
        holds none of the others back. Batches with a key or a checkpoint are applied one by one, and these share their other options.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     batches = [db.batch(), db.batch()]
        ...     acme = batches[0].create("account", name="Acme")
        ...     nobody = batches[1].create("account", name=None)
        ...     done, refused = db.apply_many(batches)
        ...     with db.snapshot() as now:
        ...         print(now[done.id(acme)]["name"], refused.reason)
        Acme Required
        """
        if not batches:
            return []
        key, dry_run, timeout, checkpoint, _, vendor, viewer, units, roles = batches[0]._options
        if key or checkpoint is not None or any(batch._options != batches[0]._options for batch in batches):
            raise ValueError("batches that are applied together have the same options, and neither key nor checkpoint")
        locals = [batch._locals for batch in batches]
        handles = [batch._live() for batch in batches]
        done = _kith.apply_many(self._handle, handles, dry_run, timeout, vendor, viewer, units, roles, locals)
        return [told if isinstance(told, Error) else batch._done(told) for batch, told in zip(batches, done, strict=True)]

    def snapshot(self, viewer: Viewer | int = 0, units: int | Sequence[int] = ()) -> Snapshot:
        """A consistent view for one viewer; 0 is the system, who sees everything."""
        return Snapshot(self._handle.read(*viewer_of(viewer, units)))

    def set_policy(self, policy: str | dict[str, Any], actor: Ref = None, *, dry_run: bool = False) -> list[str]:
        """Sets who may read and write what (the form stands in kith/catalog/policy.h); ``{}`` takes the policy away. What changed.

        A type that is not named is for everyone, but for parts of what is: a deal's moves, which have its amount, follow it.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         ann, bob = batch.create("employee", name="Ann"), batch.create("employee", name="Bob")
        ...         deal = batch.create("opportunity", name="Pilot", owner=ann, amount=kith.Money(10_000, "CNY"))
        ...         move = batch.move(deal, "default/qualified")
        ...     bob, move = batch.outcome.id(bob), batch.outcome.id(move)
        ...     changes = db.set_policy({"types": {"opportunity": {"read": ["owner"]}}})
        ...     print(db.snapshot(bob).get(move) is not None)
        False
        """
        text = policy if isinstance(policy, str) else json.dumps(policy)
        changes: list[str] = json.loads(self._handle.set_policy(text, actor, dry_run))["changes"]
        return changes

    def policy(self) -> dict[str, Any]:
        """The access policy; empty when there is none."""
        policy: dict[str, Any] = json.loads(self._handle.policy_json())
        return policy

    def query(self, query: str | dict[str, Any], parameters: Mapping[str, Any] | None = None, **options: Any) -> Rows:
        """The same as `Snapshot.query` on the newest state, for the system."""
        # The rows keep what they need of the snapshot.
        with self.snapshot() as now:
            return now.query(query, parameters, **options)

    def funnel(self, pipeline: str | None = None, *, by: str | None = None, **options: Any) -> Funnel:
        """The funnel by what is known now, of the main pipeline unless one is named; see `Snapshot.funnel` for the options."""
        with self.snapshot() as now:
            return now.funnel(pipeline or now.main_pipeline(), by=by, **options)

    def forecast(self, period: str = "next-quarter", *, pipeline: str | None = None, by: str | None = None, **options: Any) -> Forecast:
        """What a period will bring, by what is known now, of the main pipeline unless one is named; see `Snapshot.forecast` for the options.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         deal = batch.create("opportunity", name="D", amount=kith.Money(10_000, "CNY"))
        ...         move = batch.move(deal, "default/qualified")
        ...     forecast = db.forecast("this-quarter", by="team")
        ...     print(forecast["open_deals"], 0 < forecast.probability_at_least(10_000) < 1)
        1 True
        """
        with self.snapshot() as now:
            made = now.forecast(pipeline or now.main_pipeline(), period, by=by, **options)

        def backtest(*asked: Any, **how: Any) -> dict[str, Any]:
            with self.snapshot() as later:
                return later.backtest(*asked, **how)

        made._backtest = functools.partial(backtest, *made._backtest.args, **made._backtest.keywords)
        return made

    def schema(self, type: str) -> str:
        """A type in FlatBuffers' language, for programs that read records with accessors of their own."""
        return self._handle.schema(type)

    def catalog(self) -> dict[str, Any]:
        """All definitions."""
        catalog: dict[str, Any] = json.loads(self._handle.catalog_json())
        return catalog

    def fill_segments(self) -> None:
        """Looks at the existing records that new segments have not looked at yet, until all segments are complete."""
        self._handle.fill_segments()

    def wait(self, sequence: int, timeout: float) -> int:
        """Blocks until there is a change after `sequence`, or for `timeout` seconds; the newest sequence number. Signals are served meanwhile."""
        check_counts(sequence=sequence)
        end = time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            newest = self._handle.wait(sequence, max(0, int(min(left, _WAIT) * 1000)))
            if newest > sequence or left <= _WAIT:
                return newest
