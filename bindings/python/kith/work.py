"""Work lists, what customers owe, what deals are worth."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from kith import _kith
from kith.values import Money, listed, question_json

Json: TypeAlias = dict[str, Any]


class Work:
    """The part of a snapshot that says what to do next, and what it brings."""

    def _open(self) -> _kith.Snapshot:
        raise NotImplementedError

    def worklist(
        self,
        rep: int | None = None,
        *,
        limit: int | None = None,
        silent_days: int | None = None,
        rest_days: int | None = None,
        horizon_days: int | None = None,
        now: dt.datetime | None = None,
    ) -> Json:
        """What a rep, or everybody, should do next, what comes first first: open tasks (due by the end of today, or
        without a time), visits that are due, deals and customers.

        `items`: `kind` ("task", "visit", "deal", "customer"), `record`, `name`, `customer`, `about`, `promised`, `due`, `chance`, `value`
        (Money that it is expected to bring), `reasons` (`reason` and how `much`) and, for deals, the `action` that the stage suggests.
        `total`: how many there are, of which `limit` (50; 0: all) are given out. `masked`: "type.field" that the viewer may not read and
        that nothing was judged by; so have `receivables` and `worth`. `now`: None is the system's clock.

        >>> import kith
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         ann = batch.create("employee", name="Ann")
        ...         _ = batch.create("account", name="Bloom", owner=ann)
        ...     with db.snapshot() as now:
        ...         [item] = now.worklist(batch.outcome.id(ann))["items"]
        ...         print(item["kind"], item["name"], item["reasons"][0]["reason"])
        customer Bloom never
        """
        question = question_json(
            limit=limit, silent_days=silent_days, rest_days=rest_days, horizon_days=horizon_days, now=now or dt.datetime.now(dt.UTC)
        )
        told: Json = json.loads(self._open().worklist(rep or 0, question))
        for item in told["items"]:
            item["value"] = _money(item["value"])
        return told

    def receivables(
        self,
        *,
        as_of: dt.date | None = None,
        late_days: int | Sequence[int] = (30, 60, 90),
        window_days: int | None = None,
        into: str | None = None,
    ) -> Json:
        """What customers owe on a day (None: that of the last change): days sales outstanding and how old the debts are.

        `total`, one a currency (or `into` one, at the database's dated rates): `open`, `not_due`, `overdue`, `late` (by `late_days`, the last
        for all that is later), `overpaid`, `invoiced` within `window_days` (90), in minor units; `dso`, `best_dso`, `days_to_pay`.
        `by_account` and `by_owner`: `group` and its `ageing`. `invoices`: the open ones, the longest late first, with `total` and `open` as
        Money.

        >>> import datetime, kith
        >>> from kith import Money
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         day = datetime.date(2026, 1, 31)
        ...         bill = batch.create("invoice", status="issued", date=day, due=day, total=Money(10_000, "CNY"))
        ...         _ = batch.create("receipt", invoice=bill, date=day, amount=Money(4_000, "CNY"))
        ...     with db.snapshot() as now:
        ...         [total] = now.receivables(as_of=datetime.date(2026, 3, 10))["total"]
        ...     print(total["open"], total["late"], total["dso"])
        6000 [0, 6000, 0, 0] 54.0
        """
        question = question_json(
            as_of=as_of and as_of.isoformat(), late_days=listed("late_days", late_days, int), window_days=window_days, into=into
        )
        told: Json = json.loads(self._open().receivables(question))
        for invoice in told["invoices"]:
            invoice["total"], invoice["open"] = _money(invoice["total"]), _money(invoice["open"])
        return told

    def worth(self, deal: int, *, chance: float | None = None, as_of: dt.datetime | None = None) -> Json:
        """What a deal is worth: `margin` and `expected` (Money), which leaves out what is spent already; the customer's `budget`.

        `source` says where the `amount` comes from: "typed", "quote", "predicted" (from won deals) or "none". `chance`: of winning; None is the
        forecast's. `budget`: whether it `exists` (a score of -1 to 1), the `amount` that evidence points to, how sure (`confidence`) and how far
        `apart` (minor units) what is known lies; the latest is not simply believed.

        >>> import kith
        >>> from kith import Money
        >>> with kith.open(temporary=True) as db:
        ...     with db.batch() as batch:
        ...         deal = batch.create("opportunity", name="Desk", amount=Money(100_000, "CNY"))
        ...         _ = batch.create("cost", opportunity=deal, kind="delivery", amount=Money(60_000, "CNY"))
        ...     with db.snapshot() as now:
        ...         told = now.worth(batch.outcome.id(deal), chance=0.25)
        ...     print(told["margin"].minor, told["expected"].minor, told["source"])
        40000 10000 typed
        """
        told: Json = json.loads(self._open().worth(deal, question_json(chance=chance, as_of=as_of)))
        for name in ("amount", "margin", "expected"):
            told[name] = _money(told[name])
        told["budget"]["amount"] = _money(told["budget"]["amount"])
        return told


def _money(amount: Json | None) -> Money | None:
    return None if amount is None else Money(amount["minor"], amount["currency"])
