"""Each taxonomy is fitted to, and judged by, the dev messages that are labelled in the words of its head."""

from functools import partial

import numpy as np
import pytest

from emotag_model.evaluation.calibrate import calibrate
from emotag_model.evaluation.encoded import encode_texts, truth_of
from emotag_model.evaluation.predict import predict_logits
from emotag_model.labels import HEADS, OUTPUTS, default_labels
from emotag_model.training.dev import Dev
from tests.unit.model.tiny import tiny_checkpoint
from tests.unit.model.training.datafolder import WORDS

HEAD_OF = {"basic": "basic", "ekman": "goemotions", "goemotions": "goemotions", "sentiment": "goemotions"}


@pytest.fixture
def checkpoint():
    return tiny_checkpoint(WORDS)


@pytest.fixture
def dev(data, checkpoint):
    return Dev.encode(data, partial(encode_texts, tokenizer=checkpoint.tokenizer))


@pytest.fixture
def logits(dev):
    random = np.random.default_rng(0)
    return {
        head: (each.truth * 3 - 2 + random.standard_normal(each.truth.shape)).astype(np.float32)
        for head, each in dev.heads.items()
    }


def test_each_head_has_its_own_messages(dev, data, checkpoint):
    assert dev.heads.keys() == HEADS.keys()
    for head, examples in (("goemotions", data.dev), ("basic", data.agents_dev)):
        assert dev.heads[head].ids == [checkpoint.tokenizer.encode(each.text).ids for each in examples]
        np.testing.assert_array_equal(dev.heads[head].truth, truth_of(examples, len(OUTPUTS)))
        of_head = np.zeros(len(OUTPUTS), bool)
        of_head[HEADS[head]] = True
        assert dev.heads[head].truth[:, of_head].any(axis=1).all()
        assert not dev.heads[head].truth[:, ~of_head].any(), "in the words of one head alone"


def test_logits_are_those_of_the_network(dev, checkpoint):
    found = dev.logits(checkpoint.network())
    assert {head: each.shape for head, each in found.items()} == {"goemotions": (60, 35), "basic": (40, 35)}
    for head, each in dev.heads.items():
        np.testing.assert_array_equal(found[head], predict_logits(checkpoint.network(), each.ids))


@pytest.mark.parametrize(("taxonomy", "head"), HEAD_OF.items())
def test_a_taxonomy_is_of_the_messages_of_its_head(dev, logits, taxonomy, head):
    assert dev.of(taxonomy, logits)[0] is logits[head]
    assert dev.of(taxonomy, logits)[1] is dev.heads[head].truth


def test_every_taxonomy_is_calibrated_on_the_messages_of_its_head(dev, logits):
    found, plain = dev.calibrated(logits), default_labels()
    assert (found.outputs, found.default) == (plain.outputs, plain.default)
    assert found.taxonomies.keys() == HEAD_OF.keys()
    for name, head in HEAD_OF.items():
        assert found.taxonomy(name) == calibrate(plain.taxonomy(name), logits[head], dev.heads[head].truth)


def test_outcomes_are_what_every_taxonomy_gives_those(dev, logits):
    labels = dev.calibrated(logits)
    found = dev.outcomes(labels, logits)
    assert [(each.name, len(each)) for each in found] == [
        ("basic", 40),
        ("ekman", 60),
        ("goemotions", 60),
        ("sentiment", 60),
    ]
    for each in found:
        taxonomy, head = labels.taxonomy(each.name), HEAD_OF[each.name]
        np.testing.assert_array_equal(each.scores, taxonomy.scores(logits[head]))
        np.testing.assert_array_equal(each.truth, taxonomy.roll_up(dev.heads[head].truth) > 0)
