"""A record: what a topic holds, and what is written to one. No client library is known here.

Named tuples, since two are made for every message and a frozen dataclass takes several times as long to make.
"""

from __future__ import annotations

from typing import NamedTuple

Headers = tuple[tuple[str, bytes | None], ...]


class Record(NamedTuple):
    """One record as it was read.

    Attributes:
        topic: Where it was read.
        partition: Of that topic.
        offset: In that partition.
        timestamp: Milliseconds since the epoch.
        key: As written, or None.
        value: As written, or None: a tombstone.
        headers: As written, in order, with duplicates.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def size(self) -> int:
        """Bytes of key, value and headers."""
        return record_size(self.key, self.value, self.headers)


class Outgoing(NamedTuple):
    """One record to be written.

    Attributes:
        topic: Where to.
        partition: Of that topic; None leaves it to whoever writes (the input's partition where there are as many, else
            by key).
        timestamp: Milliseconds since the epoch.
        key: Or None.
        value: Or None: a tombstone.
        headers: In order, with duplicates.
        dead: Why it goes to a dead-letter topic; empty when it does not.
    """

    topic: str
    partition: int | None
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    dead: str = ""

    @property
    def size(self) -> int:
        """Bytes of key, value and headers."""
        return record_size(self.key, self.value, self.headers)


def record_size(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    """Bytes of key, value and headers, without what the format adds."""
    size = len(key or b"") + len(value or b"")
    for name, content in headers:
        size += len(name) if name.isascii() else len(name.encode("utf-8", "surrogatepass"))
        size += len(content or b"")
    return size
