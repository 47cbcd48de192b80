"""Every architecture learns on the same course, timed in training alone, and the whole as `emotag train` does."""

from dataclasses import replace

import pytest

from emotag_model.baselines.architectures.architecture import ARCHITECTURES, find
from emotag_model.baselines.architectures.course import Course
from emotag_model.training.state import RunState
from emotag_model.training.train import RUN, train
from tests.unit.model.training.datafolder import Watcher, tiny_recipe, tiny_settings


@pytest.fixture
def course(data):
    return Course.prepare(data, tiny_settings())


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda each: each.name)
def test_each_learns_what_words_give_away(data, architecture):
    settings = tiny_settings(epochs=8, batch_size=8, learning_rate=0.05, embedding_rate=1.0, word_dropout=0.0)
    trained = Course.prepare(data, settings).run(architecture, 1, Watcher())
    assert trained.best.ekman_macro_f1 > 0.4, "4 labels of 7 occur: 0.57 is the most, giving all of them 0.23"


def test_what_is_told_and_kept(course):
    trained = course.run(find(["bilstm"])[0], 1, watcher := Watcher())
    assert trained.history == watcher.ended
    assert watcher.started == [(epoch, 240) for epoch in (1, 2, 3)]
    assert watcher.messages == 3 * 240
    assert set(trained.held_out) == {"basic", "ekman", "goemotions"}
    assert trained.settings == tiny_settings().to_dict()


def test_the_same_seed_gives_the_same_and_another_another(course):
    (architecture,) = find(["cnn-bigru"])
    first, again, other = (course.run(architecture, seed, Watcher()).history for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_whole_is_trained_as_the_checkpoint_is(course, data, tmp_path):
    train(data, tmp_path, tiny_recipe(), Watcher())
    (architecture,) = find(["cnn-bisru"])
    assert course.run(architecture, 1, Watcher()).history == RunState.load(tmp_path / RUN).history


def test_seconds_are_those_of_training_alone(course):
    now = 0.0

    class Slow(Watcher):
        def advance(self, messages):
            nonlocal now
            now += messages

        def end_epoch(self, figures):
            nonlocal now
            now += 1000

    trained = course.run(find(["cnn"])[0], 1, Slow(), clock=lambda: now)
    assert trained.seconds == [240, 240, 240]


def test_the_first_messages_alone(data):
    course = Course.prepare(data, tiny_settings(epochs=1), 50)
    trained = course.run(find(["cnn"])[0], 1, watcher := Watcher())
    assert watcher.started == [(1, 130)]
    assert trained.messages == 50
    assert course.train.ids == Course.prepare(replace(data, train=data.train[:50]), tiny_settings()).train.ids


def test_word_vectors_start_the_same_for_all(course):
    first, *others = (course.network(each, seed=3).embedding.weight for each in ARCHITECTURES)
    assert all(first.equal(each) for each in others)
    assert not first.equal(course.network(ARCHITECTURES[0], seed=4).embedding.weight)
