"""What people write, as values: amounts, dates, times; in English and Chinese. ValueError where a text is none.

>>> number("1.25万"), number("12,500.50"), number("３")
(Decimal('12500.00'), Decimal('12500.50'), Decimal('3'))
>>> money("125万元", "USD"), money("99.5", "USD")["minor"], money("JPY 5,000", "CNY")["minor"]
({'minor': 125000000, 'currency': 'CNY'}, 9950, 5000)
>>> date("2026-03-05") == date("2026年3月5日") == date("2026/3/5")
True
>>> moment("2026-03-05 09:30", ZoneInfo("Asia/Shanghai")).isoformat(), moment("2026年3月5日 9:30", ZoneInfo("UTC")).hour
('2026-03-05T09:30:00+08:00', 9)
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from kith.wording import minor_digits

_SCALES = {"亿": 100_000_000, "万": 10_000, "千": 1_000, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_AMOUNT = re.compile(r"([A-Z]{3}|[¥￥$€£])?\s*(-?(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d*)(?:\.\d+)?(?<=\d))\s*([亿万千kKmMbB]?)\s*(元|[A-Z]{3})?")
_SIGNS = {"¥": "CNY", "￥": "CNY", "元": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}


def number(text: str) -> Decimal:
    """Such as 12,500 or 1.25万 or 3M; not 12,5, whose comma stands for a point."""
    return amount(text)[0]


def amount(text: str) -> tuple[Decimal, str]:
    """A number and the currency that it names, empty when none."""
    found = _AMOUNT.fullmatch(text.strip().translate(_WIDE))
    if not found:
        raise ValueError(f"not a number: {text!r}; write 12500, 12,500.50 or 1.25万")
    before, digits, scale, after = found.groups()
    try:
        value = Decimal(digits.replace(",", "")) * _SCALES.get(scale.lower(), 1)
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None
    sign = before or after or ""
    return value, _SIGNS.get(sign, sign)


# Full-width digits and signs, as Chinese input methods write them.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != 0xFFE5} | {0x3000: " "}


def money(text: str, currency: str) -> dict[str, Any]:
    """An amount as batches take it; `currency` where the text names none."""
    value, named = amount(text)
    minor = value * 10 ** minor_digits(named or currency)
    if minor != int(minor):
        raise ValueError(f"{text!r} has more decimals than {named or currency}")
    return {"minor": int(minor), "currency": named or currency}


def date(text: str) -> dt.date:
    found = _DAY.fullmatch(text.strip())
    try:
        if not found:
            raise ValueError
        return dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError(f"not a date: {text!r}; write 2026-03-05 or 2026年3月5日") from None


def moment(text: str, zone: ZoneInfo) -> dt.datetime:
    """A time in the database's zone unless it names its own; a day alone is its beginning."""
    try:
        time = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        time = _written(text.strip())
    return time if time.tzinfo else time.replace(tzinfo=zone)


def _written(text: str) -> dt.datetime:
    """A day, and the time of day where it has one."""
    found = re.fullmatch(r"(.*?)\s*(\d{1,2}):(\d{2})(?::(\d{2}))?", text)
    if not found:
        return dt.datetime.combine(date(text), dt.time())
    return dt.datetime.combine(date(found[1]), dt.time(int(found[2]), int(found[3]), int(found[4] or 0)))
