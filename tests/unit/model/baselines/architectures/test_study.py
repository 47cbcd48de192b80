"""Trainings are made seed by seed, kept as they end, and never made twice."""

import pytest

from emotag_model.baselines.architectures.architecture import find
from emotag_model.baselines.architectures.course import Course
from emotag_model.baselines.architectures.study import FOLDER, study
from emotag_model.training.errors import TrainingError
from tests.unit.model.training.datafolder import Watcher, tiny_settings

TWO = find(["cnn", "bisru"])


def prepare(data, **changes):
    return Course.prepare(data, tiny_settings(epochs=1, **changes))


def test_after_a_kill_only_what_is_missing_is_trained(data, tmp_path):
    course, killed = prepare(data), Watcher()
    whole = study(course, TWO, [1, 2], tmp_path / "whole", watcher := Watcher())
    assert watcher.stages == [
        "CNN, seed 1: training 1 of 4",
        "BiSRU, seed 1: training 2 of 4",
        "CNN, seed 2: training 3 of 4",
        "BiSRU, seed 2: training 4 of 4",
    ]

    def kill(figures):
        killed.ended.append(figures)
        if len(killed.ended) == 3:
            raise KeyboardInterrupt

    killed.end_epoch = kill
    with pytest.raises(KeyboardInterrupt):
        study(course, TWO, [1, 2], tmp_path / "killed", killed)
    kept = sorted(path.name for path in (tmp_path / "killed" / FOLDER).iterdir())
    assert kept == ["bisru-seed-1.json", "cnn-seed-1.json"]
    resumed = study(course, TWO, [1, 2], tmp_path / "killed", watcher := Watcher())
    assert watcher.stages == ["CNN, seed 2: training 3 of 4", "BiSRU, seed 2: training 4 of 4"]
    assert [each.history for each in resumed] == [each.history for each in whole]


def test_what_is_there_is_read_before_anything_is_trained(data, tmp_path):
    study(prepare(data), find(["bisru"]), [2], tmp_path, Watcher())
    with pytest.raises(TrainingError, match=r"bisru-seed-2\.json: of other settings: batch_size 16 → 8"):
        study(prepare(data, batch_size=8), TWO, [1, 2], tmp_path, watcher := Watcher())
    assert not watcher.stages
