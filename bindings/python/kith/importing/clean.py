"""Cells brought into the forms that the importer takes. What cannot be read stays as it is, so that the row is refused with its reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

from kith import reading

Cleaner = Callable[[str], str]

_ID15 = re.compile(r"[0-9A-Za-z]{15}")
_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_YEAR_LAST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SCALE = re.compile(r"[（(\[【]\s*(?:人民币)?\s*([亿万千百]{0,2})元?\s*[）)\]】]")
_UNITS = {"百": 100, "千": 1_000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000, "": 1}


def salesforce_id(text: str) -> str:
    """The 18 characters of a record id that may be given by its 15: three more, each of which tells which of five are capital letters.

    Source: Salesforce help, "Convert 15 Character IDs to 18 Character IDs".

    >>> salesforce_id("0015000000Gv7qJ"), salesforce_id("0015000000Gv7qJAAR"), salesforce_id("no id")
    ('0015000000Gv7qJAAR', '0015000000Gv7qJAAR', 'no id')
    """
    if not _ID15.fullmatch(text):
        return text
    fives = (text[start : start + 5] for start in (0, 5, 10))
    return text + "".join(_SUFFIX[sum(1 << i for i, c in enumerate(five) if "A" <= c <= "Z")] for five in fives)


def is_salesforce_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def scale_of(header: str) -> int:
    """How many units one is, by what a header says in brackets.

    >>> [scale_of(header) for header in ("金额（万元）", "Amount", "营收(百万)")]
    [10000, 1, 1000000]
    """
    found = _SCALE.search(header)
    return _UNITS.get(found[1], 1) if found else 1


def _kept(clean: Cleaner) -> Cleaner:
    def cleaned(text: str) -> str:
        try:
            return clean(text.strip())
        except ValueError:
            return text

    return cleaned


def money(currency: str, scale: int = 1) -> Cleaner:
    """A plain decimal number of whole units; an amount in another currency than the column's is left to be refused."""

    def clean(text: str) -> str:
        value, named = reading.amount(text)
        if named and currency and named != currency:
            raise ValueError(text)
        # A cell with a unit of its own does not take the header's.
        return format(value * (1 if re.search(r"[亿万千]", text) else scale), "f")

    return _kept(clean)


def number(scale: int = 1) -> Cleaner:
    """
    >>> number()("1,200人"), number(10_000)("3.5")
    ('1,200人', '35000')
    """

    def clean(text: str) -> str:
        value = reading.number(text.removesuffix("%")) * scale
        return format(int(value) if value == int(value) else value, "f" if value != int(value) else "d")

    return _kept(clean)


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether dates such as 3/12/2026 have the day first: as soon as one number above 12 tells. None where all could be either.

    >>> day_first(["3/12/2026", "3/13/2026"]), day_first(["13.3.2026"]), day_first(["3/12/2026", "2026-01-31"])
    (False, True, None)
    """
    for text in texts:
        if found := _YEAR_LAST.match(text.strip()):
            if int(found[1]) > 12:
                return True
            if int(found[2]) > 12:
                return False
    return None


def _year_first(text: str, first: bool | None) -> str:
    """A text whose year stands last, turned round. One that could mean two days stays, to be refused."""
    found = _YEAR_LAST.match(text)
    if not found or first is None:
        return text
    day, month = (found[1], found[2]) if first else (found[2], found[1])
    return f"{found[3]}-{month}-{day}{text[found.end() :]}"


def date(first: bool | None = None) -> Cleaner:
    """
    >>> date(False)("3/12/2026"), date()("2026年3月12日"), date()("3/12/2026")
    ('2026-03-12', '2026-03-12', '3/12/2026')
    """
    return _kept(lambda text: reading.moment(_year_first(text, first), ZoneInfo("UTC")).date().isoformat())


def time(zone: ZoneInfo, first: bool | None = None) -> Cleaner:
    return _kept(lambda text: reading.moment(_year_first(text, first), zone).astimezone(dt.UTC).isoformat().replace("+00:00", "Z"))


def choice(known: Mapping[str, str], others: Iterable[str], otherwise: str) -> Cleaner:
    """A vendor's name for a choice; the choices' own names and labels stay, and what is neither is `otherwise`.

    >>> source = choice({"Trade Show": "exhibition"}, ["web", "Website"], "other")
    >>> source("trade show "), source("Website"), source("Skywriting")
    ('exhibition', 'Website', 'other')
    """
    meant = {name.casefold(): choice for name, choice in known.items()}
    kept = set(others)
    return lambda text: meant.get(text.strip().casefold()) or (text if text.strip() in kept else otherwise)


def listed() -> Cleaner:
    return _kept(lambda text: re.sub(r"[；、，,]", ";", text))
