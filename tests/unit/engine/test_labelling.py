from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emotag_service.engine.batch import Batch, label
from emotag_service.engine.options import Options
from emotag_service.engine.predictors.protocol import Prediction
from emotag_service.testing import plain_taxonomies
from tests.unit.engine.helpers import make_entries, make_model

LOW = -9.0


def predicted(logits, lengths, *, evidence=None, truncated=None):
    cut = np.array(truncated or [False] * len(lengths))
    return Prediction(np.array(logits, dtype=np.float32), np.array(lengths, np.int32), cut, evidence)


def tag(logits, options=Options("fine"), evidence=None, texts=None, model=None):  # noqa: B008, frozen
    lengths = [len(text.split()) for text in texts] if texts else [2] * len(logits)
    entries = make_entries(lengths, name="c", options=options)
    for entry, text in zip(entries, texts or [], strict=False):
        entry.text = text
    return label(Batch(entries, taken=3.0), model or make_model(), predicted(logits, lengths, evidence=evidence), 0.5)


def only_for(column, shares):
    """Evidence [B, T, 4] for one of the fine labels and none."""
    evidence = np.zeros((len(shares), len(shares[0]), 4), dtype=np.float32)
    evidence[:, :, column] = shares
    return evidence


def sigmoid(x):
    return pytest.approx(1 / (1 + np.exp(-x)), abs=1e-6)


def test_one_label_passes():
    (only,) = tag([[2.0, LOW, LOW, LOW]])
    assert (only.message_id, only.label, only.labels) == ("c/0", "joy", ("joy",))
    assert only.score == sigmoid(2.0)
    assert (only.uncertain, only.scores, only.token_weights, only.error) == (False, None, (), None)
    assert (only.queue_seconds, only.compute_seconds) == (3.0, 0.5)


def test_several_labels_pass_and_come_highest_first():
    (only,) = tag([[1.0, 3.0, LOW, 2.0]])
    assert only.labels == ("anger", "neutral", "joy")
    assert (only.label, only.score) == ("anger", sigmoid(3.0))


def test_no_label_passes():
    (only,) = tag([[-3.0, -2.0, -1.0, LOW]])
    assert (only.label, only.labels, only.uncertain) == ("fear", (), True)
    assert only.score == sigmoid(-1.0)


def test_a_label_that_passes_goes_before_a_higher_one_that_does_not():
    fine = replace(plain_taxonomies()[0], thresholds=(0.99, 0.1, 0.5, 0.5))
    (only,) = tag([[3.0, -1.0, LOW, LOW]], model=make_model(fine))
    assert (only.label, only.labels, only.uncertain) == ("anger", ("anger",), False)
    assert only.score == sigmoid(-1.0)


@pytest.mark.parametrize(("top_k", "count"), [(0, 3), (1, 1), (2, 2), (3, 3)])
def test_top_k_caps_the_labels(top_k, count):
    (only,) = tag([[1.0, 3.0, LOW, 2.0]], Options("fine", top_k=top_k))
    assert only.labels == ("anger", "neutral", "joy")[:count]


def test_all_scores_are_in_the_order_of_the_taxonomy_and_keep_no_batch_alive():
    tags = tag([[1.0, 3.0, LOW, 2.0], [LOW, 0.0, LOW, LOW]], Options("coarse", all_scores=True))
    assert tags[0].scores.tolist() == [sigmoid(2.0), sigmoid(3.0)]
    assert tags[0].scores.dtype == np.float32
    assert tags[0].scores.base is None
    assert tags[1].label == "unpleasant"


def test_one_batch_may_hold_several_options():
    fine, coarse = Options("fine", all_scores=True), Options("coarse")
    entries = [e for options in (fine, coarse, fine) for e in make_entries([1], options=options)]
    logits = np.array([[2, LOW, LOW, LOW], [LOW, 2, LOW, LOW], [LOW, LOW, 2, LOW]], dtype=np.float32)
    tags = label(Batch(entries), make_model(), predicted(logits, [1, 1, 1]), 0.1)
    assert [each.label for each in tags] == ["joy", "unpleasant", "fear"]
    assert [each.scores is not None for each in tags] == [True, False, True]
    assert tags[2].scores[2] == sigmoid(2.0)


def test_an_explanation_gives_each_token_its_share():
    evidence = [only_for(0, [[0.6, 0.2]])[0], only_for(0, [[0.1, 0.1, 0.2]])[0]]
    texts = ["thank you", "you are mean"]
    first, second = tag([[1.0, LOW, LOW, LOW]] * 2, Options("fine", explain=True), evidence, texts)
    assert dict(first.token_weights) == {"thank": pytest.approx(0.75), "you": pytest.approx(0.25)}
    assert [token for token, _ in second.token_weights] == ["you", "are", "mean"]
    assert sum(weight for _, weight in second.token_weights) == pytest.approx(1.0)


@pytest.mark.parametrize(("logits", "decisive"), [([LOW, 2.0, 1.0, LOW], 1), ([LOW, 1.0, 2.0, LOW], 2)])
def test_an_explanation_is_of_the_label_that_the_tag_carries(logits, decisive):
    options = Options("coarse", explain=True)
    for column in range(4):
        (only,) = tag([logits], options, only_for(column, [[0.2, 0.6]]), ["you bore"])
        expected = (0.25, 0.75) if column == decisive else (0.5, 0.5)
        assert (only.label, [weight for _, weight in only.token_weights]) == ("unpleasant", pytest.approx(expected))


def test_a_token_that_speaks_against_the_label_has_no_share():
    evidence = only_for(0, [[3.0, -2.0, 1.0]])
    (only,) = tag([[1.0, LOW, LOW, LOW]], Options("fine", explain=True), evidence, ["happy but late"])
    assert only.token_weights == (("happy", 0.75), ("but", 0.0), ("late", 0.25))


def test_without_any_evidence_the_shares_are_equal():
    evidence = np.zeros((1, 2, 4), dtype=np.float32)
    (only,) = tag([[1.0] * 4], Options("fine", explain=True), evidence, ["a b"])
    assert only.token_weights == (("a", 0.5), ("b", 0.5))


def test_a_predictor_that_owes_the_evidence_is_found_out():
    with pytest.raises(ValueError, match="asked for evidence"):
        tag([[1.0] * 4], Options("fine", explain=True), None, ["a b"])


def test_truncation_is_told_and_who_made_the_tag():
    entries, model = make_entries([1, 1]), make_model()
    tags = label(Batch(entries), model, predicted(np.zeros((2, 4)), [1, 1], truncated=[False, True]), 0.1)
    assert [each.truncated for each in tags] == [False, True]
    assert {each.model for each in tags} == {model.identity}


def test_a_text_without_tokens_has_nothing_to_read_and_costs_the_others_nothing():
    good, bad = label(Batch(make_entries([1, 1])), make_model(), predicted([[2.0, LOW, LOW, LOW]] * 2, [3, 0]), 0.1)
    assert (good.label, good.error) == ("joy", None)
    assert (bad.error.field, "nothing to read" in str(bad.error)) == ("text", True)
