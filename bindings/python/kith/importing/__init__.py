"""Imports of what other systems and people's spreadsheets give: by a preset, by a mapping, or by what the headers say.

Tables are read (CSV, Excel, JSON Lines), mapped, brought into the forms that the engine's importer takes, and imported by it. Each import is a
run: its changes have the run's name as their reason, and `kith.undo.undo` takes it back as a whole.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kith.errors import CancelledError, Error, NotFoundError
from kith.importing.plan import Plan, plan, presets
from kith.importing.tables import is_lines, tables

if TYPE_CHECKING:
    from kith.database import Database
    from kith.values import Ref

__all__ = ["Plan", "Run", "import_path", "presets"]

Progress = Callable[[str, int, int], bool]


@dataclass(frozen=True)
class Run:
    """An import that was made, or tried."""

    name: str
    """What `undo` takes; empty of a dry run."""
    report: dict[str, Any]
    plan: Plan | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        files = self.report.get("files", self.report.get("types", ()))
        made = sum(int(file.get("created", 0)) for file in files)
        return f"Run({self.name or 'dry run'}: {made} records made, {self.rejected} rows rejected; see report)"

    @property
    def rejected(self) -> int:
        """Rows that were left out; each has its line, column, value and reason in the problem file."""
        return sum(int(file["rejected"]) for file in self.report.get("files", self.report.get("types", ())))


def _run_name() -> str:
    return f"import-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def import_path(
    db: Database,
    path: str | os.PathLike[str],
    *,
    preset: str = "",
    mapping: str | Mapping[str, Any] = "",
    type: str = "",
    dry_run: bool = False,
    actor: Ref = None,
    problem_file: str | os.PathLike[str] = "",
    progress: Progress | None = None,
    confirm: Callable[[Plan | None], bool] | None = None,
) -> Run | None:
    """Imports a file or a folder.

    `preset`: "salesforce", "hubspot", "pipedrive"; without it, and without a `mapping` (that of `import_csv`), the folder's own mapping.json
    or a shipped one is taken where it fits, else a preset whose files these are, else what the headers say. `type`: what the rows are, where
    headers leave it open. `confirm` sees the plan first, None where the file says itself what is what, and returns False to change nothing;
    then the result is None.
    """
    source = pathlib.Path(path)
    if not source.exists():
        raise NotFoundError(f"there is nothing at {source}", code="NOT_FOUND", reason="FileUnreadable", value=str(source))
    name = _run_name()
    options: dict[str, Any] = {"dry_run": dry_run, "actor": actor, "reason": name, "progress": progress}
    if is_lines(source):
        if confirm is not None and not confirm(None):
            return None
        return Run("" if dry_run else name, db.import_jsonl(source, **options))
    options["problem_file"] = problem_file
    if source.is_dir() and not preset and not type:
        try:
            text = mapping if isinstance(mapping, str) else json.dumps(mapping)
            if confirm is not None and _has_mapping(db, source, text) and not confirm(None):
                return None
            return Run("" if dry_run else name, db.import_csv(source, text, **options))
        except Error as error:
            # No mapping of its own and none that is shipped fits these files: the headers tell.
            if mapping or error.reason != "FileUnreadable":
                raise
    made = plan(db, tables(source), preset=preset, type=type, mapping=mapping)
    if confirm is not None and not confirm(made):
        return None
    if not dry_run:
        _link_known(db, made, actor, name)
    with tempfile.TemporaryDirectory() as folder:
        made.write(pathlib.Path(folder))
        report = db.import_csv(folder, made.mapping, **options)
    return Run("" if dry_run else name, report, made)


def _has_mapping(db: Database, folder: pathlib.Path, mapping: str) -> bool:
    """Whether the files are read by a mapping that is there; FileUnreadable: none fits them. Nothing is read but that."""
    try:
        db.import_csv(folder, mapping, dry_run=True, progress=lambda *_: False)
    except CancelledError:
        pass
    return True


def _link_known(db: Database, made: Plan, actor: Ref, run: str) -> None:
    """Records that are here and have a name that rows refer to are the ones meant, where only one has it."""
    with db.snapshot() as now, db.batch(actor, run) as batch:
        for part in made.parts:
            if not part.mapping.get("system", "").startswith("name."):
                continue
            type, [column, *_] = part.mapping["type"], part.mapping["key"]
            for name in {row[column] for row in part.rows() if row.get(column)}:
                if now.find(type, (part.mapping["system"], name)) is None:
                    asked = {"from": type, "where": "name == $name", "select": ["id"], "limit": 2}
                    if len(known := list(now.query(asked, {"name": name}))) == 1:
                        batch.link(known[0]["id"], (part.mapping["system"], name))
