"""What reports say, in English and Chinese, and how they write numbers.

>>> english, chinese = Wording("en"), Wording("zh")
>>> english.money(125_300_000, "CNY"), chinese.money(125_300_000, "CNY"), english.money(5_000, "JPY")
('CNY 1.25M', '125万元', 'JPY 5,000')
>>> english.short(33_400_000, "CNY"), english.short(-999_960, "CNY"), chinese.short(33_400_000, "CNY")
('334K', '-10K', '33.4万')
>>> english.exact(125_300_050, "CNY"), chinese.percent(0.1234), english.percent(0.999)
('CNY 1,253,000.50', '12%', '>99%')
>>> chinese.period({"first": "2026-07-01", "end": "2026-10-01"}), english.period({"first": "2026-07-01", "end": "2026-08-01"})
('2026年第3季度', 'July 2026')
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from kith.words import WORDS

# ISO 4217: currencies whose minor unit is not a hundredth.
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
# From where on which unit is written, half a smaller one below so that nothing reads "1000K", and its size.
_UNITS = {
    "en": ((1e9 - 5e5, 1e9, "B"), (1e6 - 500, 1e6, "M"), (1e4 - 0.5, 1e3, "K")),
    "zh": ((1e8 - 5e3, 1e8, "亿"), (1e4 - 0.5, 1e4, "万")),
}
_NOTHING = "–"
_MONTHS = (
    ("", "January", "February", "March", "April", "May", "June")
    + ("July", "August", "September", "October", "November", "December")
)


def minor_digits(currency: str) -> int:
    return 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2


def months_of(period: Mapping[str, str]) -> int:
    """How many whole months a period has; 0 when it has none."""
    first, end = dt.date.fromisoformat(period["first"]), dt.date.fromisoformat(period["end"])
    return (end.year - first.year) * 12 + end.month - first.month if first.day == end.day == 1 else 0


class Wording:
    """The words and numbers of one language, "en" or "zh"."""

    def __init__(self, lang: str = "en", words: Mapping[str, tuple[str, str]] = WORDS) -> None:
        if lang not in _UNITS:
            raise ValueError(f"lang is 'en' or 'zh', not {lang!r}")
        self.lang = lang
        self._words = words
        self._place = list(_UNITS).index(lang)

    def template(self, key: str) -> str:
        """The words for `key`, with {names} where values go."""
        return self._words[key][self._place]

    def __call__(self, key: str, **values: object) -> str:
        return self.template(key).format(**values)

    def named(self, kind: str, name: str) -> str:
        """The word for a name of the library's, such as a driver's; the name itself where there is none."""
        found = self._words.get(f"{kind}.{name}")
        return found[self._place] if found else name

    def label(self, thing: Mapping[str, Any]) -> str:
        """What a stage is called."""
        found: str = (thing.get("labels") or {}).get(self.lang) or thing["name"]
        return found

    def count(self, value: float | None, digits: int = 0) -> str:
        return _NOTHING if value is None else f"{value:,.{digits}f}"

    def signed(self, value: float | None) -> str:
        return _NOTHING if value is None else f"{value:+.2f}".replace("-", "−")

    def percent(self, share: float | None) -> str:
        if share is None:
            return _NOTHING
        return "<1%" if 0 < share < 0.005 else ">99%" if 0.995 < share < 1 else f"{share:.0%}"

    def rate(self, rate: Mapping[str, Any]) -> str:
        """A rate with its interval."""
        return f"{self.percent(rate['value'])} ({self.span(rate['low'], rate['high'])})" if rate["trials"] else _NOTHING

    def span(self, low: float | None, high: float | None) -> str:
        return f"{self.percent(low)}–{self.percent(high)}"

    def days(self, days: float | None) -> str:
        return _NOTHING if days is None else self("days", count=f"{days:,.0f}" if days >= 10 else f"{days:.1f}")

    def _with_currency(self, amount: str, currency: str) -> str:
        if self.lang == "en":
            return f"{currency} {amount}"
        return f"{amount}元" if currency == "CNY" else f"{amount} {currency}"

    def short(self, minor: float | None, currency: str) -> str:
        """An amount to three digits, without its currency."""
        if minor is None:
            return _NOTHING
        major = minor / 10 ** minor_digits(currency)
        for least, size, unit in _UNITS[self.lang]:
            if abs(major) >= least:
                scaled = major / size
                digits = max(0, 2 - math.floor(math.log10(abs(scaled) * 1.0005)))
                text = f"{scaled:.{digits}f}"
                return (text.rstrip("0").rstrip(".") if "." in text else text) + unit
        return f"{major:,.0f}"

    def money(self, minor: float | None, currency: str) -> str:
        return _NOTHING if minor is None else self._with_currency(self.short(minor, currency), currency)

    def exact(self, minor: float | None, currency: str) -> str:
        if minor is None:
            return _NOTHING
        digits = minor_digits(currency)
        return self._with_currency(f"{minor / 10**digits:,.{digits}f}", currency)

    def date(self, text: str) -> str:
        date = dt.date.fromisoformat(text[:10])
        return f"{date.year}年{date.month}月{date.day}日" if self.lang == "zh" else f"{date.day} {_MONTHS[date.month]} {date.year}"

    def period(self, period: Mapping[str, str]) -> str:
        """A period by its name, or by its ends where it has none."""
        first, months = dt.date.fromisoformat(period["first"]), months_of(period)
        if months == 12 and first.month == 1:
            return self("year", year=first.year)
        if months == 3 and first.month % 3 == 1:
            return self("quarter", year=first.year, quarter=first.month // 3 + 1)
        if months == 1:
            return f"{first.year}年{first.month}月" if self.lang == "zh" else f"{_MONTHS[first.month]} {first.year}"
        last = dt.date.fromisoformat(period["end"]) - dt.timedelta(days=1)
        return self.date(period["first"]) if last == first else f"{self.date(period['first'])} – {self.date(last.isoformat())}"

    def tick(self, period: Mapping[str, str]) -> tuple[str, str]:
        """A period under an axis: its own name, and its year."""
        first, months = dt.date.fromisoformat(period["first"]), months_of(period)
        if months == 12 and first.month == 1:
            return str(first.year), ""
        if months == 3 and first.month % 3 == 1:
            return f"Q{first.month // 3 + 1}", str(first.year)
        if months == 1:
            return f"{first.month}月" if self.lang == "zh" else _MONTHS[first.month][:3], str(first.year)
        return f"{first.month}/{first.day}", str(first.year)
