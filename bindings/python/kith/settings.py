"""What a database is set to: base currency, time zone, fiscal year, language."""

from __future__ import annotations

import datetime as dt
import functools
import json
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from zoneinfo import ZoneInfo

from kith import _kith, reading
from kith.errors import InvalidArgumentError
from kith.values import Ref

if TYPE_CHECKING:
    from kith.database import Database
    from kith.snapshot import Snapshot

When: TypeAlias = "str | dt.date"
"""A moment: an aware datetime; or a day, which is its beginning, or a text such as "2026-03-02", in the database's time zone."""

_RECORD = ("kith.setting", "database")
_DEFAULTS = {"base_currency": "CNY", "time_zone": "UTC", "fiscal_start_month": 1}


def settings_of(now: Snapshot) -> dict[str, Any]:
    """The settings as a snapshot has them; the defaults where its viewer may not see them."""
    record = now.find("setting", _RECORD)
    return _DEFAULTS | (record.to_dict()["fields"] if record else {})


def moment_of(now: Snapshot, when: When | None) -> dt.datetime | None:
    """A moment as an aware datetime."""
    if when is None or isinstance(when, dt.datetime):
        return when
    zone = ZoneInfo(settings_of(now)["time_zone"])
    return reading.moment(when, zone) if isinstance(when, str) else dt.datetime.combine(when, dt.time(), zone)


@functools.cache
def is_currency(code: str) -> bool:
    try:
        _kith.eval(f"money('0', {json.dumps(code)})")
    except InvalidArgumentError:
        return False
    return True


def _check(db: Database, currency: str | None, zone: str | None) -> None:
    """Every amount and every report would fail by a currency or a zone that there is not, and long after it was set."""
    if isinstance(currency, str) and not is_currency(currency):
        raise _unknown("base_currency", currency, "is no currency", "write its three letters of ISO 4217, such as CNY")
    if isinstance(zone, str):
        try:
            with db.snapshot() as now:
                _kith.prepare(now._open(), json.dumps({"from": "setting", "time_zone": zone or " "}))
        except InvalidArgumentError:
            raise _unknown("time_zone", zone, "is no time zone", "use an IANA name such as Asia/Shanghai") from None


def _unknown(field: str, value: str, message: str, hint: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f'{message} [type setting, field {field}, value "{value}"]',
        code="INVALID_ARGUMENT",
        reason="OutOfRange",
        hint=hint,
        type="setting",
        field=field,
        value=value,
    )


class Settings:
    """The part of a database that says how it is set."""

    def settings(self) -> dict[str, Any]:
        """The fields of the one record of type ``setting``."""
        with cast("Database", self).snapshot() as now:
            return settings_of(now)

    def configure(
        self,
        *,
        currency: str | None = None,
        zone: str | None = None,
        fiscal_start: int | None = None,
        language: str | None = None,
        actor: Ref = None,
        reason: str = "settings",
    ) -> bool:
        """Sets what is given and not so already: base currency (ISO 4217), time zone (IANA), first month of the fiscal year, language. Whether
        anything was written.

        >>> import kith
        >>> with kith.open(temporary=True, currency="EUR") as db:
        ...     print(db.configure(currency="EUR"), db.configure(fiscal_start=4))
        ...     print(db.settings()["base_currency"], db.settings()["fiscal_start_month"])
        False True
        EUR 4
        """
        given = {"base_currency": currency, "time_zone": zone, "fiscal_start_month": fiscal_start, "language": language}
        db = cast("Database", self)
        _check(db, currency, zone)
        present = db.settings()
        new = {name: value for name, value in given.items() if value is not None and value != present.get(name)}
        if new:
            with db.batch(actor, reason) as batch:
                batch.set(batch.existing("setting", _RECORD), **new)
        return bool(new)
