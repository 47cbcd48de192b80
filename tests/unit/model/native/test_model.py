"""Encoder and network together: what they read, and which token each row of evidence is of."""

import numpy as np
import pytest

from emotag_model.native.encoder import NativeEncoder
from emotag_model.native.model import NativeModel
from emotag_model.native.tables import character_table
from tests.unit.model.native.networks import make_native
from tests.unit.model.native.texts import HOSTILE, PIECES, make_tokenizer
from tests.unit.model.network.networks import make_network


@pytest.fixture(scope="module")
def model(native):
    encoder = NativeEncoder(make_tokenizer(32), character_table(), library=native)
    return NativeModel(encoder, make_native(make_network(vocabulary_size=len(make_tokenizer(32).vocabulary)), native))


def test_every_token_of_a_text_has_evidence(model):
    texts = [*PIECES, *HOSTILE]
    reading, evidence = model.explain(texts)
    assert [len(rows) for rows in evidence] == [len(model.encoder.tokens(text)) for text in texts]
    assert np.array_equal(reading.lengths, [len(rows) for rows in evidence])


def test_explaining_changes_no_logit(model):
    read = model.read(PIECES)
    explained, _ = model.explain(PIECES)
    some = read.lengths > 0
    assert np.array_equal(read.logits[some], explained.logits[some])


def test_no_texts_have_no_evidence(model):
    reading, evidence = model.explain([])
    assert evidence == []
    assert reading.logits.shape == (0, 6)
