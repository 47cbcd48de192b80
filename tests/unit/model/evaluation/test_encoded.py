"""Messages are encoded with their truth, and one that shows nothing is named."""

import pytest

from emotag_model.evaluation.encoded import encode_examples, encode_texts, truth_of
from emotag_model.text import TextDataError
from emotag_model.text.examples import Example


def test_ids_and_truth(checkpoint):
    encoded = encode_examples([Example("so happy", (0, 2), "f:1"), Example("!", (1,), "f:2")], checkpoint.tokenizer, 3)
    assert encoded.ids == [[4, 2], [5]]
    assert encoded.truth.tolist() == [[1, 0, 1], [0, 1, 0]]
    assert len(encoded) == 2


def test_a_text_that_shows_nothing_is_named(checkpoint):
    with pytest.raises(TextDataError, match=r"dev\.jsonl:7: text shows nothing"):
        encode_examples([Example("\u200b", (0,), "dev.jsonl:7")], checkpoint.tokenizer, 3)


def test_truth_of_messages_with_several_labels_and_none():
    examples = [Example("a", (0, 2), "f:1"), Example("b", (), "f:2")]
    assert truth_of(examples, 3).tolist() == [[1, 0, 1], [0, 0, 0]]
    assert truth_of([], 3).shape == (0, 3)


def test_texts_are_encoded_whatever_their_labels(checkpoint):
    examples = [Example("so happy", (99,), "f:1"), Example("!", (), "f:2")]
    assert encode_texts(examples, checkpoint.tokenizer) == [[4, 2], [5]]
    with pytest.raises(TextDataError, match="f:9: text shows nothing"):
        encode_texts([*examples, Example("\u200b", (), "f:9")], checkpoint.tokenizer)
