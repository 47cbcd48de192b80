"""Teachers' scores are averaged, and joined with what is certain."""

import numpy as np
import pytest

from emotag_model.training.soft_labels import SoftLabels

LOGITS = np.array([[0.0, 2.0], [-1000.0, 1000.0], [-3.0, 0.5]], np.float32)


def test_logits_become_scores():
    scores = SoftLabels.of_logits(LOGITS).scores
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores[0], [0.5, 0.880797], rtol=1e-5)
    assert scores[1] == pytest.approx([0.0, 1.0], abs=1e-12)


def test_the_mean_is_of_scores_and_not_of_logits():
    one, other = SoftLabels.of_logits(LOGITS), SoftLabels.of_logits(-LOGITS)
    np.testing.assert_allclose(SoftLabels.mean([one, other]).scores, 0.5, atol=1e-6)
    np.testing.assert_array_equal(SoftLabels.mean([one]).scores, one.scores)


def test_other_scores_have_another_digest():
    assert SoftLabels.of_logits(LOGITS).digest != SoftLabels.of_logits(LOGITS + 0.1).digest


def test_certain_rows_are_put_in_between():
    labels = SoftLabels.of_logits(LOGITS)
    certain = labels.with_certain(2, np.eye(2, dtype=np.float32))
    np.testing.assert_array_equal(certain.scores, [*labels.scores[:2], [1, 0], [0, 1], labels.scores[2]])
    assert labels.with_certain(2, np.zeros((0, 2), np.float32)).digest == labels.digest
