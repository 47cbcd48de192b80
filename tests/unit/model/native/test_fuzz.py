"""Damaged numbers given to the core, and its fuzzer: replayed where a compiler is, run for a moment where clang++ is."""

import shutil

import numpy as np
import pytest

from emotag_model.native import build
from emotag_model.native.encoder import NativeEncoder, rule_numbers
from emotag_model.native.errors import RefusedError
from emotag_model.native.tables import character_table
from tests.fuzz.core import __main__ as fuzz
from tests.fuzz.core import seeds
from tests.unit.model.native.texts import make_tokenizer

HOSTILE = [0, 1, 2, 127, 12_000, 0xD800, 0xFFFF, 0x10FFFF, 0x110000, 1 << 24, (1 << 31) - 1, 1 << 31, (1 << 32) - 1]
AARCH64 = ("--compiler", "aarch64-linux-gnu-g++", "--emulator", "qemu-aarch64 -L /usr/aarch64-linux-gnu")


def try_rules(library, tokenizer, characters, rules):
    """Make an encoder of any numbers and use it; True if it was refused."""
    try:
        handle = library.attempt(
            "emotag_encoder_new", characters.ctypes.data, len(characters), rules.ctypes.data, len(rules)
        )
    except RefusedError:
        return True
    encoder = NativeEncoder(tokenizer, characters, library=library)
    whole, encoder.handle = encoder.handle, handle
    try:
        encoder.max_tokens = 1 << 12
        encoder.encode_all(["so happyyy :) 🙂 I'm well-known &amp; É ΑΣ /usr/bin/x hapyy 12th!!"])
    except RefusedError:  # more ids than there is room for
        pass
    finally:
        encoder.handle = whole
        library.call("emotag_encoder_free", handle)
    return False


def test_rules_that_are_damaged_anywhere_are_refused_or_work(native):
    tokenizer, draw = make_tokenizer(16), np.random.default_rng(1)
    whole, characters = rule_numbers(tokenizer), character_table()
    refused = 0
    for place in [*range(40), *draw.integers(40, len(whole), 200)]:
        damaged = whole.copy()
        damaged[place] = draw.choice(HOSTILE)
        refused += try_rules(native, tokenizer, characters, damaged)
    assert 25 < refused < 240


def test_rules_that_are_cut_short_anywhere_are_refused(native):
    tokenizer = make_tokenizer(16)
    whole, characters = rule_numbers(tokenizer), character_table()
    for size in [*range(40), *range(40, len(whole), 61), len(whole) - 1]:
        assert try_rules(native, tokenizer, characters, whole[:size].copy())
    assert try_rules(native, tokenizer, characters, np.append(whole, np.uint32(0)))


def test_characters_that_are_damaged_anywhere_are_refused_or_work(native):
    tokenizer, draw = make_tokenizer(16), np.random.default_rng(2)
    rules, whole = rule_numbers(tokenizer), character_table()
    for place in [*range(20), *draw.integers(20, len(whole), 100)]:
        damaged = whole.copy()
        damaged[place] = draw.choice(HOSTILE)
        try_rules(native, tokenizer, damaged, rules)


@pytest.mark.parametrize("size", [0, -1, 1 << 24, (1 << 24) + 1, 1 << 32, -(1 << 63), (1 << 63) - 1])
@pytest.mark.parametrize("place", [0, 1, 2, 3, 4, 5, 7, 8])
def test_hostile_sizes_are_refused(native, place, size):
    sizes = np.array([16, 4, 3, 8, 1, 2, 0, 8, 8], np.int64)
    sizes[place] = size
    weights = np.zeros(64, np.float32)
    with pytest.raises(RefusedError):
        native.attempt(
            "emotag_model_new",
            *(sizes.ctypes.data, len(sizes), weights.ctypes.data, weights.size, weights.ctypes.data, weights.nbytes),
            b"",
        )


def test_the_tables_of_the_fuzzer_are_what_the_core_reads(native, tmp_path):
    seeds.write_tables(tmp_path)
    characters = np.fromfile(tmp_path / "characters.bin", np.uint32)
    for name in ("rules.bin", "plain.bin"):
        assert not try_rules(native, make_tokenizer(16), characters, np.fromfile(tmp_path / name, np.uint32))


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("checks", [(), ("--sanitize",)], ids=["plain", "sanitized"])
def test_the_seeds_are_replayed_by_the_compiler_at_hand(checks, capfd):
    try:
        build.find_compiler()
    except build.BuildError as error:
        pytest.skip(str(error))
    assert fuzz.main(["--replay", *checks]) == 0
    assert capfd.readouterr().out.count("files replayed; kernels: portable") == len(fuzz.TARGETS)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_the_seeds_are_replayed_for_another_machine(capfd):
    for program in ("aarch64-linux-gnu-g++", "qemu-aarch64"):
        if not shutil.which(program):
            pytest.skip(f"needs {program}")
    assert fuzz.main(["--replay", *AARCH64]) == 0
    assert capfd.readouterr().out.count("kernels: portable neon") == len(fuzz.TARGETS)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_libfuzzer_finds_nothing_for_a_moment(tmp_path):
    if not shutil.which("clang++"):
        pytest.skip("needs clang++, which brings libFuzzer")
    assert fuzz.main(["--runs", "3000", "--seconds", "60", "--corpus", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(fuzz.TARGETS)


def test_a_compiler_that_is_not_there_is_said(capsys):
    assert fuzz.main(["--replay", "--compiler", "no-such-compiler"]) == 1
    assert "no-such-compiler: cannot be run" in capsys.readouterr().err
