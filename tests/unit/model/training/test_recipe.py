"""Recipes are read whole, and what is wrong in one is named."""

import pytest

from emotag_model.training.data.registry import find
from emotag_model.training.errors import TrainingError
from emotag_model.training.recipe import Recipe, recipe_names
from emotag_model.training.settings import TrainingSettings
from emotag_model.training.teachers.settings import TeacherSettings

TEXT = """
about = "mine"
unlabelled = ["emobank"]
readings = true
agents_repeated = 3
may_ship_only = false

[settings]
name = "mine"
conv_channels = [16, 8]

[[teachers]]
kind = "minilm"
epochs = 1

[[teachers]]
kind = "cnn-bisru"
seed = 7
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return str(path)

    return write


def test_a_file_is_read(write):
    recipe = Recipe.find(write(TEXT))
    settings = TrainingSettings(name="mine", conv_channels=(16, 8))
    teachers = (TeacherSettings(epochs=1), TrainingSettings(name="mine", conv_channels=(16, 8), seed=7))
    assert recipe == Recipe(
        name="mine.toml",
        about="mine",
        settings=settings,
        unlabelled=("emobank",),
        readings=True,
        agents_repeated=3,
        may_ship_only=False,
        teachers=teachers,
    )


def test_an_empty_file_is_the_defaults(write):
    assert Recipe.find(write("")) == Recipe(name="mine.toml", settings=TrainingSettings())


def test_a_whole_number_is_a_number_as_well(write):
    assert Recipe.find(write("[settings]\ncoarse_weight = 1")).settings.coarse_weight == 1.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epochs = 3", "unknown: epochs; a recipe has about"),
        ("[settings]\nkernel = 3", "unknown setting kernel; there are"),
        ("[settings]\nepochs = 0", "epochs is 0; it must be at least 1"),
        ("[settings]\nepochs = '3'", "epochs is '3'; it must be a whole number"),
        ("[settings]\nepochs = 2.0", "epochs is 2.0; it must be a whole number"),
        ("[settings]\nbatch_size = true", "batch_size is True; it must be a whole number"),
        ("[settings]\nname = 5", "name is 5; it must be a text"),
        ("[settings]\nlearning_rate = true", "learning_rate is True; it must be a number"),
        ("[settings]\nword_dropout = '0.1'", "word_dropout is '0.1'; it must be a number"),
        ("[settings]\nconv_channels = 128", "conv_channels is 128; it must be a list of whole numbers"),
        ("[settings]\nconv_channels = [8, 4.0]", r"conv_channels is \[8, 4.0\]; it must be a list of whole numbers"),
        ("[settings]\nattention_heads = 7", "the network cannot be built: attention_heads must divide"),
        ("[[teachers]]\nkind = 'cnn-bisru'\nattention_heads = 7", "the network cannot be built: attention_heads must"),
        ("[[teachers]]\nkind = 'cnn-bisru'\nseed = '1'", "seed is '1'; it must be a whole number"),
        ("[[teachers]]\nkind = 'minilm'\nhead_rate = [1]", r"head_rate is \[1\]; it must be a number"),
        ("settings = 3", "settings is 3; it must be a table"),
        ("teachers = [1]", r"teachers is \[1\]; it must be tables, each under \[\[teachers\]\]"),
        ("teachers = 'minilm'", "teachers is 'minilm'; it must be tables"),
        ("about = 3", "about is 3; it must be a text"),
        ("readings = 'false'", "readings is 'false'; it must be true or false"),
        ("may_ship_only = 0", "may_ship_only is 0; it must be true or false"),
        ("variants = 2.7", "variants is 2.7; it must be a whole number"),
        ("unlabelled = 'xed_en'", "unlabelled is 'xed_en'; it must be a list of texts"),
        ("unlabelled = [3]", r"unlabelled is \[3\]; it must be a list of texts"),
        ("made_examples = -5", "made_examples is -5; it must be 0 or more"),
        ("carried_words = -1", "carried_words is -1; it must be 0 or more"),
        ("[[teachers]]\nepochs = 3", "kind is None; it must be minilm or cnn-bisru"),
        ("[[teachers]]\nkind = 'minilm'\nsru_size = 3", "unknown setting sru_size"),
        ("[[teachers]]\nkind = 'cnn-bisru'\nhead_rate = 3", "unknown setting head_rate"),
        ("[[teachers]]\nkind = 'minilm'\ndropout = 1.0", r"dropout is 1.0; it must be in \[0, 1\)"),
        ("about = ", "Invalid value"),
        ("variants = 1", "for teachers to label"),
        ("agents_repeated = 0", "agents_repeated is 0; it must be at least 1"),
    ],
)
def test_mistakes_are_named_with_their_file(write, text, message):
    with pytest.raises(TrainingError, match=rf"mine\.toml: .*({message})"):
        Recipe.find(write(text))


def test_an_unknown_name_lists_the_known(tmp_path):
    with pytest.raises(TrainingError, match=r"no recipe .soup.: name one of base, goemotions, research"):
        Recipe.find("soup")


@pytest.mark.parametrize("name", recipe_names())
def test_those_that_come_along_say_what_they_are(name):
    recipe = Recipe.find(name)
    assert recipe.about.endswith(".")
    assert all(find(each) for each in recipe.unlabelled)
    assert recipe.settings.name.startswith("emotag-")


def test_what_ships_is_trained_on_what_may_ship():
    recipe = Recipe.find("base")
    assert recipe.may_ship_only
    assert recipe.readings
    assert all(find(each).licence.may_ship for each in recipe.unlabelled)


def test_settings_are_changed_and_the_rest_is_kept():
    recipe = Recipe.find("base")
    changed = recipe.with_settings({"seed": 5})
    assert changed.settings.seed == 5
    assert changed.changed == {"seed"}
    assert changed.teachers == recipe.teachers
