"""The native encoder: the ids of the tokenizer in Python, for every text."""

import random
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings

from emotag_model.native.encoder import NativeEncoder
from emotag_model.native.errors import RefusedError
from emotag_model.native.tables import character_table
from emotag_model.text import Tokenizer, Vocabulary
from emotag_model.text.rules import Rules
from tests.unit.model.native.shared import shared_texts
from tests.unit.model.native.texts import HOSTILE, PIECES, TEXTS, WORDS, make_tokenizer

SAMPLED, AT_ONCE = 5_000, 1_000


@pytest.fixture(scope="module")
def characters():
    return character_table()


@pytest.fixture(scope="module")
def pairs(native, characters):
    """Tokenizers of several rules and the native encoders made of them."""
    made = [make_tokenizer(), make_tokenizer(1), make_tokenizer(256), make_tokenizer(64, technical=False)]
    return [(each, NativeEncoder(each, characters, library=native)) for each in made]


def check(pairs, texts):
    for tokenizer, encoder in pairs:
        ids, lengths, truncated = encoder.encode_all(texts)
        parts = np.split(ids, np.cumsum(lengths)[:-1])
        for text, part, cut in zip(texts, parts, truncated, strict=True):
            assert (part.tolist(), bool(cut)) == tuple(tokenizer.encode(text)), ascii(text)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_any_text_has_the_ids_of_the_tokenizer(pairs, text):
    check(pairs, [text])


def test_words_of_every_length_have_them(native, characters):
    """Short ones lie apart from long ones in the core, and each has one that differs from it by its last letter."""
    words = [("abcdefgh" * 6)[:size] + last for size in range(1, 46) for last in ("x", "y")]
    tokenizer = Tokenizer(Vocabulary(words[::2]))
    check([(tokenizer, NativeEncoder(tokenizer, characters, library=native))], [*words, " ".join(words).upper()])


def test_pieces_have_them_alone_and_beside_each_other(pairs):
    check(pairs, list(PIECES))
    check(pairs, [f"{left}{right}" for left in PIECES for right in random.Random(0).sample(PIECES, 12)])


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_hostile_texts_have_them(pairs, text):
    check(pairs, [text])


def _around(code):
    """A character alone, inside a word, twice behind one, before a mark, and behind a sigma."""
    char = chr(code)
    return [char, f"a{char}b", f"happy{char}{char}", f"{char}\u0301.", f"ΑΣ{char}", f"1{char}a@b.c"]


def test_characters_of_all_planes_have_them(pairs):
    sample = random.Random(1).sample(range(0x3000), 600) + random.Random(1).sample(range(sys.maxunicode + 1), 1_000)
    check(pairs[:1], [text for code in sample for text in _around(code)])


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_every_character_has_them(pairs):
    for start in range(0, sys.maxunicode + 1, AT_ONCE):
        codes = range(start, min(start + AT_ONCE, sys.maxunicode + 1))
        check(pairs[:1], [text for code in codes for text in _around(code)])


@pytest.fixture(scope="module")
def realistic(native, characters):
    """A tokenizer with the words of GloVe, if they are there."""
    words = shared_texts().words(44_000)
    steps = ("drawn-out", "number", "emoji", "hyphen", "slang", "typo")
    tokenizer = Tokenizer(Vocabulary(words), rules=Rules(steps=steps))
    return [(tokenizer, NativeEncoder(tokenizer, characters, library=native))]


def test_real_texts_have_them(realistic):
    check(realistic, shared_texts().sample(SAMPLED))


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_all_real_texts_have_them(realistic):
    for texts in shared_texts().batches(AT_ONCE):
        check(realistic, texts)


def test_threads_share_one_without_disturbing_each_other(pairs):
    tokenizer, encoder = pairs[2]
    texts = [" ".join(random.Random(seed).sample(WORDS, 20)) for seed in range(200)]
    with ThreadPoolExecutor(8) as threads:
        for got, text in zip(threads.map(encoder.encode, texts), texts, strict=True):
            assert got == tokenizer.encode(text)


def test_no_texts_have_no_ids(pairs):
    ids, lengths, truncated = pairs[0][1].encode_all([])
    assert not ids.size
    assert not lengths.size
    assert not truncated.size


@pytest.mark.parametrize(
    "data", [b"\xff", b"\xc0\x80", b"\xc3", b"a\xe2\x82", b"\xf4\x90\x80\x80", b"\xed\xa0", b"\x80", b"\xe0\x80\x80"]
)
def test_what_is_no_utf8_is_refused_with_its_place(pairs, native, data):
    texts = b"good" + data
    ends = np.array([4, len(texts)])
    room = np.empty(64, np.int32)
    with pytest.raises(RefusedError, match=r"texts\[1\]: text: is not UTF-8"):
        native.attempt(
            "emotag_encoder_encode",
            *(pairs[0][1].handle, texts, ends.ctypes.data, 2, room.ctypes.data, 64),
            *(np.empty(2, np.int32).ctypes.data, np.empty(2, np.uint8).ctypes.data),
        )


def test_tables_that_are_none_are_refused(native, characters):
    for tables in (characters[:-1], characters[:100], np.zeros(10, np.uint32), np.append(characters[:2], 9_999_999)):
        with pytest.raises(RefusedError):
            NativeEncoder(make_tokenizer(), np.ascontiguousarray(tables, np.uint32), library=native)


def test_an_unknown_step_is_refused(native, characters):
    tokenizer = Tokenizer(Vocabulary(["a"]), rules=Rules(steps=("number",)))
    object.__setattr__(tokenizer.rules, "steps", ("number", "guess"))
    with pytest.raises(RefusedError, match="does not know 'guess'"):
        NativeEncoder(tokenizer, characters, library=native)
