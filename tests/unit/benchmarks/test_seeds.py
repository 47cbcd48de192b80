"""Seeds share the teachers of the first, and their spread is that of the figures."""

import sys
from functools import partial

import numpy as np
import pytest

from emotag_model.behaviour.suite import run_suite
from emotag_model.evaluation.agent_messages import figures_of, read_agent_messages
from emotag_model.evaluation.agent_report import tags_of
from emotag_model.evaluation.crossfit import crossfit
from emotag_model.evaluation.encoded import encode_texts
from emotag_model.evaluation.evaluate import report
from emotag_model.evaluation.reading import logits_of
from emotag_model.reader import load_reader
from emotag_model.training.data import load_data
from emotag_model.training.data.agents import DEV
from emotag_model.training.dev import Dev
from tests.benchmarks import seeds
from tests.unit.model.tiny import tiny_checkpoint
from tests.unit.model.training.datafolder import TINY_TOML, WORDS, write_data

FIELDS = "carried_words = 5"


def test_seeds_are_trained_measured_and_compared(tmp_path, monkeypatch, capsys):
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(FIELDS + TINY_TOML)
    out = tmp_path / "out"
    data = str(write_data(tmp_path / "data"))
    monkeypatch.setattr(sys, "argv", ["seeds", "--data", data, "--out", str(out), "--recipe", str(recipe)])
    assert seeds.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines] == ["| seed", "| ---", "| 1", "| 2", "| 3", "| mean ± sd"]
    scores = [(out / f"seed-{seed}/run/teachers/1-cnn-bisru/answers.safetensors").read_bytes() for seed in (1, 2, 3)]
    assert scores[0] == scores[1] == scores[2]
    digests = {(out / f"seed-{seed}/SHA256SUMS").read_text() for seed in (1, 2, 3)}
    assert len(digests) == 3
    assert seeds.main() == 0  # all have ended: they are only measured
    assert capsys.readouterr().out.splitlines() == lines


TITLES = {"basic": "basic", "ekman": "Ekman", "goemotions": "28 labels"}


@pytest.fixture
def folder(tmp_path):
    return write_data(tmp_path / "data")


@pytest.fixture
def data(folder):
    return load_data(folder)


@pytest.fixture
def checkpoint():
    return tiny_checkpoint(WORDS)


@pytest.fixture
def measured(checkpoint, data, folder):
    return seeds.measure(checkpoint, data, folder / DEV)


@pytest.fixture
def dev(checkpoint, data):
    """Return the dev messages, and what the checkpoint makes of them where it serves."""
    dev, reader = Dev.encode(data, partial(encode_texts, tokenizer=checkpoint.tokenizer)), load_reader(checkpoint)
    return dev, {"goemotions": logits_of(reader, data.dev), "basic": logits_of(reader, data.agents_dev)}


def test_every_taxonomy_is_measured_on_the_messages_of_its_head(measured, checkpoint, dev):
    for name, title in TITLES.items():
        taxonomy, pair = checkpoint.labels.taxonomy(name), dev[0].of(name, dev[1])
        found = report(taxonomy, *pair)
        assert measured[f"{title} macro-F1"] == found.macro_f1
        assert measured[f"{title} ECE"] == found.calibration_error
        assert (measured[f"{title} held out"], measured[f"{title} ECE held out"]) == crossfit(taxonomy, *pair)
    assert measured["behavioural cases"] == sum(each.passed for each in run_suite(checkpoint))


def test_agents_messages_are_measured_as_their_readers_say(measured, checkpoint, dev, folder):
    outcome = next(each for each in dev[0].outcomes(checkpoint.labels, dev[1]) if each.name == "basic")
    found = figures_of(read_agent_messages(folder / DEV), tags_of(outcome))
    assert list(measured)[:4] == ["agents, random: accuracy", "precision", "recall", "agents, all: macro-F1"]
    assert list(measured.values())[:4] == [found.accuracy, found.precision or 0, found.recall or 0, found.macro_f1]


def test_accuracy_is_of_the_random_part_and_macro_f1_of_all(checkpoint, data, folder, dev):
    messages = read_agent_messages(folder / DEV)
    outcome = next(each for each in dev[0].outcomes(checkpoint.labels, dev[1]) if each.name == "basic")
    tags, places = tags_of(outcome), np.arange(0, len(messages), 3)
    drawn = [each if row % 3 == 0 else each._replace(part="keyword") for row, each in enumerate(messages)]
    found = seeds._agents(drawn, tags)
    random = figures_of([drawn[place] for place in places], [tags[place] for place in places])
    assert found["agents, random: accuracy"] == random.accuracy
    assert found["agents, all: macro-F1"] == figures_of(messages, tags).macro_f1


def test_the_last_line_is_mean_and_deviation():
    text = seeds.table({"1": {"F1": 0.5}, "2": {"F1": 0.7}})
    assert text.splitlines()[-1] == "| mean ± sd | 0.6000 ± 0.1414 |"
    assert "mean" not in seeds.table({"1": {"F1": 0.5}})
