"""The ablation switches off what it says, misspells the same words every time, and subtracts within one training."""

import numpy as np
import pytest
import torch

from emotag_model.checkpoint import Checkpoint, Identity
from emotag_model.labels import OUTPUTS, default_labels
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.stored import stored_weights
from emotag_model.text import Tokenizer, Vocabulary
from emotag_model.text.examples import Example
from emotag_model.text.glove import WordVectors
from tests.benchmarks.ablation.measure import measure_checkpoint
from tests.benchmarks.ablation.noise import typed_badly
from tests.benchmarks.ablation.parts import NOTHING, PARTS, RECIPES
from tests.benchmarks.ablation.predictions import Predictions
from tests.benchmarks.ablation.table import table
from tests.benchmarks.ablation.unknown import SETS, read_sets, unknown_rate

WORDS = ("happy", "friend", "so", "because", "believe", "unicorn", "<number>", "🙂")
TEXT = "sooo happy bcuz beleive 🦄 :) glad so-friend"


@pytest.fixture
def whole():
    return Tokenizer(Vocabulary(WORDS))


def test_every_part_reads_the_same_rows_and_something_otherwise(whole):
    readings = {part.name: part.without(whole) for part in PARTS}
    for reader in readings.values():
        assert reader.vocabulary.words == whole.vocabulary.words
    unknown = unknown_rate(whole, [TEXT])
    assert unknown_rate(readings[NOTHING.name], [TEXT]) > unknown
    changed = {name for name, reader in readings.items() if reader.tokens(TEXT) != whole.tokens(TEXT)}
    quiet = {"contractions without apostrophe", "marks for addresses, paths, keys"}
    assert changed | quiet == {*readings}


def test_a_recipe_counts_and_reads_words_by_its_rules():
    vectors = WordVectors(["kind", "lions"], np.ones((2, 4), dtype=np.float32))
    texts = ["dont kind"] * 4
    bare, whole = (RECIPES[name].tokenizer(texts, vectors) for name in ("nothing", "whole"))
    assert "dont" in bare.vocabulary
    assert "dont" not in whole.vocabulary
    assert bare.tokens("dont") == ["dont"]
    assert whole.tokens("dont") == ["do", "n't"]


def test_typing_badly_changes_some_words_and_always_the_same():
    examples = [Example("wonderful people always believe 12345678 so-called", (1,), "here:1")] * 40
    noisy = typed_badly(examples)
    assert noisy == typed_badly(examples) != typed_badly(examples, seed=1)
    assert all(each.labels == (1,) and each.place == "here:1" for each in noisy)
    words = [word for each in noisy for word in each.text.split()]
    assert len(words) == 240
    misspelt = sum(word not in examples[0].text.split() for word in words)
    assert 0.1 < misspelt / (40 * 4) < 0.3
    assert words.count("12345678") == words.count("so-called") == 40


def test_readings_are_computed_once(monkeypatch):
    torch.manual_seed(0)
    network = CnnBiSru(CnnBiSruConfig(vocabulary_size=9, embedding_size=8, label_count=3)).eval()
    predictions = Predictions(network)
    first = predictions.logits([[2, 3], [4], [2, 3]])
    np.testing.assert_array_equal(first[0], first[2])
    monkeypatch.setattr(network, "forward", None)
    np.testing.assert_array_equal(predictions.logits([[4], [2, 3]]), first[[1, 0]])


def test_a_checkpoint_is_measured_without_training(whole):
    config = CnnBiSruConfig(vocabulary_size=len(whole.vocabulary), embedding_size=8, label_count=len(OUTPUTS))
    network = CnnBiSru(config).eval()
    checkpoint = Checkpoint(
        identity=Identity("small", "1", "abc"),
        config=config,
        tokenizer=whole,
        labels=default_labels(),
        weights=stored_weights(network),
        card="",
    )
    dev = [Example(f"happy friend {number} glad", (1,), f"dev:{number}") for number in range(5)]
    lines = measure_checkpoint(checkpoint, dev, {"mine": ["beleive zzz"]})
    assert [line["name"] for line in lines] == ["small", *(f"− {part.name}" for part in PARTS)]
    assert lines[0]["unknown"] == {"mine": 0.5}
    assert lines[-1]["unknown"] == {"mine": 1.0}
    assert all(0 <= score <= 1 for line in lines for score in line["scores"].values())
    assert "| small |" in table(lines)


def test_unknown_tokens_are_counted(tmp_path):
    assert unknown_rate(Tokenizer(Vocabulary(["a"])), ["a a zzz", "a"]) == 0.25
    assert unknown_rate(Tokenizer(Vocabulary(["a"])), [" "]) is None
    assert read_sets(tmp_path) == {name: [] for name in SETS}


def _line(name, seed, score):
    scores = {"Ekman": score, "28": score, "Ekman, badly": score, "28, badly": score}
    place = {"recipe": "whole", "seed": seed, "epochs": 1, "rows": 1234}
    return place | {"name": name, "unknown": dict.fromkeys(SETS, 0.0123), "scores": scores}


def test_parts_are_shown_as_differences_to_their_own_training():
    lines = [_line("whole", 1, 0.6), _line("− x", 1, 0.59), _line("whole", 2, 0.5), _line("− x", 2, 0.47)]
    whole, part = table(lines).splitlines()[2:]
    assert whole.startswith("| whole | 1,234 | 1.23% | ")
    assert "| 0.5500 ± 0.0707 |" in whole
    assert "| -0.0200 ± 0.0141 |" in part
