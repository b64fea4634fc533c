"""What the types of the standard model have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Generic, Self, TypeVar, overload

from kith.snapshot import Record, Snapshot

T = TypeVar("T")


class Field(Generic[T]):
    """A field of a type: of a record its value, None where it has none; of the class itself the field, whose text is "type.name"."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.type = ""

    def __set_name__(self, owner: type[Entity], name: str) -> None:
        self.type = owner.TYPE

    def __str__(self) -> str:
        return f"{self.type}.{self.name}"

    @overload
    def __get__(self, entity: None, owner: type[Entity]) -> Self: ...

    @overload
    def __get__(self, entity: Entity, owner: type[Entity]) -> T | None: ...

    def __get__(self, entity: Entity | None, owner: type[Entity]) -> Self | T | None:
        if entity is None:
            return self
        value: T | None = entity._record[self.name]
        return value


class Entity:
    """A record of a known type; valid as long as the record. TypeError of one of another type."""

    TYPE: ClassVar[str]

    def __init__(self, record: Record) -> None:
        if record.type != self.TYPE:
            raise TypeError(f"record {record.id} is of type {record.type}, not {self.TYPE}")
        self._record = record

    def __repr__(self) -> str:
        return f"<kith.crm.{type(self).__name__} {self.id}>"

    @property
    def id(self) -> int:
        return self._record.id

    @classmethod
    def scan(cls, now: Snapshot, after: int = 0) -> Iterator[Self]:
        """All records of the type, in id order."""
        return (cls(record) for record in now.scan(cls.TYPE, after))
