"""A line for every epoch, a bar only on a terminal, and nothing left behind."""

import io

import pytest

from emotag_model.cli import training_progress
from emotag_model.cli.training_progress import TrainingProgress
from emotag_model.training.data import load_data
from emotag_model.training.state import EpochFigures
from tests.unit.model.training.datafolder import write_data


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def data(tmp_path):
    return load_data(write_data(tmp_path / "data"))


def show(data, stream, monkeypatch):
    monkeypatch.setattr(training_progress.sys, "stderr", stream)
    with TrainingProgress(data) as progress:
        progress.start_epoch(1, 160)
        progress.advance(100)
        progress.advance(60)
        progress.end_epoch(EpochFigures(1, 0.5, 0.52, 0.61, 0.47))
        progress.start_epoch(2, 160)
    assert progress._bar is None
    return stream.getvalue()


def test_lines_where_there_is_no_terminal(data, monkeypatch):
    assert show(data, io.StringIO(), monkeypatch).splitlines() == [
        "160 messages in GoEmotions' words, 0 left out as they are held out too; 80 in those of basic, 0 left out; 60 and 40 dev",
        "epoch 1: loss 0.5000, dev macro-F1 basic 0.5200, ekman 0.6100, goemotions 0.4700",
    ]


def test_a_bar_on_a_terminal(data, monkeypatch):
    shown = show(data, Terminal(), monkeypatch)
    assert "epoch 1:   0%" in shown
    assert "epoch 1: loss 0.5000" in shown


def test_advancing_outside_an_epoch_is_harmless(data):
    with TrainingProgress(data) as progress:
        progress.advance(5)
