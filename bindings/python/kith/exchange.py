"""Whole databases and tables, out and in: CSV, JSON Lines, Arrow."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

from kith import _kith
from kith.values import Ref, listed

if TYPE_CHECKING:
    from kith.database import Database
    from kith.importing import Run


_IDS = ("auto", "keep", "map")  # in the order of C's numbers


class Exchange:
    """The part of a database that imports and exports."""

    _handle: _kith.Database

    def import_csv(
        self,
        folder: str | os.PathLike[str],
        mapping: str | dict[str, Any] = "",
        *,
        dry_run: bool = False,
        actor: Ref = None,
        reason: str = "",
        problem_file: str | os.PathLike[str] = "",
        progress: Callable[[str, int, int], bool | None] | None = None,
    ) -> dict[str, Any]:
        """Imports a folder of CSV files; a report with counts by file and every rejected row's problem.

        `progress(file, bytes_done, bytes_total)` returns False to stop.
        """
        text = mapping if isinstance(mapping, str) else json.dumps(mapping)
        report: dict[str, Any] = json.loads(
            self._handle.import_csv(os.fspath(folder), text, dry_run, actor, reason, os.fspath(problem_file), progress)
        )
        return report

    def export_jsonl(
        self,
        path: str | os.PathLike[str],
        *,
        types: str | Iterable[str] = (),
        history: bool = False,
        progress: Callable[[str, int, int], bool | None] | None = None,
    ) -> dict[str, Any]:
        """Everything as JSON Lines: definitions, records and, if wanted, their history; a report with counts by type and the file's digest.

        `types` limits the records. `progress("export", records_done, records_total)` returns False to stop.
        """
        names = json.dumps(listed("types", types, str)) if types else ""
        report: dict[str, Any] = json.loads(self._handle.export_lines(os.fspath(path), names, history, progress))
        return report

    def import_jsonl(
        self,
        path: str | os.PathLike[str],
        *,
        ids: Literal["auto", "keep", "map"] = "auto",
        source: str = "",
        drop_missing: bool = False,
        dry_run: bool = False,
        actor: Ref = None,
        reason: str = "",
        progress: Callable[[str, int, int], bool | None] | None = None,
    ) -> dict[str, Any]:
        """Imports what `export_jsonl` wrote: checks the whole file first, and changes nothing when it is not whole.

        A database without records of its own becomes a copy, ids and history included. In another, records are found by their external
        references or added under new ids; `source` names where the file comes from, so that a later import finds them again.
        `progress(stage, bytes_done, bytes_total)`, with the stages "check" and "load", returns False to stop.

        >>> import kith, tempfile
        >>> with kith.open(temporary=True) as db, kith.open(temporary=True) as copy, tempfile.TemporaryDirectory() as folder:
        ...     with db.batch() as batch:
        ...         acme = batch.create("account", name="Acme")
        ...     db.export_jsonl(f"{folder}/all.jsonl", types=["account"])["types"][0]["records"]
        ...     copy.import_jsonl(f"{folder}/all.jsonl")["ids_kept"]
        1
        True
        """
        if ids not in _IDS:
            raise ValueError(f"ids is one of {', '.join(_IDS)}, not {ids!r}")
        number = _IDS.index(ids)
        report: dict[str, Any] = json.loads(
            self._handle.import_lines(os.fspath(path), number, source, drop_missing, dry_run, actor, reason, progress)
        )
        return report

    def absorb(
        self, other: Exchange, source: str, *, drop_missing: bool = False, dry_run: bool = False, actor: Ref = None
    ) -> dict[str, Any]:
        """Takes another database into this one: a branch's, a subsidiary's. A report with counts by type.

        Records that share an external reference with one here are that record; all others get new ids and are found again by `source`, so
        that a second run changes nothing and a later one brings what is new.

        >>> import kith
        >>> with kith.open(temporary=True) as head, kith.open(temporary=True) as branch:
        ...     with branch.batch() as batch:
        ...         acme = batch.create("account", name="Acme")
        ...     [head.absorb(branch, "branch")["rejected"] for _ in range(2)]
        ...     with head.snapshot() as now:
        ...         len(list(now.scan("account")))
        [0, 0]
        1
        """
        snapshot = other._handle.read(0, [], [])
        report: dict[str, Any] = json.loads(self._handle.absorb(snapshot, source, drop_missing, dry_run, actor))
        return report

    def import_arrow(
        self,
        table: Any,
        mapping: str | dict[str, Any],
        *,
        dry_run: bool = False,
        actor: Ref = None,
        reason: str = "",
        problem_file: str | os.PathLike[str] = "",
        progress: Callable[[str, int, int], bool | None] | None = None,
    ) -> dict[str, Any]:
        """Imports a table: a DataFrame of pandas or Polars, a `pyarrow.Table`, or whatever else has `__arrow_c_stream__`.

        `mapping` is that of a CSV import with one file, whose name stands in the report: each row is an upsert by its key, and a row that is
        wrong is reported while the rest is loaded.

        >>> import kith, pyarrow
        >>> people = pyarrow.table({"number": [7, 8], "name": ["Ada", "Grace"], "staff": [12, None]})
        >>> columns = [{"column": "name", "field": "name"}, {"column": "staff", "field": "employees"}]
        >>> file = {"file": "people", "type": "account", "system": "app", "key": ["number"], "columns": columns}
        >>> with kith.open(temporary=True) as db:
        ...     db.import_arrow(people, {"name": "people", "files": [file]})["files"][0]["created"]
        2
        """
        text = mapping if isinstance(mapping, str) else json.dumps(mapping)
        report: dict[str, Any] = json.loads(self._handle.import_arrow(table, text, dry_run, actor, reason, os.fspath(problem_file), progress))
        return report

    def upsert(
        self,
        table: Any,
        type: str,
        *,
        key: str,
        system: str,
        fields: Mapping[str, str] | None = None,
        references: Mapping[str, str] | None = None,
        currency: str = "",
        **options: Any,
    ) -> dict[str, Any]:
        """The rows of a DataFrame or table as records of a type, found by the external reference (`system`, the `key` column) and created when
        absent. Columns are fields of the same names, or those of `fields`; others are left alone.

        Amounts are in units, not cents: in the currency of the column "NAME.currency" where there is one, as exports have it, else in
        `currency`, else in the base currency. A reference is a key in the system that `references` has for its field. `options` and report as of
        `import_arrow`.

        >>> import kith, pandas
        >>> frame = pandas.DataFrame({"number": [7, 8], "name": ["Ada", "Grace"], "annual_revenue": [1.5, None], "note": ["", "x"]})
        >>> with kith.open(temporary=True) as db:
        ...     for times in range(2):
        ...         db.upsert(frame, "account", key="number", system="app")["files"][0]["created"]
        ...     list(db.query({"from": "account", "select": ["name", "annual_revenue"]}))[0]["annual_revenue"]
        2
        0
        Money(minor=150, currency='CNY')
        """
        names = [str(name) for name in (table.columns if hasattr(table, "columns") and not hasattr(table, "column_names") else table.column_names)]
        catalog = json.loads(self._handle.catalog_json())
        kinds = {field["name"]: field["kind"] for found in catalog["types"] if found["name"] == type for field in found["fields"]}
        given = fields if fields is not None else {name: name for name in names if name in kinds or name == "owner"}
        columns = []
        for name, field in given.items():
            column = {"column": name, "field": field}
            if kinds.get(field) == "money":
                paired = f"{name}.currency"
                column |= {"currency_column": paired} if paired in names else {"currency": currency or cast("Database", self).settings()["base_currency"]}
            if kinds.get(field, "ref") == "ref" and references and field in references:
                column["system"] = references[field]
            columns.append(column)
        file = {"file": type, "type": type, "system": system, "key": [key], "columns": columns}
        return self.import_arrow(table, {"name": type, "files": [file]}, **options)

    def import_path(self, path: str | os.PathLike[str], *, preset: str = "", **options: Any) -> Run:
        """Imports a file or folder: CSV, Excel, JSON Lines, exports of other systems; `kith.importing.import_path` has the options.

        >>> import kith, pathlib, tempfile
        >>> with kith.open(temporary=True) as db, tempfile.TemporaryDirectory() as folder:
        ...     sheet = pathlib.Path(folder, "商机.csv")
        ...     size = sheet.write_text("商机名称,客户名称,金额（万元）,阶段,负责人\\n试点,阿克米,12.5,已签约,王小明\\n", encoding="gb18030")
        ...     run = db.import_path(sheet)
        ...     list(db.query({"from": "opportunity", "select": ["name", "account.name", "amount", "stage.kind"]}))
        ...     db.undo(run)["deleted"] > 3
        [{'name': '试点', 'account.name': '阿克米', 'amount': Money(minor=12500000, currency='CNY'), 'stage.kind': 'won'}]
        True
        """
        from kith.importing import import_path

        run = import_path(cast("Database", self), path, preset=preset, **options)
        assert run is not None  # nobody was asked
        return run

    def undo(self, run: Run | str, *, actor: Ref = None, dry_run: bool = False) -> dict[str, Any]:
        """Takes back an import, or the changes "FIRST-LAST": see `kith.undo.undo`."""
        from kith.undo import undo

        return undo(cast("Database", self), run if isinstance(run, str) else run.name, actor=actor, dry_run=dry_run)
