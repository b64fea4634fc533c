"""The report: one page that tells where a pipeline stands, for a phone, a desk or paper (``pip install kith[report]``).

>>> import pathlib, tempfile
>>> import kith.report
>>> with tempfile.TemporaryDirectory() as folder, kith.open(temporary=True) as db:
...     with db.batch() as batch:
...         for name in ("A", "B"):
...             deal = batch.create("opportunity", name=name, amount=kith.Money(10_000, "CNY"))
...             move = batch.move(deal, "default/qualified")
...     path = kith.report.write(db, pathlib.Path(folder) / "report.html", lang="zh")
...     "销售管道报告" in path.read_text(encoding="utf-8")
True
"""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import tempfile
from typing import Any, Literal

import kith
from kith.browser import Browser
from kith.report import render
from kith.report.gather import Gatherer, version

__all__ = ["gather", "page", "write"]

Format = Literal["html", "pdf", "png"]
_FORMATS = ("html", "pdf", "png")


def gather(
    db: kith.Database,
    *,
    pipeline: str | None = None,
    period: str | None = None,
    viewer: kith.Viewer | int | None = None,
    as_of: dt.datetime | None = None,
) -> dict[str, Any]:
    """The numbers of the report as the public interface gives them, from one snapshot; of the main pipeline unless one is named."""
    seen_by = viewer or 0
    id = seen_by.id if isinstance(seen_by, kith.Viewer) else seen_by
    catalog = db.catalog()
    with db.snapshot(seen_by) as now:
        numbers = Gatherer(now, pipeline or now.main_pipeline(), period, as_of).gather(catalog)
        who = now.get(id) if id else None
        numbers["viewer"] = {"id": id, "name": (who and who.get("name")) or f"#{id}"} if id else None
    return numbers | {"version": version(), "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}


def page(numbers: dict[str, Any], *, lang: str = "en") -> str:
    """The page as HTML: it needs nothing but itself. `numbers` is what `gather` gives."""
    return render.page(numbers, lang)


def write(
    db: kith.Database,
    path: str | os.PathLike[str],
    *,
    pipeline: str | None = None,
    period: str | None = None,
    viewer: kith.Viewer | int | None = None,
    lang: Literal["en", "zh"] = "en",
    format: Format | None = None,
    as_of: dt.datetime | None = None,
) -> pathlib.Path:
    """Writes the report of a pipeline, the main one unless one is named, to `path`, and returns the path. It is replaced as a whole or not at all.

    `period`: "this-quarter" unless given. `viewer`: whose eyes it is for; without it everything is told. `format`: "html", "pdf" or "png" (a
    long picture for messengers), by the ending of `path` unless given; PDF and PNG need Chromium or Chrome, see `Browser`. `as_of`: as it
    stood then. FailedPreconditionError, NotFoundError and InvalidArgumentError as by `Snapshot.forecast`.
    """
    target = pathlib.Path(path)
    wanted = format or target.suffix.lower().removeprefix(".")
    if wanted not in _FORMATS:
        raise ValueError(f"the report is written as {', '.join(_FORMATS)}, not {wanted!r}: give the path such an ending, or format")
    text = page(gather(db, pipeline=pipeline, period=period, viewer=viewer, as_of=as_of), lang=lang)
    content = text.encode() if wanted == "html" else _printed(text, wanted)
    with tempfile.NamedTemporaryFile(dir=target.parent or ".", prefix=f".{target.name}.", delete=False) as file:
        file.write(content)
    pathlib.Path(file.name).chmod(0o666 & ~_umask())
    pathlib.Path(file.name).replace(target)
    return target


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _printed(text: str, wanted: str) -> bytes:
    with Browser() as browser:
        browser.show(text)
        return browser.pdf() if wanted == "pdf" else browser.png(width=render.PICTURE_WIDTH)
