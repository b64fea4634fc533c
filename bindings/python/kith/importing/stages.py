"""Stages as other systems and spreadsheets call them, found in a pipeline; those that it lacks are added to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kith.importing.infer import HEADERS, plain

if TYPE_CHECKING:
    from kith.importing.plan import Part

ADDED = "imported"  # the pipeline of a spreadsheet whose stages the database does not know


class Stages:
    """`pipelines`: a preset's, to be defined with the import, or those of the database (which have an "id"), of which that one is meant that
    knows most of the stages."""

    def __init__(self, pipelines: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> None:
        self._pipelines = pipelines
        self._given = {plain(text): name for text, name in names.items()}
        self._values: dict[int, list[str]] = {}
        self._grown = False

    def _names_in(self, pipeline: Mapping[str, Any]) -> dict[str, str]:
        """What stages of a pipeline are called, by the plain text."""
        names, stages = dict(self._given), pipeline.get("stages", ())
        for name, texts in HEADERS["stages"].items():
            if name in (stage["name"] for stage in stages):
                names |= {plain(text): name for text in texts if plain(text) not in names}
        for stage in stages:
            names |= {plain(text): stage["name"] for text in (stage["name"], *stage.get("labels", {}).values())}
        return names

    def settle(self) -> None:
        """Once all columns were seen: which pipeline is meant, and what it lacks."""
        values = dict.fromkeys(value for seen in self._values.values() for value in seen)

        def lacking(pipeline: Mapping[str, Any]) -> int:
            names = self._names_in(pipeline)
            return sum(plain(value) not in names for value in values)

        self._pipeline = min(self._pipelines, key=lacking, default=None)
        self._names = self._names_in(self._pipeline or {})
        self._stages: list[dict[str, Any]] = [
            {member: stage[member] for member in ("name", "kind", "labels") if member in stage} for stage in (self._pipeline or {}).get("stages", ())
        ]
        for value in values:
            if plain(value) not in self._names:
                self._add(value)

    def see(self, part: Part, column: str) -> None:
        """Learns the stages that a column names."""
        at = part.table.header.index(column)
        keep = part.when
        when = part.table.header.index(keep["column"]) if keep else 0
        values = dict.fromkeys(
            row[at].strip()
            for row in part.table.rows()
            if len(row) > at and row[at].strip() and (not keep or (len(row) > when and row[when] in keep["in"]))
        )
        self._values[id(part)] = list(values)

    def _add(self, value: str) -> None:
        """A stage before the closing ones, in the order in which they are met."""
        self._grown = True
        name = re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_")
        taken = {stage["name"] for stage in self._stages}
        if not name or not name[0].isalpha() or name in taken:
            name = next(made for i in range(1, 1000) if (made := f"stage_{i}") not in taken)
        at = next((i for i, stage in enumerate(self._stages) if stage["kind"] != "open"), len(self._stages))
        self._stages.insert(at, {"name": name, "kind": "open", "labels": {"en": value, "zh": value}})
        self._names[plain(value)] = name

    def is_closed(self, value: str) -> bool:
        name = self._names.get(plain(value))
        return any(stage["name"] == name and stage["kind"] != "open" for stage in self._stages)

    def _is_defined(self) -> bool:
        return bool(self._pipeline and "id" in self._pipeline and not self._grown)

    @property
    def name(self) -> str:
        if self._pipeline is None or ("id" in self._pipeline and self._grown):
            return ADDED
        return str(self._pipeline["name"])

    def definition(self) -> dict[str, Any] | None:
        """The pipeline to define with the import; None where it is there, or no stages were met."""
        if self._is_defined() or not (self._values or (self._pipeline and "id" not in self._pipeline)):
            return None
        return {"name": self.name, "for_type": (self._pipeline or {}).get("for_type", "opportunity"), "stages": self._stages}

    def paths(self, part: Part) -> Iterator[tuple[str, str]]:
        """Each value of a part's column with the stage that it means."""
        for value in self._values[id(part)]:
            yield value, f"{self.name}/{self._names[plain(value)]}"
