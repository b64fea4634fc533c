"""Exceptions. Each carries what failed and what to do: code, reason, hint, type, record, field, value."""

from __future__ import annotations

from decimal import Decimal


class Error(Exception):
    """Base of all errors of Kith."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "UNKNOWN",
        reason: str = "None",
        hint: str = "",
        type: str = "",
        record: int | None = None,
        field: str = "",
        value: str = "",
        change: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.reason = reason
        self.hint = hint
        self.type = type
        self.record = record
        self.field = field
        self.value = value
        self.change = change

    def __str__(self) -> str:
        return f"{self.message} ({self.reason})" + (f"; {self.hint}" if self.hint else "")


class InvalidArgumentError(Error, ValueError):
    """A value, name or option that cannot be taken."""


class NotFoundError(Error, KeyError):
    """What was asked for does not exist, or the viewer may not see it."""

    __str__ = Error.__str__


class AlreadyExistsError(Error):
    """A unique value or external reference is taken."""


class FailedPreconditionError(Error):
    """The state of the database, handle or record does not allow it."""


class ConflictError(Error):
    """The record changed meanwhile: read again and retry."""


class PermissionDeniedError(Error, PermissionError):
    """The file system or the viewer's rights do not allow it."""

    __str__ = Error.__str__


class ResourceExhaustedError(Error):
    """A limit, the disk or the map is full."""


class DeadlineError(Error, TimeoutError):
    """Not done in time."""

    __str__ = Error.__str__


class CancelledError(Error):
    """Stopped by the caller."""


class CorruptError(Error):
    """Stored bytes are damaged."""


class UnavailableError(Error):
    """Failed for now: the input/output failed, or the database is recovering."""


class ClosedError(Error, ValueError):
    """The object was closed."""


_BY_CODE: dict[int, type[Error]] = {
    1: CancelledError,
    3: InvalidArgumentError,
    4: DeadlineError,
    5: NotFoundError,
    6: AlreadyExistsError,
    7: PermissionDeniedError,
    8: ResourceExhaustedError,
    9: FailedPreconditionError,
    10: ConflictError,
    11: InvalidArgumentError,
    14: UnavailableError,
    15: CorruptError,
}


_OBJECTS = {"db": "database"}  # what is not called as in C


def _make(
    code: int,
    code_name: str,
    reason: str,
    message: str,
    hint: str,
    type_: str,
    record: int,
    field: str,
    value: str,
    change: int,
) -> Error:
    """The exception for an error of the C ABI. Called by the extension module."""
    kind = ClosedError if reason == "NullHandle" else _BY_CODE.get(code, Error)
    if kind is ClosedError:  # C speaks of handles, which Python does not hand out
        object = message.removeprefix("kith_").partition(" ")[0]
        message, hint = f"the {_OBJECTS.get(object, object)} is closed", ""
    elif kind is NotFoundError and not message:
        message, reason = "there is no such record at that time, or the viewer may not see it", "RecordMissing"
    return kind(
        message or code_name,
        code=code_name,
        reason=reason,
        hint=hint,
        type=type_,
        record=record or None,
        field=field,
        value=value,
        change=change if change >= 0 else None,
    )


def _closed(message: str) -> ClosedError:
    """For what is used after its snapshot was closed or renewed. Called by the extension module."""
    return ClosedError(message, code="FAILED_PRECONDITION", reason="Closed")


class DefinitionWarning(UserWarning):
    """Records that do not keep to what a package newly declares. They stay as they are until they are next written."""


def _unfit(field: str, value: object) -> InvalidArgumentError:
    """For a value that C has no form for. Called by the extension module."""
    parts = value if isinstance(value, list | tuple) else (value,)
    if any(isinstance(part, Decimal) or (isinstance(part, int) and not -(2**63) <= part < 2**63) for part in parts):
        reason, message, hint = "OutOfRange", "a number has more than 64 bits", "numbers, and amounts in minor units, are of 64 bits"
    elif any(isinstance(part, str) and any("\ud800" <= letter <= "\udfff" for letter in part) for part in parts):
        reason, message, hint = "NotUtf8", "a text has half of a pair of surrogates", "read it as UTF-8 or with the encoding that it is in"
    else:
        reason, message, hint = "WrongKind", "a value is of another kind", "a list holds texts; a reference is an id or (system, key)"
    try:
        told = str(value)
    except ValueError:  # Python writes no integer of so many digits
        told = "a number of thousands of digits"
    told = told.encode(errors="backslashreplace").decode()[:80]
    return InvalidArgumentError(
        f'{message} [{f"field {field}, " if field else ""}value "{told}"]', code="INVALID_ARGUMENT", reason=reason, hint=hint, field=field, value=told
    )


def _no_id(value: object) -> Exception:
    """For what is no id of a record. Called by the extension module."""
    if isinstance(value, int):
        return InvalidArgumentError(
            f"an id of a record is a whole number from 0 on, of 64 bits [value {value}]", code="INVALID_ARGUMENT", reason="OutOfRange", value=str(value)
        )
    hint = "; the outcome of its batch has the id: batch.outcome.id(local)" if type(value).__name__ == "LocalId" else ""
    return TypeError(f"a record is named by its id, a whole number, not {value!r}{hint}")
