"""The command on the card trains what the card is of."""

import argparse
import shlex
from dataclasses import replace

import pytest

from emotag_model.cli import train as command
from emotag_model.training.card import _teachers, _unlabelled, training_command, write_card
from emotag_model.training.data.registry import find
from emotag_model.training.recipe import Recipe
from emotag_model.training.state import EpochFigures, RunState
from tests.unit.model.tiny import tiny_checkpoint
from tests.unit.model.training.datafolder import WORDS, tiny_recipe

CHANGES = [
    {},
    {"name": "my model", "seed": 5, "dropout": 0.5},
    {"conv_channels": (16, 8, 4), "coarse_weight": 1.0, "sru_layers": 2},
]


@pytest.mark.parametrize("name", ["goemotions", "base"])
@pytest.mark.parametrize("changes", CHANGES)
def test_the_command_gives_the_recipe_back(name, changes):
    recipe = Recipe.find(name).with_settings(changes)
    words = shlex.split(training_command(recipe))
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert words[:2] == ["emotag", "train"]
    assert command._recipe(parser.parse_args(words[2:])) == recipe


def test_what_the_recipe_says_is_not_spelt_out():
    assert training_command(Recipe.find("base")) == "emotag train --recipe base --data DATA --out emotag-base"


def test_a_recipe_of_ones_own_is_named_by_its_file(tmp_path):
    (tmp_path / "mine.toml").write_text('about = "Mine."\n[settings]\nname = "mine"\nepochs = 3\n')
    recipe = Recipe.find(str(tmp_path / "mine.toml")).with_settings({"seed": 5, "epochs": 3})
    assert training_command(recipe) == "emotag train --recipe mine.toml --data DATA --out mine --seed 5"


def test_sources_and_teachers_are_named_with_their_terms():
    recipe = Recipe.find("base")
    told = _unlabelled(recipe, 2_717)
    assert all(find(name).title in told and str(find(name).licence) in told for name in recipe.unlabelled)
    assert f"{recipe.made_examples:,} rows made from templates" in told
    assert "2,717 texts that language models wrote for it" in told
    assert "Teachers: minilm (seed 1, 2 epochs)" in _teachers(recipe)


def test_readings_of_our_own_are_told_where_they_were_used(data):
    checkpoint, state = tiny_checkpoint(WORDS), RunState({}, "", history=[EpochFigures(1, 0.5, 0.5, 0.5, 0.5)])
    for readings in (True, False):
        recipe = replace(tiny_recipe(), readings=readings)
        card = write_card(checkpoint, recipe, state, data, [], "| a table |")
        assert ("texts of them and of others that we read" in card) is readings
        assert "- Agents' messages in the words of `basic`, 80:" in card
        assert "and agents' dev, 40 messages" in card
        for words in ("tau-bench", "no person labelled any", "of two readers each", "Every source allows"):
            assert (words in card) is readings, "of messages of somebody's own nobody knows that"
        assert "\n| a table |\n" in card


def test_without_them_nothing_is_told():
    plain = Recipe.find("goemotions")
    assert (_unlabelled(plain, 0), _teachers(plain)) == ("", "")
