"""What is unpacked is what the codec's own decoder makes of it, up to a bound that nothing gets past."""

from __future__ import annotations

import gzip
import random
import struct
import tracemalloc

import pytest
from aiokafka import codec

from emotag_service.kafka.cluster.unpacking import UnpackError, unpack_gzip, unpack_lz4, unpack_snappy, unpack_zstd

MOST = 1 << 20
UNPACKERS = {"gzip": unpack_gzip, "snappy": unpack_snappy, "lz4": unpack_lz4, "zstd": unpack_zstd}
CODECS = [
    pytest.param(name, marks=pytest.mark.skipif(not getattr(codec, f"has_{name}")(), reason=f"{name} needs cramjam"))
    for name in UNPACKERS
]
BOMB_BYTES = 32 << 20


def packed(name: str, content: bytes) -> bytes:
    return getattr(codec, f"{name}_encode")(content)


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("size", [1, 1000, MOST - 1, MOST])
@pytest.mark.parametrize("alike", [True, False])
def test_what_fits_comes_out_whole(name: str, size: int, alike: bool) -> None:
    content = bytes(size) if alike else random.Random(size).randbytes(size)
    assert UNPACKERS[name](packed(name, content), MOST) == content


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("size", [MOST + 1, 2 * MOST])
@pytest.mark.parametrize("alike", [True, False])
def test_what_does_not_is_refused(name: str, size: int, alike: bool) -> None:
    content = bytes(size) if alike else random.Random(size).randbytes(size)
    with pytest.raises(UnpackError, match="more than 1 MiB"):
        UNPACKERS[name](packed(name, content), MOST)


@pytest.mark.parametrize("name", CODECS)
def test_a_bomb_takes_no_more_than_the_bound(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed(name, bytes(BOMB_BYTES))
    monkeypatch.delattr(codec, f"{name}_decode")  # which has no bound
    tracemalloc.start()
    try:
        with pytest.raises(UnpackError, match="more than 1 MiB"):
            UNPACKERS[name](bomb, MOST)
        assert tracemalloc.get_traced_memory()[1] < len(bomb) + 4 * MOST
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", CODECS)
def test_what_is_broken_is_said_to_be(name: str) -> None:
    whole = packed(name, random.Random(1).randbytes(5000))
    for broken in (whole[:-1000], whole[:3], b"\xff" * 40):
        with pytest.raises(UnpackError):
            UNPACKERS[name](broken, MOST)


def test_members_of_gzip_are_counted_together() -> None:
    half = gzip.compress(bytes(MOST // 2))
    assert unpack_gzip(half + half, MOST) == bytes(MOST)
    with pytest.raises(UnpackError, match="more than 1 MiB"):
        unpack_gzip(half + half + gzip.compress(b"1"), MOST)


def test_a_length_that_snappy_claims_is_not_allocated() -> None:
    claim = b"\xff\xff\xff\xff\x0f"  # 4 GiB
    xerial = b"\x82SNAPPY\x00" + struct.pack(">iii", 1, 1, len(claim)) + claim
    for payload in (claim, xerial):
        with pytest.raises(UnpackError, match="more than 1 MiB"):
            unpack_snappy(payload, MOST)


def test_a_block_of_snappy_that_leads_backwards_ends() -> None:
    with pytest.raises(UnpackError, match="no length"):
        unpack_snappy(b"\x82SNAPPY\x00" + struct.pack(">iii", 1, 1, -4), MOST)


@pytest.mark.parametrize("name", CODECS[2:])
def test_frames_are_counted_together(name: str) -> None:
    half = packed(name, bytes(MOST // 2))
    assert UNPACKERS[name](half + half, MOST) == bytes(MOST)
    with pytest.raises(UnpackError, match="more than 1 MiB"):
        UNPACKERS[name](half + half + packed(name, b"1"), MOST)


@pytest.mark.parametrize("name", CODECS[2:])
def test_many_small_frames_fit(name: str) -> None:
    small = packed(name, b"as much again")
    assert UNPACKERS[name](small * 100, MOST) == b"as much again" * 100
