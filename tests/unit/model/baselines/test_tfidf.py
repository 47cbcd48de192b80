"""TF-IDF learns what words say, and is the same after it was kept."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from emotag_model.baselines.tfidf import TfIdf
from emotag_model.labels import HEADS, OUTPUTS

TEXTS = ["so happy today", "happy happy me", "very sad news", "sad and alone 😢", "happy 😢", "sad !"] * 4
HAPPY, SAD, NEVER, ALWAYS = range(4)  # of the first head; the other has labels of its own
TRUTH = np.zeros((24, len(OUTPUTS)), np.float32)
TRUTH[:, [HAPPY, SAD]] = [[1, 0], [1, 0], [0, 1], [0, 1], [1, 1], [0, 1]] * 4
TRUTH[:, ALWAYS] = 1
OTHER = HEADS["basic"].start


@pytest.fixture(scope="module")
def model():
    return TfIdf.fit(TEXTS, TRUTH)


def test_it_learns(model):
    logits = model.logits(["happy", "sad", "😢", "Happy!"])
    assert logits.shape == (4, len(OUTPUTS))
    assert logits.dtype == np.float32
    assert logits[0, 0] > 0 > logits[0, 1]
    assert logits[1, 1] > 0 > logits[1, 0]
    assert logits[2, 1] > logits[0, 1], "emoji are words"
    assert logits[3, 0] > logits[1, 0]


def test_it_is_logistic_regression(model):
    features = model.vectorizer.transform(TEXTS)
    expected = LogisticRegression(C=2, solver="liblinear").fit(features, TRUTH[:, HAPPY]).decision_function(features)
    np.testing.assert_allclose(model.logits(TEXTS)[:, HAPPY], expected, atol=1e-5)


def test_a_label_that_never_or_always_holds_is_only_a_bias(model):
    logits = model.logits(TEXTS)
    assert np.unique(logits[:, NEVER]).tolist() == pytest.approx([np.log(0.5 / 24.5)])
    assert np.unique(logits[:, ALWAYS]).tolist() == pytest.approx([np.log(24.5 / 0.5)])


def test_a_head_learns_from_what_is_labelled_in_its_words():
    truth = TRUTH.copy()
    truth[::2] = 0
    truth[::2, OTHER] = 1
    truth[::4, [OTHER, OTHER + 1]] = [0, 1]
    whole = TfIdf.fit(TEXTS, truth)
    for rows, outputs in ((slice(0, None, 2), slice(OTHER, None)), (slice(1, None, 2), slice(0, OTHER))):
        features, label = whole.vectorizer.transform(TEXTS[rows]), truth[rows, outputs][:, 1]
        expected = LogisticRegression(C=2, solver="liblinear").fit(features, label).decision_function(features)
        np.testing.assert_allclose(whole.logits(TEXTS[rows])[:, outputs][:, 1], expected, atol=1e-5)


def test_unknown_words_leave_the_bias(model):
    np.testing.assert_allclose(model.logits(["zebra"])[0], model.bias)


def test_it_is_kept(model, tmp_path):
    model.save(tmp_path / "m.safetensors", "digest")
    loaded = TfIdf.load(tmp_path / "m.safetensors", "digest")
    texts = [*TEXTS, "something else entirely"]
    np.testing.assert_allclose(loaded.logits(texts), model.logits(texts), atol=1e-6)


def test_another_digest_a_damaged_file_and_none(model, tmp_path):
    path = tmp_path / "m.safetensors"
    assert TfIdf.load(path, "digest") is None
    model.save(path, "digest")
    assert TfIdf.load(path, "another") is None
    path.write_bytes(path.read_bytes()[:50])
    assert TfIdf.load(path, "digest") is None
