"""Material is the data and what a recipe has made of it: the same each time, nothing of it held out."""

from dataclasses import replace

import pytest

from emotag_model.text.examples import Example
from emotag_model.training.data import load_data
from emotag_model.training.data.held_out import HeldOut
from emotag_model.training.data.row import Row
from emotag_model.training.errors import TrainingError
from emotag_model.training.faces import FACES
from emotag_model.training.material import Material, gather
from tests.unit.model.training.datafolder import tiny_recipe, tiny_settings, write_data


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return load_data(write_data(tmp_path_factory.mktemp("data")))


def recipe(**changes):
    return replace(tiny_recipe(teachers=(tiny_settings(),)), **changes)


def test_a_plain_recipe_adds_nothing(data):
    material = gather(data, tiny_recipe())
    assert material.labelled == [*data.train, *data.agents]
    assert material.unlabelled == []


def test_made_rows_stand_behind_those_of_people(data):
    material = gather(data, recipe(made_examples=9))
    assert material.labelled[: len(data.train)] == data.train
    assert len(material.labelled) == len(data.train) + len(data.agents) + 9


def test_agents_messages_are_repeated(data):
    material = gather(data, recipe(agents_repeated=3, made_examples=2))
    assert material.labelled[len(data.train) : -2] == data.agents * 3
    assert material.digest != gather(data, recipe(made_examples=2)).digest
    with pytest.raises(TrainingError, match="agents_repeated is 0; it must be at least 1"):
        recipe(agents_repeated=0)


def test_variants_and_alterations_stand_behind_the_texts_without_labels(data):
    known = replace(data, unlabelled=["one more text"])
    material = gather(known, recipe(alterations=True, variants=2))
    assert material.unlabelled[0] == "one more text"
    assert len(material.unlabelled) == 1 + 3 * len([*data.train, *data.agents])


def test_what_is_told_is_varied_among_itself(data):
    told = [Example(text, (), "told.txt") for text in ("when I lied to my mother", "the day our dog ran away")]
    known = replace(data, unlabelled=["one more text"], told=told)
    texts = gather(known, recipe(alterations=True, variants=1)).unlabelled
    plain = gather(replace(data, unlabelled=["one more text"]), recipe(alterations=True, variants=1)).unlabelled
    assert texts[1:3] == [each.text for each in told]
    assert len(texts) == len(plain) + 3 * len(told)
    assert set(plain) <= set(texts)  # what a teacher has said of them still holds
    assert gather(known, recipe()).digest != gather(replace(known, told=[]), recipe()).digest


def test_words_are_carried_that_are_words(data):
    texts = gather(data, recipe(carried_words=len(data.vectors.words))).unlabelled
    assert texts[:2:2] == ["the"]
    assert len(texts) == 2 * (sum(word.isalpha() for word in data.vectors.words) + 4 * len(FACES))


def test_emoji_that_show_a_feeling_are_carried_with_the_words(data):
    texts = gather(data, recipe(carried_words=1)).unlabelled
    assert [texts.count(emoji) for emoji in FACES] == [4] * len(FACES)
    assert sum("😭" in text.split() for text in texts) == 8


def test_the_material_does_not_hang_on_the_networks_seed(data):
    asked = recipe(made_examples=5, alterations=True, variants=1)
    assert gather(data, asked.with_settings({"seed": 9})).digest == gather(data, asked).digest
    assert gather(data, replace(asked, material_seed=9)).digest != gather(data, asked).digest


def test_the_same_recipe_gathers_the_same(data):
    asked = recipe(made_examples=5, alterations=True, variants=1)
    assert gather(data, asked) == gather(data, asked)
    assert gather(data, asked).digest == gather(data, asked).digest


def test_the_digest_tells_everything_apart(data):
    asked = [recipe(), recipe(made_examples=5), recipe(variants=1), recipe(alterations=True), recipe(carried_words=9)]
    assert len({gather(data, each).digest for each in asked}) == len(asked)
    assert Material(data).digest == gather(data, recipe()).digest


def test_nothing_is_made_that_is_nearly_held_out(data):
    asked = recipe(made_examples=30, alterations=True, variants=2, carried_words=5)
    plain = gather(replace(data, held_out=HeldOut([])), asked)
    piece, row = plain.varied[-1], plain.made[0].text
    held_out = HeldOut([Row(piece.upper(), "dev:1"), Row(f" {row}!", "dev:2")])
    material = gather(replace(data, held_out=held_out), asked)
    assert {piece, row}.isdisjoint(material.unlabelled + [each.text for each in material.labelled])
    assert set(material.varied) == {text for text in plain.varied if not held_out.has(text)}
    assert len(plain.made) > len(material.made) > 0


def test_texts_without_a_teacher_are_refused():
    with pytest.raises(TrainingError, match=r"for teachers to label: name one in \[\[teachers\]\]"):
        replace(tiny_recipe(), variants=1)
