"""From tables and a preset to what the engine's importer takes: a mapping, and files that it fits."""

from __future__ import annotations

import csv
import datetime as dt
import json
import pathlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kith.errors import InvalidArgumentError
from kith.importing import clean
from kith.importing.infer import inferred
from kith.importing.stages import Stages
from kith.importing.tables import Table
from kith.settings import settings_of

if TYPE_CHECKING:
    from kith.database import Database

_FOLDER = pathlib.Path(__file__).parent / "presets"
_SAMPLE = 200
_AT = "_at"  # columns that are made: when a stage was reached,
_NOW = "_now"  # and when the import began


@dataclass
class Part:
    """One file of the import: rows of a table as records of a type."""

    table: Table
    file: str
    mapping: dict[str, Any]
    header: list[str]
    cleaners: dict[str, clean.Cleaner] = field(default_factory=dict)
    join: dict[str, list[str]] = field(default_factory=dict)
    when: dict[str, Any] | None = None
    order: list[str] = field(default_factory=list)
    changes: str = ""
    stage: tuple[str, Stages, list[str], list[str]] | None = None  # column, stages, when an open and when a closed one was reached
    distinct: str = ""
    now: str = ""

    def rows(self) -> Iterator[dict[str, str]]:
        """Cleaned, filtered, sorted."""
        cleaned = (self._clean(dict(zip(self.table.header, row, strict=False))) for row in self.table.rows())
        found: Iterator[dict[str, str]] = (row for row in cleaned if not self.when or row.get(self.when["column"]) in self.when["in"])
        if self.order:
            found = iter(sorted(found, key=lambda row: [row.get(name, "") for name in self.order]))
        if self.changes:
            return self._changed(found)
        return self._distinct(found) if self.distinct else found

    def _clean(self, row: dict[str, str]) -> dict[str, str]:
        for made, parts in self.join.items():
            if not row.get(made):
                row[made] = " ".join(row[part].strip() for part in parts if row.get(part, "").strip())
        for column, cleaner in self.cleaners.items():
            if row.get(column, "").strip():
                row[column] = cleaner(row[column])
        row[_NOW] = self.now
        if self.stage:
            column, stages, opened, closed = self.stage
            wanted = closed if stages.is_closed(row.get(column, "").strip()) else opened
            at = next((row[name] for name in wanted if row.get(name, "").strip()), self.now)
            row[_AT] = min(at, self.now) if at[:4].isdigit() else at
        return row

    def _changed(self, rows: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
        """Those in which the column differs from the row before of the same record."""
        before: tuple[str | None, str | None] = (None, None)
        for row in rows:
            now = row.get(self.order[0]), row.get(self.changes)
            if now != before:
                yield row
            before = now

    def _distinct(self, rows: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
        seen = set()
        for row in rows:
            value = row.get(self.distinct, "").strip()
            if value and value not in seen:
                seen.add(value)
                yield row


@dataclass
class Plan:
    """What an import would do: shown to people before it is done."""

    preset: str
    parts: list[Part]
    mapping: dict[str, Any]
    unmapped: list[tuple[str, str]]

    def lines(self) -> Iterator[tuple[str, str, str, str]]:
        """(file, column, "type.field", an example), and columns that are left out with an empty target."""
        for part in self.parts:
            if part.distinct:
                continue
            example = next(part.rows(), {})
            type = part.mapping["type"]
            for column in part.mapping["columns"]:
                yield part.table.name, column["column"], f"{type}.{column['field']}", example.get(column["column"], "")
            if part.stage:
                yield part.table.name, part.stage[0], f"{type}.stage", example.get(part.stage[0], "")
        for table, column in self.unmapped:
            yield table, column, "", ""

    def write(self, folder: pathlib.Path) -> None:
        """The files that the mapping fits."""
        for part in self.parts:
            with (folder / part.file).open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(part.header)
                for row in part.rows():
                    writer.writerow([row.get(name, "") for name in part.header])


@cache
def presets() -> dict[str, dict[str, Any]]:
    """The presets that ship with Kith, by name."""
    found = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(_FOLDER.glob("*.json"))]
    for preset in found:
        for entry in preset["files"]:  # a column that several files have is named where it is one of theirs
            entry["columns"] = [preset["columns"][column] if isinstance(column, str) else column for column in entry["columns"]]
    return {preset["name"]: preset for preset in found}


def plan(db: Database, tables: list[Table], *, preset: str = "", type: str = "", mapping: str | Mapping[str, Any] = "") -> Plan:
    """How tables are imported: by a mapping as `import_csv` takes it, a preset, or what their headers say."""
    if mapping:
        given: dict[str, Any] = json.loads(mapping) if isinstance(mapping, str) else dict(mapping)
        return Plan("", [Part(table, f"{table.name}.csv", {}, table.header) for table in tables], given, [])
    if preset and preset not in presets():
        hint = f"there are: {', '.join(presets())}"
        raise InvalidArgumentError(f"there is no preset {preset!r}", code="INVALID_ARGUMENT", reason="BadOptions", hint=hint, value=preset)
    chosen = presets()[preset] if preset else None if type else _recognized(tables)
    planner = _Planner(db, tables, chosen or {"name": "", "files": []})
    for table in tables:
        entries = _entries(chosen, table) if chosen else [inferred(table, planner.types, type)]
        for entry in entries:
            planner.add(table, entry)
    if not planner.parts:
        seen = ", ".join(table.name for table in tables)
        hint = "name the files as the vendor's export does, or leave the preset out"
        raise InvalidArgumentError(f"no file fits {preset}: {seen}", code="INVALID_ARGUMENT", reason="MappingMalformed", hint=hint)
    return planner.plan()


def _stem(table: Table) -> str:
    return re.sub(r"[^a-z]", "", table.name.lower())


def _aliased(entry: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """The entry with the names that this table has for its columns."""
    text = json.dumps(entry, ensure_ascii=False)
    for name, others in entry.get("alias", {}).items():
        if name not in table.header and (found := next((other for other in others if other in table.header), None)):
            text = text.replace(json.dumps(name), json.dumps(found))
    aliased: dict[str, Any] = json.loads(text)
    return aliased


def _entries(preset: Mapping[str, Any], table: Table) -> list[dict[str, Any]]:
    entries = (_aliased(entry, table) for entry in preset["files"] if re.search(entry["is"], _stem(table)))
    found = [entry for entry in entries if set(entry["needs"]) <= set(table.header)]
    # "deal-history" is no file of deals: what a more special name says comes first, and alone.
    return [entry for entry in found if entry["is"] == found[0]["is"]]


def _recognized(tables: list[Table]) -> Mapping[str, Any] | None:
    """The preset of which all files are, or those of deals; ids must look like the vendor's."""
    for preset in presets().values():
        entries = [(table, found[0]) for table in tables if (found := _entries(preset, table))]
        deals = any(entry["type"] == "opportunity" for _, entry in entries)
        if (deals or len(entries) == len(tables)) and all(_ids_fit(preset, table, entry) for table, entry in entries):
            return preset
    return None


def _ids_fit(preset: Mapping[str, Any], table: Table, entry: Mapping[str, Any]) -> bool:
    if preset.get("ids") != "salesforce":
        return True
    at = table.header.index(entry["needs"][0])
    row = next(table.rows(), None)
    return row is not None and len(row) > at and clean.is_salesforce_id(row[at])


class _Planner:
    def __init__(self, db: Database, tables: list[Table], preset: Mapping[str, Any]) -> None:
        self._db = db
        self._tables = tables
        self._preset = preset
        self.parts: list[Part] = []
        self.types = {type["name"]: type for type in db.catalog()["types"]}
        with db.snapshot() as now:
            settings = settings_of(now)
            self._currency = str(settings["base_currency"])
            self._zone = ZoneInfo(settings["time_zone"])
            own = [pipeline for pipeline in now.pipelines("opportunity") if not pipeline.get("parallel")]
        self._stages = Stages([preset["pipeline"]] if preset.get("pipeline") else own, preset.get("names", {}))
        self._named: set[tuple[str, str, str]] = set()
        self._now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def plan(self) -> Plan:
        self._stages.settle()
        self._drop_dangling()
        self._keep_present()
        unmapped = []
        for table in self._tables:
            used = set().union(*(_used(part) for part in self.parts if part.table is table))
            unmapped += [(table.name, name) for name in table.header if name and name not in used]
        mapping: dict[str, Any] = {"name": self._preset["name"] or "spreadsheet", "files": [part.mapping for part in self.parts]}
        if pipeline := self._stages.definition():
            mapping["pipelines"] = [pipeline]
        for part in self.parts:
            self._finish_stages(part)
        return Plan(self._preset["name"], self.parts, mapping, unmapped)

    def add(self, table: Table, entry: Mapping[str, Any]) -> None:
        header = [*table.header, *(made for made in entry.get("join", {}) if made not in table.header)]
        key = next((parts for given in entry["key"] if set(parts := [given] if isinstance(given, str) else given) <= set(header)), None)
        if key is None:
            raise InvalidArgumentError(
                f"{table.name} has no column that identifies its rows",
                code="INVALID_ARGUMENT",
                reason="MappingMalformed",
                hint=f"one of these is needed: {entry['key']}",
            )
        file = f"{len(self.parts)}-{table.name}.csv" if any(part.table is table for part in self.parts) else f"{table.name}.csv"
        part = Part(table, file, {"file": file, "type": entry["type"], "system": entry["system"], "key": key, "columns": []}, header)
        part.join, part.when = entry.get("join", {}), entry.get("when")
        part.order, part.changes, part.now = entry.get("order", []), entry.get("changes", ""), self._now
        if created := next((name for name in entry.get("created", ()) if name in header), None):
            part.mapping["created_column"] = created
            part.cleaners[created] = self._time(part, created)
        if self._preset.get("ids") == "salesforce":
            part.cleaners |= {name: clean.salesforce_id for name in header if name.endswith("Id")}
        for column in entry["columns"]:
            self._add_column(part, column)
        self._add_stage(part, entry)
        self._add_moves(part, entry)
        self.parts.append(part)

    def _add_column(self, part: Part, column: Mapping[str, Any]) -> None:
        name = next((name for name in column["column"] if name in part.header), None)
        if name is None:
            return
        made: dict[str, Any] = {"column": name, "field": column["field"]}
        made |= {member: column[member] for member in ("system", "type", "values") if member in column}
        if effective := column.get("effective"):
            made["effective_column"] = effective
            part.cleaners[effective] = self._time(part, effective)
        kind = self._kind(part.mapping["type"], column["field"])
        scale = clean.scale_of(name)
        if known := column.get("known"):
            part.cleaners[name] = clean.choice(known, self._choices(part.mapping["type"], column["field"]), column["otherwise"])
        if column.get("stage"):
            made |= {"system": "kith.stage", "type": "stage"}
            part.stage = (name, self._stages, [], [])
            self._stages.see(part, name)
        elif column.get("by_name"):
            made |= {"system": f"name.{column['by_name']}", "type": column["by_name"]}
            self._add_named(part, name, column["by_name"])
        elif kind == "money":
            if (currency := column.get("currency_column")) in part.header:
                made["currency_column"] = currency
            else:
                made["currency"] = self._currency
            part.cleaners[name] = clean.money(made.get("currency", ""), scale)
        elif kind in ("int", "decimal", "double"):
            part.cleaners[name] = clean.number(scale)
        elif kind in ("date", "time"):
            part.cleaners.setdefault(name, clean.date(_day_first(part, name)) if kind == "date" else self._time(part, name))
        elif kind in ("text_list", "choice_set"):
            part.cleaners[name] = clean.listed()
        part.mapping["columns"].append(made)

    def _kind(self, type: str, name: str) -> str:
        return next((str(field["kind"]) for field in self.types[type]["fields"] if field["name"] == name), "ref")

    def _choices(self, type: str, name: str) -> Iterator[str]:
        for known in self.types[type]["fields"]:
            if known["name"] == name:
                for choice in known["choices"]:
                    yield from (choice["name"], *choice.get("labels", {}).values())

    def _add_named(self, part: Part, column: str, type: str) -> None:
        """Records that a column names are made from it, one for each name."""
        if (part.table.name, column, type) in self._named:
            return
        self._named.add((part.table.name, column, type))
        file = f"{len(self.parts)}-{len(self._named)}-{type}.csv"
        mapping = {"file": file, "type": type, "system": f"name.{type}", "key": [column], "columns": [{"column": column, "field": "name"}]}
        self.parts.append(Part(part.table, file, mapping, [column], distinct=column))

    def _add_stage(self, part: Part, entry: Mapping[str, Any]) -> None:
        stage = entry.get("stage")
        column = next((name for name in stage["column"] if name in part.header), None) if stage else None
        if not stage or column is None or any(re.search(stage["unless"], _stem(t)) for t in self._tables if stage.get("unless")):
            return
        times = {how: [name for name in stage.get(how, ()) if name in part.header] for how in ("at", "closed_at")}
        for name in times["at"] + times["closed_at"]:
            part.cleaners.setdefault(name, self._time(part, name))
        part.stage = (column, self._stages, times["at"], times["closed_at"] + times["at"])
        part.header = [*part.header, _AT]
        self._stages.see(part, column)

    def _time(self, part: Part, column: str) -> clean.Cleaner:
        return clean.time(self._zone, _day_first(part, column))

    def _add_moves(self, part: Part, entry: Mapping[str, Any]) -> None:
        for move in entry.get("moves", ()):
            if {move["at_column"], move["when"]["column"]} <= set(part.header):
                part.mapping.setdefault("moves", []).append(move)
                part.cleaners[move["at_column"]] = self._time(part, move["at_column"])

    def _finish_stages(self, part: Part) -> None:
        """Where the stages that a column names are known, as moves or, of a file of moves, as values."""
        if part.stage is None:
            return
        column, stages, *_ = part.stage
        if _AT not in part.header:
            [target] = [made for made in part.mapping["columns"] if made["column"] == column]
            target["values"] = {value: path for value, path in stages.paths(part)}
            return
        moves = [{"stage": path, "at_column": _AT, "when": {"column": column, "in": [value]}} for value, path in stages.paths(part)]
        part.mapping["moves"] = [*moves, *part.mapping.get("moves", [])]

    def _keep_present(self) -> None:
        """What a history tells of a field holds from its own times on; what the record says holds now."""
        told = {(p.mapping["system"], c["field"]) for p in self.parts for c in p.mapping["columns"] if "effective_column" in c}
        for part in self.parts:
            for column in part.mapping["columns"]:
                if "effective_column" not in column and (part.mapping["system"], column["field"]) in told:
                    column["effective_column"] = _NOW
                    part.header = [*part.header, *([] if _NOW in part.header else [_NOW])]

    def _drop_dangling(self) -> None:
        """References into files that are neither here nor were imported before cannot be kept."""
        here = {part.mapping["system"] for part in self.parts} | {"kith.stage"}
        with self._db.snapshot() as now:
            for part in self.parts:
                for column in list(part.mapping["columns"]):
                    if "system" not in column or column["system"] in here:
                        continue
                    value = next((row[column["column"]] for row in part.rows() if row.get(column["column"])), "")
                    type = column.get("type") or self._refers_to(part.mapping["type"], column["field"])
                    if not value or now.find(type, (column["system"], value)) is None:
                        part.mapping["columns"].remove(column)

    def _refers_to(self, type: str, name: str) -> str:
        return next(str(field["to"][0]) for field in self.types[type]["fields"] if field["name"] == name)


def _day_first(part: Part, column: str) -> bool | None:
    if column not in part.table.header:
        return None
    at = part.table.header.index(column)
    return clean.day_first(row[at] for row in part.table.rows() if at < len(row))


def _used(part: Part) -> set[str]:
    """The columns of its table that a part reads."""
    named = {part.mapping.get("created_column", ""), *part.mapping["key"], *(column["column"] for column in part.mapping["columns"])}
    joined = {name for parts in part.join.values() for name in parts}
    moves = {name for move in part.mapping.get("moves", ()) for name in (move["at_column"], move["when"]["column"])}
    currencies = {column.get("currency_column", "") for column in part.mapping["columns"]}
    stage = {part.stage[0], *part.stage[2], *part.stage[3]} if part.stage else set()
    return named | joined | moves | currencies | stage | ({part.when["column"]} if part.when else set())
