"""Every system gives logits of our labels, calibrated on dev, and is trained only once."""

from dataclasses import replace

import numpy as np
import pytest

from emotag_model.baselines import subjects
from emotag_model.baselines.subjects import calibrated, goemotions_only, minilm, served, tfidf
from emotag_model.baselines.tfidf import TfIdf
from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.evaluation.calibrate import calibrate
from emotag_model.evaluation.encoded import truth_of
from emotag_model.evaluation.evaluate import report
from emotag_model.evaluation.predict import predict_logits
from emotag_model.labels import default_labels
from emotag_model.text.examples import Example
from emotag_model.training.errors import TrainingError
from emotag_model.training.state import STATE
from emotag_model.training.teachers.minilm import MiniLm, Teacher
from emotag_model.training.train import RUN
from tests.unit.model.training.datafolder import Watcher, tiny_recipe
from tests.unit.model.training.teachers.encoder import tiny_encoder


def examples(count):
    return [Example("Thank you, what a day! " * (1 + row % 5), (), f"f:{row}") for row in range(count)]


@pytest.fixture(scope="module")
def checkpoint():
    return Checkpoint.load(default_checkpoint())


def test_a_checkpoint_is_served_by_its_folded_network(checkpoint):
    system = served(checkpoint)
    found = system.logits(examples(150))
    ids = [checkpoint.tokenizer.encode(each.text).ids for each in examples(150)]
    np.testing.assert_allclose(found, predict_logits(checkpoint.network(), ids), atol=1e-4)
    assert system.name == f"{checkpoint.identity.name} {checkpoint.identity.version}"
    assert system.labels is checkpoint.labels


def test_tfidf_is_fitted_once(data, tmp_path, monkeypatch):
    first = tfidf(data, tmp_path / "out")
    monkeypatch.setattr(TfIdf, "fit", None)
    again = tfidf(data, tmp_path / "out")
    np.testing.assert_allclose(again.logits(data.dev), first.logits(data.dev), atol=1e-6)
    ekman = first.labels.taxonomy("ekman")
    assert report(ekman, first.logits(data.dev), truth_of(data.dev, 35)).accuracy > 0.9, "words give labels away"


def test_our_network_is_trained_once(data, tmp_path, monkeypatch):
    monkeypatch.setattr(subjects.Recipe, "find", lambda name: tiny_recipe())
    first = goemotions_only(data, tmp_path / "out", trained := Watcher())
    again = goemotions_only(data, tmp_path / "out", found := Watcher())
    assert len(trained.ended) == 3
    assert found.started == []
    np.testing.assert_array_equal(first.logits(data.dev), again.logits(data.dev))
    assert first.name == "CNN-BiSRU, GoEmotions only"


def test_our_network_of_other_settings_or_data_is_refused(data, tmp_path, monkeypatch):
    monkeypatch.setattr(subjects.Recipe, "find", lambda name: tiny_recipe())
    goemotions_only(data, tmp_path / "out", Watcher())
    with pytest.raises(TrainingError, match="the data or the word vectors have changed since; use another --out"):
        goemotions_only(replace(data, digest="of other messages"), tmp_path / "out", Watcher())
    monkeypatch.setattr(subjects.Recipe, "find", lambda name: tiny_recipe(seed=7))
    with pytest.raises(TrainingError, match=r"other settings: seed 1 → 7; .* another --out"):
        goemotions_only(data, tmp_path / "out", Watcher())
    (tmp_path / "out" / "goemotions" / RUN / STATE).unlink()
    with pytest.raises(TrainingError, match="goemotions: holds a checkpoint without its run; use another --out"):
        goemotions_only(data, tmp_path / "out", Watcher())


def test_our_network_goes_on_after_a_kill(data, tmp_path, monkeypatch):
    monkeypatch.setattr(subjects.Recipe, "find", lambda name: tiny_recipe())
    for die_in in (1, 2):  # before there is anything to go on from, and after
        with pytest.raises(KeyboardInterrupt):
            goemotions_only(data, tmp_path / "out", Watcher(die_in=die_in))
    goemotions_only(data, tmp_path / "out", watcher := Watcher())
    assert [epoch for epoch, _ in watcher.started] == [2, 3]


def test_the_transformer_is_trained_or_taken(data, tmp_path, monkeypatch):
    asked, encoder = [], tiny_encoder()

    def teacher(*place):
        asked.append(place)
        return Teacher(MiniLm(encoder.network, encoder.size, 0.1), encoder, 16)

    monkeypatch.setattr(subjects, "fine_tuned", lambda data, folder, progress: teacher("trained", folder))
    monkeypatch.setattr(subjects, "taken", lambda folder: teacher("taken", folder))
    for run in (None, tmp_path / "run"):
        system = minilm(data, tmp_path / "out", Watcher(), run)
        assert system.logits(data.dev).shape == (60, 35)
    assert asked == [("trained", tmp_path / "out" / "minilm"), ("taken", tmp_path / "run")]


def test_any_model_gets_the_calibration_of_a_checkpoint(data):
    random = np.random.default_rng(0)
    dev = [*data.dev, *data.agents_dev]
    truth = truth_of(dev, 35)
    logits = (truth * 3 - 2 + random.standard_normal(truth.shape)).astype(np.float32)
    rows = {example.text: row for row, example in enumerate(dev)}
    system = calibrated("any", lambda texts: logits[[rows[text] for text in texts]], data)
    np.testing.assert_array_equal(system.logits(data.dev), logits[:60])
    parts = {"ekman": slice(0, 60), "basic": slice(60, None)}
    for name, part in parts.items():
        expected = calibrate(default_labels().taxonomy(name), logits[part], truth[part])
        assert system.labels.taxonomy(name) == expected


def test_batches_are_no_larger_than_those_served(data):
    sizes = []

    def logits(texts):
        sizes.append(len(texts))
        return np.zeros((len(texts), 35), np.float32)

    system = calibrated("any", logits, data)
    sizes.clear()
    assert system.logits(examples(150)).shape == (150, 35)
    assert sizes == [64, 64, 22]
