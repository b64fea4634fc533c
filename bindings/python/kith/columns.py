"""Columns out: whatever speaks Arrow reads them without a copy (pandas, Polars, DuckDB, pyarrow)."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


class Columns:
    """A table as a stream of batches. Amounts are decimals beside a column `<name>.currency`."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow PyCapsule interface."""
        return self._stream()

    def _stream(self) -> object:
        raise NotImplementedError

    def to_arrow(self) -> Any:
        """All of it as a `pyarrow.Table`."""
        return import_module("pyarrow").RecordBatchReader.from_stream(self).read_all()

    def to_pandas(self) -> Any:
        """All of it as a `pandas.DataFrame`; whole numbers and truth values stay what they are where some are missing."""
        arrow, pandas = import_module("pyarrow"), import_module("pandas")
        types = {arrow.int64(): pandas.Int64Dtype(), arrow.int32(): pandas.Int32Dtype(), arrow.bool_(): pandas.BooleanDtype()}
        return self.to_arrow().to_pandas(types_mapper=types.get)

    def to_polars(self) -> Any:
        """All of it as a `polars.DataFrame`."""
        return import_module("polars").DataFrame(self.to_arrow())


class Export(Columns):
    """Records or history of a type, as their snapshot has them while it is neither renewed nor closed."""

    def __init__(self, start: Callable[[], object]) -> None:
        self._start = start

    def _stream(self) -> object:
        return self._start()
