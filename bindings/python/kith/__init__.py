"""Kith: a CRM core in your own process, with funnels and forecasts from what really happened."""

from kith import decisions
from kith.access import Viewer
from kith.batch import Batch, Outcome
from kith.care import metrics, salvage
from kith.columns import Columns, Export
from kith.database import Database, open
from kith.errors import (
    AlreadyExistsError,
    CancelledError,
    ClosedError,
    ConflictError,
    CorruptError,
    DeadlineError,
    DefinitionWarning,
    Error,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    ResourceExhaustedError,
    UnavailableError,
)
from kith.expressions import eval
from kith.forecast import Forecast
from kith.funnel import Funnel
from kith.packages import Held, Removal, package_numbers
from kith.query import Rows
from kith.snapshot import Cursor, Record, Snapshot
from kith.values import LocalId, Money

__all__ = [
    "AlreadyExistsError",
    "Batch",
    "CancelledError",
    "ClosedError",
    "Columns",
    "ConflictError",
    "CorruptError",
    "Cursor",
    "Database",
    "DeadlineError",
    "DefinitionWarning",
    "Error",
    "Export",
    "FailedPreconditionError",
    "Forecast",
    "Funnel",
    "Held",
    "InvalidArgumentError",
    "LocalId",
    "Money",
    "NotFoundError",
    "Outcome",
    "PermissionDeniedError",
    "Record",
    "Removal",
    "ResourceExhaustedError",
    "Rows",
    "Snapshot",
    "UnavailableError",
    "Viewer",
    "decisions",
    "eval",
    "metrics",
    "open",
    "package_numbers",
    "salvage",
]
