"""One call from texts to logits: what encoder and network give one after the other, on any number of threads."""

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from emotag_model.native.encoder import NativeEncoder
from emotag_model.native.errors import RefusedError
from emotag_model.native.reading import read
from emotag_model.native.tables import character_table
from emotag_model.text import Tokenizer, Vocabulary
from tests.unit.model.native.networks import make_native
from tests.unit.model.native.texts import HOSTILE, PIECES, make_tokenizer
from tests.unit.model.network.networks import make_network


@pytest.fixture(scope="module")
def encoder(native):
    return NativeEncoder(make_tokenizer(32), character_table(), library=native)


@pytest.fixture(scope="module")
def network(native):
    return make_native(make_network(vocabulary_size=len(make_tokenizer(32).vocabulary)), native)


def make_texts(count, seed=0):
    chosen = random.Random(seed)
    return [" ".join(chosen.choices(PIECES, k=chosen.randrange(30))) for _ in range(count)]


def test_it_gives_what_both_give_one_after_the_other(encoder, network):
    texts = [*make_texts(100), *HOSTILE]
    got = read(encoder, network, texts)
    ids, lengths, truncated = encoder.encode_all(texts)
    assert np.array_equal(got.logits, network.predict(ids, lengths))
    assert np.array_equal(got.lengths, lengths)
    assert np.array_equal(got.truncated, truncated)


def test_threads_do_not_disturb_each_other(encoder, network):
    batches = [make_texts(17, seed) for seed in range(40)]
    expected = [read(encoder, network, batch) for batch in batches]
    with ThreadPoolExecutor(8) as threads:
        for got, truth in zip(threads.map(lambda batch: read(encoder, network, batch), batches), expected, strict=True):
            assert all(np.array_equal(left, right) for left, right in zip(got, truth, strict=True))


def test_no_texts_give_nothing(encoder, network):
    assert read(encoder, network, []).logits.shape == (0, 6)


def test_an_encoder_of_another_vocabulary_is_refused(native, network):
    other = NativeEncoder(
        Tokenizer(Vocabulary(["a"]), rules=make_tokenizer(32).rules), character_table(), library=native
    )
    with pytest.raises(RefusedError, match="different vocabularies"):
        read(other, network, ["a"])
