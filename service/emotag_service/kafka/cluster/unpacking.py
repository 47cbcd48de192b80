"""Unpacks what producers have compressed, up to a bound: a megabyte of any codec may claim to be gigabytes.

aiokafka's decoders allocate whatever comes out. Here gzip is unpacked piece by piece; snappy says its length ahead, and
its decoder holds it to that; LZ4 and Zstandard consist of blocks of a bounded size, so that these can be counted. Where
that comes to too much, which it may of many small blocks, the last two are unpacked into a buffer of the size that is
allowed.

snappy, LZ4 and Zstandard are unpacked by `cramjam`; aiokafka says so of a batch where it is not installed.
"""

from __future__ import annotations

import gzip
import io
import struct
from functools import wraps
from typing import TYPE_CHECKING, Any

from aiokafka import codec

if TYPE_CHECKING:
    from collections.abc import Callable

_PIECE = 256 * 1024
_XERIAL_MAGIC, _XERIAL_HEADER = b"\x82SNAPPY\x00", 16
_LZ4_MAGIC, _ZSTD_MAGIC, _SKIPPABLE = 0x184D2204, 0xFD2FB528, 0x184D2A50  # the last: sixteen of them
_LZ4_BLOCKS = {4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22}
_ZSTD_BLOCK = 128 * 1024
_RAW, _RLE, _PACKED = 0, 1, 2


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
    return _unpack_blocks(bytes(payload), most, "lz4", _lz4_bound)


@_named
def unpack_zstd(payload: Any, most: int) -> bytes:
    """Unpack frames of Zstandard; raises UnpackError."""
    return _unpack_blocks(bytes(payload), most, "zstd", _zstd_bound)


def _unpack_blocks(payload: bytes, most: int, name: str, bound: Callable[[bytes, int], int]) -> bytes:
    if bound(payload, most) > most:
        return _into(payload, most, name)
    unpacked: bytes = getattr(codec, f"{name}_decode")(payload)
    return unpacked


def _into(payload: bytes, most: int, name: str) -> bytes:
    import cramjam  # noqa: PLC0415 - aiokafka can do without it, and has checked that it is there

    buffer = bytearray(most)
    try:
        size = getattr(cramjam, name).decompress_into(payload, buffer)
    except cramjam.DecompressionError as error:
        raise _too_large(most) from error
    return bytes(memoryview(buffer)[:size])


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


def _lz4_bound(payload: bytes, most: int) -> int:
    """At most so many bytes come out, or more than `most`."""
    size, at = 0, 0
    while at < len(payload) and size <= most:
        (magic,) = struct.unpack_from("<I", payload, at)
        if magic & ~0xF == _SKIPPABLE:
            at += 8 + struct.unpack_from("<I", payload, at + 4)[0]
            continue
        if magic != _LZ4_MAGIC:
            return most + 1
        flags, block = payload[at + 4], _LZ4_BLOCKS.get(payload[at + 5] >> 4 & 7, most + 1)
        at += 7 + 8 * bool(flags & 0x08) + 4 * bool(flags & 0x01)
        while size <= most:
            (length,) = struct.unpack_from("<I", payload, at)
            at += 4
            if not length:
                break
            packed, length = length < 1 << 31, length & (1 << 31) - 1
            size += min(block, 255 * length) if packed else length
            at += length + 4 * bool(flags & 0x10)
        at += 4 * bool(flags & 0x04)
    return size


def _zstd_bound(payload: bytes, most: int) -> int:
    """At most so many bytes come out, or more than `most`."""
    size, at = 0, 0
    while at < len(payload) and size <= most:
        (magic,) = struct.unpack_from("<I", payload, at)
        if magic & ~0xF == _SKIPPABLE:
            at += 8 + struct.unpack_from("<I", payload, at + 4)[0]
            continue
        if magic != _ZSTD_MAGIC:
            return most + 1
        flags = payload[at + 4]
        alone = flags >> 5 & 1
        at += 5 + (not alone) + (0, 1, 2, 4)[flags & 3] + (alone, 2, 4, 8)[flags >> 6]
        last = False
        while not last and size <= most:
            header = int.from_bytes(payload[at : at + 3], "little")
            last, kind, length = bool(header & 1), header >> 1 & 3, header >> 3
            size += length if kind in (_RAW, _RLE) else _ZSTD_BLOCK
            at += 3 + (1 if kind == _RLE else length)
            if at > len(payload):
                return size
        at += 4 * (flags >> 2 & 1)
    return size


def _too_large(most: int) -> UnpackError:
    return UnpackError(f"it unpacks to more than {most >> 20} MiB")
