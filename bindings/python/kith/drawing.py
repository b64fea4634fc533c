"""What pictures are drawn with: SVG with real text, small enough to stand in a page.

Every shape carries a colour of its own, so a picture can stand alone, and a class (``f-main``, ``s-grid``), so that a page can give the
tones other colours, for example in the dark.
"""

from __future__ import annotations

import html
import math
import os
import pathlib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kith.browser import Browser

TONES = {
    "ink": "#1b2430",
    "dim": "#5b6675",
    "grid": "#dde3ea",
    "main": "#2b6cb0",
    "soft": "#8fb8e0",
    "pale": "#d5e5f5",
    "good": "#2f855a",
    "bad": "#c53030",
    "mute": "#98a3b1",
    "paper": "#ffffff",
}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
WIDE, NARROW = 700, 340  # pixels: on a desk, on a phone

Point = tuple[float, float]


def text_width(text: str, size: float) -> float:
    """About how wide a text is in pixels; nobody knows the reader's font."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.62 for char in text) * size


def shortened(text: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than `room`."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


class Canvas:
    """Shapes in pixels, the origin at the top left."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._parts: list[str] = []

    def _add(self, tag: str, tone: str, stroke: str | None = None, **attributes: float | str) -> None:
        classes = " ".join(f"{kind}-{name}" for kind, name in (("f", tone), ("s", stroke)) if name)
        colours = f' fill="{TONES[tone]}"' if tone else ' fill="none"'
        if stroke:
            colours += f' stroke="{TONES[stroke]}"'
        given = "".join(
            f' {name.replace("_", "-")}="{html.escape(value) if isinstance(value, str) else _number(value)}"' for name, value in attributes.items()
        )
        self._parts.append(f'<{tag} class="{classes}"{colours}{given}/>')

    def rect(self, x: float, y: float, width: float, height: float, tone: str, *, round: float = 0) -> None:
        self._add("rect", tone, x=x, y=y, width=max(width, 0), height=height, rx=round)

    def line(self, x1: float, y1: float, x2: float, y2: float, tone: str, *, width: float = 1, dashed: bool = False) -> None:
        self._add("line", "", tone, x1=x1, y1=y1, x2=x2, y2=y2, stroke_width=width, stroke_dasharray="4 3" if dashed else "none")

    def polyline(self, points: Sequence[Point], tone: str, *, width: float = 2) -> None:
        self._add("polyline", "", tone, points=self._points(points), stroke_width=width, stroke_linejoin="round")

    def area(self, points: Sequence[Point], tone: str) -> None:
        self._add("polygon", tone, points=self._points(points))

    def dot(self, x: float, y: float, radius: float, tone: str, *, hollow: bool = False) -> None:
        if hollow:
            self._add("circle", "paper", tone, cx=x, cy=y, r=radius, stroke_width=1.5)
        else:
            self._add("circle", tone, cx=x, cy=y, r=radius)

    def text(self, x: float, y: float, text: str, *, tone: str = "ink", size: float = 12, anchor: str = "start", bold: bool = False) -> None:
        weight = ' font-weight="600"' if bold else ""
        side = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._parts.append(
            f'<text class="f-{tone}" fill="{TONES[tone]}" x="{_number(x)}" y="{_number(y)}" font-size="{_number(size)}"{side}{weight}>'
            f"{html.escape(text)}</text>"
        )

    @staticmethod
    def _points(points: Sequence[Point]) -> str:
        return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)

    def svg(self, title: str, *, name: str = "", paper: bool = True) -> str:
        """The picture as an element. `paper`: on white of its own, to be read on any ground."""
        ground = f' style="background:{TONES["paper"]}"' if paper else ""
        extra = f' class="{name}"' if name else ""
        width, height = _number(self.width), _number(self.height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{html.escape(title)}" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="{html.escape(FONT)}"{extra}{ground}>{"".join(self._parts)}</svg>'
        )


@dataclass(frozen=True)
class Picture:
    """A drawing and the table of its numbers. Notebooks show it; `svg` gives the text of the drawing, `save` writes a file.

    `draw` is given a width in pixels, so that a phone gets a drawing of its own and not a small copy.
    """

    title: str
    draw: Callable[[float], Canvas] = field(repr=False)
    columns: Sequence[str] = field(repr=False)
    rows: Sequence[Sequence[str]] = field(repr=False)

    def svg(self, width: float = WIDE, *, name: str = "", paper: bool = True) -> str:
        return self.draw(width).svg(self.title, name=name, paper=paper)

    def table(self) -> str:
        """The numbers as an HTML table, the first column naming the rows."""

        def row(cells: Sequence[str]) -> str:
            first, *others = (html.escape(cell) for cell in cells)
            return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'

        head = "".join(f'<th scope="col">{html.escape(column)}</th>' for column in self.columns)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(map(row, self.rows))}</tbody></table>"

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_html_(self) -> str:
        return f"<figure>{self.svg()}<details><summary>{html.escape(self.title)}</summary>{self.table()}</details></figure>"

    def save(self, path: str | os.PathLike[str], *, width: float = WIDE) -> None:
        """Writes the drawing to a file that ends in .svg, or in .png, which needs a browser (`kith.browser.Browser`)."""
        target = pathlib.Path(path)
        drawn = self.svg(width)
        if target.suffix.lower() == ".svg":
            target.write_text(drawn, encoding="utf-8")
        elif target.suffix.lower() == ".png":
            with Browser() as browser:
                browser.show(f'<!doctype html><meta charset="utf-8"><body style="margin:0">{drawn}')
                target.write_bytes(browser.png(width=math.ceil(self.draw(width).width)))
        else:
            raise ValueError(f"a picture is saved as .svg or .png, not {target.suffix!r}")
