"""A walk over an Avro value: finds where in its bytes what is wanted stands, and steps over everything else.

fastavro would make objects of all of it, a billion for an array of nulls that takes six bytes, and what it writes of
them is not always what it has read: which branch of a union a number came by is lost. A walk keeps every byte, and its
time is bounded by the bytes there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from emotag_service.kafka.records.schemas.framing import mismatch, zigzag
from emotag_service.kafka.records.schemas.schema import MOST_DEPTH
from emotag_service.messages import untaggable
from emotag_service.messages.untaggable import UntaggableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag_service.kafka.records.schemas.avro_types import AvroType

_STEPS, _STEPS_PER_BYTE = 10_000, 16


class Found(NamedTuple):
    """Where something stands.

    Attributes:
        start: Its first byte; that of the number of its branch, if it is in a union.
        began: Its first byte after that number.
        end: The first byte after it.
        type: What it is.
    """

    start: int
    began: int
    end: int
    type: AvroType


@dataclass(slots=True)
class Wanted:
    """What is looked for below a value.

    Attributes:
        names: What is found here is called.
        below: What is looked for in its fields, elements or entries.
    """

    names: list[str] = field(default_factory=list)
    below: dict[str, Wanted] = field(default_factory=dict)

    def add(self, name: str, steps: Iterable[str]) -> None:
        """Look for the end of these steps, too."""
        place = self
        for step in steps:
            place = place.below.setdefault(step, Wanted())
        place.names.append(name)


class AvroWalk:
    """One walk.

    Attributes:
        at: The next byte.
        found: What was wanted, by name, where it is there.
    """

    def __init__(self, data: bytes, at: int) -> None:
        """Make one that begins at a byte."""
        self.at = at
        self.found: dict[str, Found] = {}
        self._data = data
        self._steps = _STEPS + _STEPS_PER_BYTE * len(data)

    def whole(self, kind: AvroType, wanted: Wanted) -> dict[str, Found]:
        """Walk over a value that ends with the data.

        Raises:
            UntaggableError: SCHEMA_MISMATCH, or TOO_DEEP.
        """
        try:
            self._value(kind, wanted, 0)
        except IndexError:
            raise mismatch("the value ends before all that its schema says is there") from None
        if self.at != len(self._data):
            raise mismatch("the value goes on after all that its schema says is there")
        return self.found

    def _value(self, kind: AvroType, wanted: Wanted | None, depth: int) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise mismatch("the value says that it holds far more than its bytes do")
        if depth > MOST_DEPTH:
            raise UntaggableError(untaggable.TOO_DEEP, "the value nests deeper than any that is read")
        start = self.at
        if kind.kind == "union":
            kind = self._branch(kind)
        began = self.at
        if kind.size is not None and (wanted is None or not wanted.below):
            self._skip(kind.size)
        else:
            self._inside(kind, wanted, depth)
        if wanted is not None:
            for name in wanted.names:
                self.found[name] = Found(start, began, self.at, kind)

    def _branch(self, union: AvroType) -> AvroType:
        number = self._number()
        if not 0 <= number < len(union.branches):
            raise mismatch("the value names a branch of a union that its schema does not have")
        return union.branches[number]

    def _inside(self, kind: AvroType, wanted: Wanted | None, depth: int) -> None:
        if kind.kind == "record":
            below = {} if wanted is None else wanted.below
            for name, one in kind.fields:
                self._value(one, below.get(name), depth + 1)
        elif kind.kind in {"string", "bytes"}:
            self._skip(self._number())
        elif kind.items is not None:
            self._blocks(kind, kind.items, wanted, depth)
        elif kind.size is not None:
            self._skip(kind.size)
        else:
            number = self._number()
            if kind.kind == "enum" and not 0 <= number < len(kind.symbols):
                raise mismatch("the value names a symbol that its schema does not have")

    def _blocks(self, kind: AvroType, items: AvroType, wanted: Wanted | None, depth: int) -> None:
        below = {} if wanted is None else wanted.below
        index = 0
        while (count := self._number()) != 0:
            size = self._number() if count < 0 else None
            count = abs(count)
            if size is not None and not below:
                self._skip(size)
            elif kind.kind == "array" and items.size is not None and not below:
                self._skip(count * items.size)
            else:
                self._each(kind, items, below, (index, index + count), depth)
            index += count

    def _each(
        self, kind: AvroType, items: AvroType, below: dict[str, Wanted], numbers: tuple[int, int], depth: int
    ) -> None:
        for number in range(*numbers):
            if kind.kind == "array":
                wanted = below.get(str(number)) if below else None
            else:
                start = self.at
                self._skip(self._number())
                wanted = below.get(_entry_name(self._data, start)) if below else None
            self._value(items, wanted, depth + 1)

    def _number(self) -> int:
        number, self.at = zigzag(self._data, self.at)
        return number

    def _skip(self, size: int) -> None:
        if not 0 <= size <= len(self._data) - self.at:
            raise mismatch("the value says of a part of it that it is longer than the value")
        self.at += size


def _entry_name(data: bytes, at: int) -> str:
    size, at = zigzag(data, at)
    return data[at : at + size].decode("utf-8", "replace")
