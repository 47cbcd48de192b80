"""Unpacks what producers have compressed, up to a bound: a megabyte of any codec may claim to be gigabytes.

aiokafka's decoders allocate whatever comes out. Here gzip is unpacked piece by piece; snappy says its length ahead, and
its decoder holds it to that; LZ4 and Zstandard are unpacked into a buffer that cannot grow. The last three are
unpacked by `cramjam`; aiokafka says so of a batch where it is not installed.
"""

from __future__ import annotations

import gzip
import io
import struct
from functools import wraps
from typing import TYPE_CHECKING, Any

from aiokafka import codec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PIECE = 256 * 1024
_XERIAL_MAGIC, _XERIAL_HEADER = b"\x82SNAPPY\x00", 16
_USUAL = 16  # times of its size that a batch of texts unpacks to, or less


class UnpackError(Exception):
    """It cannot be unpacked, or to more than is allowed; the text says which."""


def _named(unpack: Callable[[Any, int], bytes]) -> Callable[[Any, int], bytes]:
    """Have any error be one of ours: those of decoders are of many kinds, and no retry mends them."""

    @wraps(unpack)
    def named(payload: Any, most: int) -> bytes:
        try:
            return unpack(payload, most)
        except UnpackError:
            raise
        except Exception as error:
            raise UnpackError(f"it cannot be unpacked: {type(error).__name__}") from error

    return named


@_named
def unpack_gzip(payload: Any, most: int) -> bytes:
    """Unpack gzip; raises UnpackError."""
    pieces, size = [], 0
    with gzip.GzipFile(fileobj=io.BytesIO(payload)) as unpacked:
        while piece := unpacked.read(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise _too_large(most)
    return b"".join(pieces)


@_named
def unpack_snappy(payload: Any, most: int) -> bytes:
    """Unpack snappy, as one block or as xerial's row of blocks; raises UnpackError."""
    if _snappy_size(memoryview(payload)) > most:
        raise _too_large(most)
    unpacked: bytes = codec.snappy_decode(payload)
    return unpacked


@_named
def unpack_lz4(payload: Any, most: int) -> bytes:
    """Unpack frames of LZ4; raises UnpackError."""
    return _into(bytes(payload), most, "lz4")


@_named
def unpack_zstd(payload: Any, most: int) -> bytes:
    """Unpack frames of Zstandard; raises UnpackError."""
    return _into(bytes(payload), most, "zstd")


UNPACKERS: Mapping[str, Callable[[Any, int], bytes]] = {
    "gzip": unpack_gzip,
    "snappy": unpack_snappy,
    "lz4": unpack_lz4,
    "zstd": unpack_zstd,
}
"""What unpacks, by the name that aiokafka has for the codec."""


def _into(payload: bytes, most: int, name: str) -> bytes:
    """Unpack into a buffer that cannot grow: first one of a usual size, since the largest takes its time to make."""
    import cramjam  # noqa: PLC0415 - aiokafka can do without it, and has checked that it is there

    unpack = getattr(cramjam, name).decompress_into
    for size in (min(_USUAL * len(payload) + _PIECE, most), most):
        buffer = bytearray(size)
        try:
            return bytes(memoryview(buffer)[: unpack(payload, buffer)])
        except cramjam.DecompressionError:  # it does not say whether the buffer is too small
            continue
    raise UnpackError(f"it is broken, or unpacks to more than {most >> 20} MiB")


def _snappy_size(payload: memoryview) -> int:
    if not (len(payload) > _XERIAL_HEADER and payload[: len(_XERIAL_MAGIC)] == _XERIAL_MAGIC):
        return _varint(payload)
    size, at = 0, _XERIAL_HEADER
    while at < len(payload):
        (length,) = struct.unpack_from(">i", payload, at)
        if length <= 0:
            raise UnpackError("it cannot be unpacked: a block has no length")
        size += _varint(payload[at + 4 : at + 4 + length])
        at += 4 + length
    return size


def _varint(payload: memoryview) -> int:
    value = 0
    for place, byte in enumerate(payload[:5]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value
    raise UnpackError("it cannot be unpacked: it does not say its length")


def _too_large(most: int) -> UnpackError:
    return UnpackError(f"it unpacks to more than {most >> 20} MiB")
