"""The random strings of `tests.fuzz`: enough of them to run always, and the proof that a difference would be seen."""

import pytest

from emotag_model.native.encoder import NativeEncoder
from emotag_model.native.tables import character_table
from tests.fuzz.difference import find_difference, shorten
from tests.fuzz.strings import Strings, categories
from tests.unit.model.native.texts import make_tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    return make_tokenizer()


@pytest.fixture(scope="module")
def encoder(native, tokenizer):
    return NativeEncoder(tokenizer, character_table(), library=native)


@pytest.mark.parametrize("texts", [(), ("Thanks, that's wonderful! 🙂", "İ am sooo SAD (see /usr/bin/x)")])
def test_random_strings_have_the_ids_of_the_tokenizer(tokenizer, encoder, texts):
    strings = Strings(7, texts)
    assert find_difference(tokenizer, encoder, [strings.make() for _ in range(2_000)]) is None


def test_a_seed_gives_the_same_strings_and_another_seed_others():
    def first(seed):
        strings = Strings(seed)
        return [strings.make() for _ in range(50)]

    assert first(1) == first(1) != first(2)


def test_every_category_is_there():
    assert {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Cs", "Cn", "Co", "Cf", "Cc"} < set(
        categories()
    )
    assert sum(map(len, categories().values())) == 0x110000


def test_a_difference_is_found_and_made_short(encoder):
    other = make_tokenizer(16, technical=False)
    texts = ["happy", "so happy, see /usr/bin/env, it is cool", "sad"]
    found = find_difference(other, encoder, texts)
    assert found.text == texts[1]
    short = shorten(other, encoder, found)
    assert len(short.text) < 8
    assert "/" in short.text
    assert ascii(short.text) in str(short)
