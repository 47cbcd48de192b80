"""Teachers are trained, asked about every text once, and taken up where they were killed."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from emotag_model.checkpoint import Checkpoint
from emotag_model.training.data import load_data
from emotag_model.training.errors import TrainingError
from emotag_model.training.made_examples import made_examples
from emotag_model.training.material import Material
from emotag_model.training.soft_labels import SoftLabels
from emotag_model.training.teachers import lesson
from emotag_model.training.teachers.fine_tune import fine_tune
from emotag_model.training.teachers.lesson import teach
from emotag_model.training.teachers.settings import TeacherSettings
from emotag_model.training.train import train
from tests.unit.model.training.datafolder import SAID, Watcher, tiny_recipe, tiny_settings, write_data, write_rows
from tests.unit.model.training.teachers.encoder import tiny_encoder

MINILM = TeacherSettings(epochs=3, batch_size=16, learning_rate=0.01, average_decay=0.9, train_tokens=16)


@pytest.fixture(autouse=True)
def small_encoder(monkeypatch):
    monkeypatch.setattr(lesson, "fine_tune", functools.partial(fine_tune, load=tiny_encoder))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = write_data(tmp_path_factory.mktemp("data"))
    rows = [
        {"id": f"x{row}", "text": f"the {word} table {row}", "labels": ["joy"]} for row, word in enumerate(SAID["joy"])
    ]
    write_rows(folder / "text" / "xed_en" / "all.jsonl.gz", rows)
    return load_data(folder, unlabelled=("xed_en",))


@pytest.fixture(scope="module")
def material(data):
    return Material(data, made_examples(6, 1), ["so happy it was", "a sad second"])


def test_every_text_has_the_mean_of_the_scores(material, tmp_path):
    watcher = Watcher()
    both = teach(material, [MINILM, tiny_settings(seed=3)], tmp_path, watcher)
    data = material.data
    labelled = len(data.train) + len(data.agents)
    assert both.scores.shape == (labelled + 6 + len(data.unlabelled) + 2, 35)
    certain = both.scores[labelled:][:6]
    assert [tuple(np.flatnonzero(row)) for row in certain] == [each.labels for each in material.made]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-minilm", "2-cnn-bisru"]
    assert watcher.stages == ["teacher 1-minilm, seed 1", "teacher 2-cnn-bisru, seed 3"]
    assert watcher.asked == [[len(both.scores) - 6] * 2] * 2  # announced, and answered; made rows are not asked about
    again = Watcher()
    alone = [
        teach(material, [each], tmp_path / f"{number}", again)
        for number, each in enumerate((MINILM, tiny_settings(seed=3)))
    ]
    np.testing.assert_allclose(both.scores, SoftLabels.mean(alone).scores, atol=1e-6)


def test_a_minilm_teacher_learns(material, tmp_path):
    watcher = Watcher()
    teach(material, [MINILM], tmp_path, watcher)
    assert [ended.epoch for ended in watcher.ended] == [1, 2, 3]
    assert watcher.ended[-1].loss < 0.7 * watcher.ended[0].loss


def test_what_was_taught_is_not_taught_again(material, tmp_path):
    first = teach(material, [MINILM], tmp_path, Watcher())
    watcher = Watcher()
    assert teach(material, [MINILM], tmp_path, watcher).digest == first.digest
    assert (watcher.started, watcher.stages) == ([], [])


def test_of_another_material_only_what_is_new_is_asked(material, tmp_path):
    first = teach(material, [MINILM], tmp_path, Watcher())
    watcher = Watcher()
    more = teach(replace(material, made=[], varied=["a new one", "so happy it was"]), [MINILM], tmp_path, watcher)
    assert (watcher.started, watcher.asked) == ([], [[1, 1]])
    np.testing.assert_array_equal(more.scores[-1], first.scores[-2])
    whole = teach(replace(material, varied=["a new one"]), [MINILM], tmp_path / "whole", Watcher())
    np.testing.assert_allclose(more.scores[-2], whole.scores[-1], atol=1e-5)


@pytest.mark.parametrize("teacher", [MINILM, tiny_settings()], ids=["minilm", "cnn-bisru"])
def test_a_killed_teacher_goes_on_and_ends_the_same(material, tmp_path, teacher):
    whole = teach(material, [teacher], tmp_path / "whole", Watcher())
    with pytest.raises(KeyboardInterrupt):
        teach(material, [teacher], tmp_path / "killed", Watcher(die_in=2))
    watcher = Watcher()
    assert teach(material, [teacher], tmp_path / "killed", watcher).digest == whole.digest
    assert [epoch for epoch, _ in watcher.started] == [2, 3]


def test_a_student_learns_from_teachers_and_goes_on_after_a_kill(data, tmp_path):
    recipe = tiny_recipe(teachers=(tiny_settings(seed=3),))
    whole = train(data, tmp_path / "whole", recipe, Watcher())
    killed = tmp_path / "killed"
    for stage in (1, 2):  # in the teacher's second epoch, then in the student's
        with pytest.raises(KeyboardInterrupt):
            train(data, killed, recipe, KilledInStage(stage), resume=stage > 1)
    watcher = Watcher()
    assert train(data, killed, recipe, watcher, resume=True).identity == whole.identity
    assert [messages for _, messages in watcher.started] == [
        len(data.train) + len(data.agents) + len(data.unlabelled)
    ] * 2
    plain = train(data, tmp_path / "plain", tiny_recipe(), Watcher())
    assert not np.array_equal(plain.weights["classifier.bias"], whole.weights["classifier.bias"])
    assert Checkpoint.load(killed).identity == whole.identity


class KilledInStage(Watcher):
    """Killed in the second epoch of a stage."""

    def __init__(self, stage):
        super().__init__(die_in=2)
        self._stage = stage

    def start_stage(self, words):
        super().start_stage(words)
        self._die_in = (
            2 if ("teacher" in words and self._stage == 1) or ("network" in words and self._stage == 2) else 0
        )


def test_a_run_with_another_teacher_is_refused(data, tmp_path):
    train(data, tmp_path / "out", tiny_recipe(teachers=(tiny_settings(seed=3),)), Watcher())
    other = tiny_recipe(teachers=(tiny_settings(seed=4),))
    with pytest.raises(TrainingError, match="another teacher or other data"):
        train(data, tmp_path / "out", other, Watcher(), resume=True)
    with pytest.raises(TrainingError, match="holds a run already; add --resume"):
        train(data, tmp_path / "out", other, Watcher())
