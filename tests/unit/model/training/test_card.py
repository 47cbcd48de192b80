"""The command on the card trains what the card is of."""

import argparse
import shlex

import pytest

from emotag_model.cli import train as command
from emotag_model.training import TrainingSettings
from emotag_model.training.card import training_command

SETTINGS = [
    TrainingSettings(),
    TrainingSettings(name="my model", seed=5, dropout=0.5),
    TrainingSettings(conv_channels=(16, 8, 4), coarse_weight=1.0, sru_layers=2),
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_command_gives_the_settings_back(settings):
    words = shlex.split(training_command(settings))
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert words[:2] == ["emotag", "train"]
    assert command._settings(parser.parse_args(words[2:])) == settings


def test_defaults_are_not_spelt_out():
    assert training_command(TrainingSettings()) == "emotag train --data DATA --out emotag-base"
