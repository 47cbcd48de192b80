"""The transformer is trained once, and then taken from its run, whoever trained it."""

import numpy as np
import pytest

from emotag_model.baselines import minilm
from emotag_model.baselines.minilm import fine_tuned, taken
from emotag_model.training.errors import TrainingError
from emotag_model.training.state import STATE, RunState
from emotag_model.training.teachers.settings import TeacherSettings
from tests.unit.model.training.datafolder import Watcher, tiny_settings
from tests.unit.model.training.teachers.encoder import tiny_encoder

TEXTS = ["i am so happy", "it was the report", "sad and lonely"]


@pytest.fixture(autouse=True)
def few_epochs(monkeypatch):
    monkeypatch.setattr(minilm, "TeacherSettings", lambda **changes: TeacherSettings(**{"epochs": 2, **changes}))


def test_it_is_trained_and_then_found(data, tmp_path):
    first = fine_tuned(data, tmp_path / "m", trained := Watcher(), tiny_encoder)
    again = fine_tuned(data, tmp_path / "m", found := Watcher(), tiny_encoder)
    assert [epoch for epoch, _ in trained.started] == [1, 2]
    assert found.started == []
    np.testing.assert_array_equal(first.logits(TEXTS), again.logits(TEXTS))


def test_one_that_was_killed_goes_on(data, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fine_tuned(data, tmp_path / "m", Watcher(die_in=2), tiny_encoder)
    fine_tuned(data, tmp_path / "m", watcher := Watcher(), tiny_encoder)
    assert [epoch for epoch, _ in watcher.started] == [2]


def test_one_of_other_texts_is_taken_where_it_is_named_alone(data, tmp_path):
    first = fine_tuned(data, tmp_path / "m", Watcher(), tiny_encoder)
    state = RunState.load(tmp_path / "m")
    state.data_digest = "of other texts to distil on"
    state.save(tmp_path / "m")
    with pytest.raises(TrainingError, match="the data or the word vectors have changed since; use another --out"):
        fine_tuned(data, tmp_path / "m", Watcher(), tiny_encoder)
    np.testing.assert_array_equal(first.logits(TEXTS), taken(tmp_path / "m", tiny_encoder).logits(TEXTS))


def test_one_that_is_not_over_is_not_taken(data, tmp_path):
    with pytest.raises(TrainingError, match="no run to resume"):
        taken(tmp_path / "m", tiny_encoder)
    with pytest.raises(KeyboardInterrupt):
        fine_tuned(data, tmp_path / "m", Watcher(die_in=2), tiny_encoder)
    with pytest.raises(TrainingError, match="its run is not over; let it end first"):
        taken(tmp_path / "m", tiny_encoder)


def test_a_run_of_something_else_is_refused(data, tmp_path):
    RunState(tiny_settings().to_dict(), data.digest).save(tmp_path / "m")
    with pytest.raises(TrainingError, match="no run of a MiniLM; name one, such as OUT/run/teachers/1-minilm"):
        fine_tuned(data, tmp_path / "m", Watcher(), tiny_encoder)
    (tmp_path / "m" / STATE).write_bytes(b"damaged")
    with pytest.raises(TrainingError, match="damaged"):
        fine_tuned(data, tmp_path / "m", Watcher(), tiny_encoder)
