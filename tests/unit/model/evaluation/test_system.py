"""A checkpoint is a system; on its own labels there is an outcome per taxonomy, on others' one in all."""

import numpy as np
import pytest

from emotag_model.evaluation.encoded import encode_examples
from emotag_model.evaluation.label_set import OWN_LABEL_SETS
from emotag_model.evaluation.label_sets import LABEL_SETS
from emotag_model.evaluation.predict import predict_logits
from emotag_model.evaluation.selection import Selection
from emotag_model.evaluation.system import checkpoint_system, outcomes
from emotag_model.labels import FINE_LABELS, OUTPUTS
from emotag_model.text import TextDataError
from emotag_model.text.examples import Example, load_examples

MELD = LABEL_SETS[0]


@pytest.fixture
def own(data_file):
    return Selection(OWN_LABEL_SETS[0], load_examples(data_file, FINE_LABELS), {})


def test_the_system_computes_what_the_network_does(checkpoint, own):
    system = checkpoint_system(checkpoint)
    encoded = encode_examples(own.examples, checkpoint.tokenizer, len(OUTPUTS))
    expected = predict_logits(checkpoint.network(), encoded.ids)
    np.testing.assert_allclose(system.logits(own.examples), expected, atol=5e-3)
    assert system.name == "tiny 0.1.0 (000000000000)"
    assert system.labels is checkpoint.labels


def test_own_labels_are_judged_in_every_taxonomy(checkpoint, own):
    found = outcomes(checkpoint_system(checkpoint), own)
    assert [each.name for each in found] == ["ekman", "goemotions", "sentiment"]
    assert {len(each) for each in found} == {40}
    np.testing.assert_array_equal(found[1].truth, own.truth)


def test_labels_of_the_other_head_are_judged_in_its_taxonomy(checkpoint):
    basic = Selection(OWN_LABEL_SETS[1], [Example("so happy", (3, 5), "f:1"), Example("sad", (4,), "f:2")], {})
    system = checkpoint_system(checkpoint)
    (found,) = outcomes(system, basic)
    assert (found.name, found.labels) == ("basic", OWN_LABEL_SETS[1].labels)
    np.testing.assert_array_equal(found.truth, basic.truth)
    np.testing.assert_array_equal(found.scores, system.labels.taxonomy("basic").scores(system.logits(basic.examples)))


def test_labels_of_others_are_given_zero_shot(checkpoint):
    selection = Selection(MELD, [Example("so happy", (3,), "f:1"), Example("sad", (4,), "f:2")], {})
    (found,) = outcomes(checkpoint_system(checkpoint), selection)
    assert (found.name, found.labels) == ("meld", MELD.labels)
    assert found.given.sum(axis=1).tolist() == [1, 1]
    np.testing.assert_array_equal(found.truth, selection.truth)


def test_a_text_that_shows_nothing_is_named(checkpoint):
    with pytest.raises(TextDataError, match="f:9: text shows nothing"):
        checkpoint_system(checkpoint).logits([Example("\u200b", (0,), "f:9")])
