"""A state on disk is whole or not there, and tells another run's apart."""

import json

import pytest
import torch

from emotag_model.training.errors import TrainingError
from emotag_model.training.settings import TrainingSettings
from emotag_model.training.state import METRICS, STATE, EpochFigures, RunState


def figures(epoch, ekman, goemotions=0.1):
    return EpochFigures(epoch, 1.5, 0.2, ekman, goemotions)


@pytest.fixture
def state():
    tensors = {"weights/a": torch.randn(3, 2), "step": torch.tensor(5.0), "best/a": torch.ones(2)}
    return RunState(TrainingSettings().to_dict(), "digest", 12, [figures(1, 0.3), figures(2, 0.2)], tensors)


def test_it_survives_the_disk(state, tmp_path):
    state.save(tmp_path / "run")
    loaded = RunState.load(tmp_path / "run")
    assert (loaded.settings, loaded.data_digest, loaded.step) == (state.settings, "digest", 12)
    assert loaded.history == state.history
    assert loaded.tensors.keys() == state.tensors.keys()
    assert all(torch.equal(loaded.tensors[name], each) for name, each in state.tensors.items())


def test_metrics_have_a_line_per_epoch(state, tmp_path):
    state.save(tmp_path)
    state.history.append(figures(3, 0.5))
    state.save(tmp_path)
    rows = [json.loads(line) for line in (tmp_path / METRICS).read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert rows[2] == {
        "epoch": 3,
        "loss": 1.5,
        "basic_macro_f1": 0.2,
        "ekman_macro_f1": 0.5,
        "goemotions_macro_f1": 0.1,
    }


def test_the_best_epoch_and_how_long_ago_it_was(state):
    assert state.best.epoch == 1
    assert state.stale_epochs() == 1
    state.history.append(figures(3, 0.2, 0.3))
    assert state.best.epoch == 3
    assert state.stale_epochs() == 0
    assert RunState({}, "").stale_epochs() == 0


def test_of_equal_epochs_the_first_is_best():
    assert RunState({}, "", history=[figures(1, 0.3), figures(2, 0.3)]).best.epoch == 1


def test_a_kill_while_writing_leaves_the_state_before(state, tmp_path, monkeypatch):
    state.save(tmp_path)

    def killed(tensors, path, metadata):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr("emotag_model.training.state.save_file", killed)
    state.step = 99
    with pytest.raises(KeyboardInterrupt):
        state.save(tmp_path)
    assert RunState.load(tmp_path).step == 12


def test_nothing_to_resume(tmp_path):
    with pytest.raises(TrainingError, match=r"no run to resume; start one without --resume"):
        RunState.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"junk", b"\x08\0\0\0\0\0\0\0{}      "])
def test_a_damaged_state(tmp_path, content):
    (tmp_path / STATE).write_bytes(content)
    with pytest.raises(TrainingError, match=r"damaged .*; delete it and train again"):
        RunState.load(tmp_path)


def test_another_run_is_told_apart(state):
    state.check_same(TrainingSettings(), "digest")
    with pytest.raises(TrainingError, match="other settings: seed 1 → 5"):
        state.check_same(TrainingSettings(seed=5), "digest")
    with pytest.raises(TrainingError, match="the data or the word vectors have changed"):
        state.check_same(TrainingSettings(), "other")
