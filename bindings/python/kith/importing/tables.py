"""Tables as files have them: CSV in whatever encoding, Excel sheets, JSON Lines."""

from __future__ import annotations

import csv
import datetime as dt
import json
import pathlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kith.errors import InvalidArgumentError

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".jsonl", ".ndjson")


@dataclass(frozen=True)
class Table:
    """A header and rows of texts, read anew each time they are asked for."""

    name: str
    header: list[str]
    rows: Callable[[], Iterator[list[str]]]


def is_lines(path: pathlib.Path) -> bool:
    """Whether it is a database that `export_jsonl` wrote."""
    if path.is_dir() or path.suffix.lower() not in (".jsonl", ".ndjson"):
        return False
    with path.open("rb") as file:
        return file.read(15).startswith(b'{"kith":"lines"')


def tables(path: pathlib.Path) -> list[Table]:
    """Those of a file, or of a folder's files in the order of their names; empty ones are left out."""
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS) if path.is_dir() else [path]
    found = [table for file in files for table in _of_file(file) if table.header]
    if not found:
        raise InvalidArgumentError(
            f"{path} holds no tables", code="INVALID_ARGUMENT", reason="FileUnreadable", hint=f"known are {', '.join(ENDINGS)}"
        )
    return found


def _of_file(file: pathlib.Path) -> Iterator[Table]:
    ending = file.suffix.lower()
    if ending in (".xlsx", ".xlsm"):
        yield from _sheets(file)
    elif ending in (".jsonl", ".ndjson"):
        yield _json_lines(file)
    else:
        yield _csv(file)


# --- CSV


def _encoding(file: pathlib.Path) -> str:
    """UTF-8 where it is that, else what Excel writes in China."""
    with file.open("rb") as raw:
        start = raw.read(4)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        raw.seek(0)
        try:
            for _ in iter(lambda: raw.readline().decode("utf-8"), ""):
                pass
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig"


def _csv(file: pathlib.Path) -> Table:
    encoding = _encoding(file)

    def rows() -> Iterator[list[str]]:
        line = 0
        try:
            with file.open(encoding=encoding, newline="") as text:
                delimiter = max(",;\t|", key=text.readline().count)
                text.seek(0)
                reader = csv.reader(text, delimiter=delimiter)
                for row in reader:
                    line = reader.line_num
                    yield row
        except (UnicodeError, csv.Error) as error:
            raise InvalidArgumentError(
                f"{file}, after line {line}: no CSV in UTF-8, UTF-16 or GB 18030: {error}",
                code="INVALID_ARGUMENT",
                reason="FileUnreadable",
                hint="save it as CSV in UTF-8",
                value=str(file),
            ) from None

    header = [cell.strip() for cell in next(rows(), [])]

    def body() -> Iterator[list[str]]:
        lines = rows()
        next(lines, None)
        return (line for line in lines if any(cell.strip() for cell in line))

    return Table(file.stem, header, body)


# --- Excel


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).strip()


def _sheets(file: pathlib.Path) -> Iterator[Table]:
    """One table a sheet. The header is the first row in which at least half as many cells are filled as in the fullest of the first ten: titles
    above a table are passed over."""
    from openpyxl import load_workbook

    book = load_workbook(file, read_only=True, data_only=True)
    names = list(book.sheetnames)
    for name in names:
        first = [[_text(cell) for cell in row] for row in book[name].iter_rows(max_row=10, values_only=True)]
        filled = [sum(1 for cell in row if cell) for row in first]
        if not any(filled):
            continue
        at = next(i for i, count in enumerate(filled) if count * 2 >= max(filled))
        yield Table(file.stem if len(names) == 1 else name, first[at], _sheet_rows(file, name, at))
    book.close()


def _sheet_rows(file: pathlib.Path, sheet: str, header: int) -> Callable[[], Iterator[list[str]]]:
    def rows() -> Iterator[list[str]]:
        from openpyxl import load_workbook

        book = load_workbook(file, read_only=True, data_only=True)
        try:
            for row in book[sheet].iter_rows(min_row=header + 2, values_only=True):
                cells = [_text(cell) for cell in row]
                if any(cells):
                    yield cells
        finally:
            book.close()

    return rows


# --- JSON Lines


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Members of members as "a.b"."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _flat(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        yield path, ";".join(_text(item) for item in value)
    else:
        yield path, _text(value)


def _json_lines(file: pathlib.Path) -> Table:
    def records() -> Iterator[dict[str, str]]:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    record = json.loads(line)
                except ValueError:
                    record = None
                if not isinstance(record, dict):
                    raise InvalidArgumentError(
                        f"{file.name} line {number} is no JSON object", code="INVALID_ARGUMENT", reason="FileUnreadable", value=line[:80]
                    )
                yield dict(_flat(record))

    header = list(dict.fromkeys(name for record in records() for name in record))
    return Table(file.stem, header, lambda: ([record.get(name, "") for name in header] for record in records()))
