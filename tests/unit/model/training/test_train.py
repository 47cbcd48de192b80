"""A run ends in a checkpoint that works, whenever and however often it was killed."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from emotag_model.checkpoint import Checkpoint
from emotag_model.evaluation.agent_report import agent_tables
from emotag_model.evaluation.encoded import encode_examples
from emotag_model.evaluation.evaluate import evaluate
from emotag_model.evaluation.headline import MACRO
from emotag_model.evaluation.outcome import taxonomy_outcome
from emotag_model.evaluation.predict import predict_logits
from emotag_model.labels import OUTPUTS
from emotag_model.text import TextDataError
from emotag_model.text.examples import Example
from emotag_model.training import run as module
from emotag_model.training.data import load_data
from emotag_model.training.errors import TrainingError
from emotag_model.training.train import train
from tests.unit.model.training.datafolder import Watcher, tiny_recipe, tiny_settings, write_data


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One run that is long enough to learn: its data, folder, checkpoint and what was told of it."""
    place, watcher = tmp_path_factory.mktemp("trained"), Watcher()
    data = load_data(write_data(place / "data"))
    recipe = tiny_recipe(epochs=8, learning_rate=0.05)
    return SimpleNamespace(
        data=data, out=place / "out", watcher=watcher, checkpoint=train(data, place / "out", recipe, watcher)
    )


def test_the_checkpoint_tags_what_it_learned(trained):
    checkpoint = Checkpoint.load(trained.out)
    assert checkpoint.identity == trained.checkpoint.identity
    for examples, taxonomy in ((trained.data.dev, "ekman"), (trained.data.agents_dev, "basic")):
        report = evaluate(checkpoint, examples)[0]
        assert report.taxonomy == taxonomy
        f1 = {row.label: row.f1 for row in report.labels}
        assert min(f1[label] for label in ("joy", "anger", "sadness", "neutral")) > 0.7
        assert report.accuracy > 0.8


def test_progress_is_told(trained):
    watcher = trained.watcher
    assert watcher.started == [(epoch, 240) for epoch in range(1, len(watcher.ended) + 1)]
    assert watcher.messages == 240 * len(watcher.ended)
    assert [figures.epoch for figures in watcher.ended] == list(range(1, len(watcher.ended) + 1))


def test_the_card_tells_the_figures_of_the_checkpoint(trained):
    checkpoint, data = trained.checkpoint, trained.data
    reports = [*evaluate(checkpoint, data.agents_dev), *evaluate(checkpoint, data.dev)]
    assert [report.taxonomy for report in reports] == list(checkpoint.labels.taxonomies)
    for report in reports:
        row = next(line for line in trained.checkpoint.card.splitlines() if line.startswith(f"| {report.taxonomy} "))
        assert f"({len(report.labels)}) | {report.macro_f1:.4f} [" in row
        assert f"] | {report.micro_f1:.4f} |" in row


def test_the_card_tells_what_readers_of_agents_messages_say(trained):
    checkpoint, data = trained.checkpoint, trained.data
    encoded = encode_examples(data.agents_dev, checkpoint.tokenizer, len(OUTPUTS))
    logits = predict_logits(checkpoint.network(), encoded.ids)
    outcome = taxonomy_outcome(checkpoint.labels.taxonomy("basic"), logits, encoded.truth, MACRO)
    assert agent_tables(data.agents_said, outcome) in checkpoint.card
    assert "| random | 40 |" in checkpoint.card
    assert "whoever put them there knows, and this card does not" in checkpoint.card


def test_the_card_tells_how_it_behaves(trained):
    assert "## Behaviour and fairness\n\n" in trained.checkpoint.card
    assert "negation" in trained.checkpoint.card


def test_plots_are_drawn(trained):
    assert {"curves.png", "confusion-ekman.png", "reliability-goemotions.png"} <= {
        path.name for path in (trained.out / "run").iterdir()
    }


def test_metrics_are_kept(trained):
    rows = [json.loads(line) for line in (trained.out / "run" / "metrics.jsonl").read_text().splitlines()]
    assert [row["ekman_macro_f1"] for row in rows] == [figures.ekman_macro_f1 for figures in trained.watcher.ended]


def same_weights(first, second):
    return all(np.array_equal(each, second.weights[name]) for name, each in first.weights.items())


def test_the_same_seed_gives_the_same_checkpoint(data, tmp_path):
    first, second = (train(data, tmp_path / name, tiny_recipe(), Watcher()) for name in ("a", "b"))
    assert first.identity == second.identity
    other = train(data, tmp_path / "c", tiny_recipe(seed=2), Watcher())
    assert not same_weights(first, other)


@pytest.mark.parametrize("epoch", [1, 3])
def test_an_interrupted_run_ends_as_if_it_had_not_been(data, tmp_path, epoch):
    whole = train(data, tmp_path / "whole", tiny_recipe(), Watcher())
    with pytest.raises(KeyboardInterrupt):
        train(data, tmp_path / "killed", tiny_recipe(), Watcher(die_in=epoch))
    watcher = Watcher()
    resumed = train(data, tmp_path / "killed", tiny_recipe(), watcher, resume=epoch > 1)
    assert [started for started, _ in watcher.started] == list(range(epoch, 4))
    assert resumed.identity == whole.identity
    metrics = [(tmp_path / name / "run" / "metrics.jsonl").read_bytes() for name in ("whole", "killed")]
    assert metrics[0] == metrics[1]


KILLED = """
import functools, os, signal, sys
from pathlib import Path
from emotag_model.training.train import train
from emotag_model.training.data import load_data
from tests.unit.model.training.datafolder import Watcher, tiny_recipe
kill = functools.partial(os.kill, os.getpid(), signal.SIGKILL)
train(load_data(Path(sys.argv[1])), Path(sys.argv[2]), tiny_recipe(), Watcher(die_in=2, die=kill))
"""


def test_a_process_killed_without_warning_is_resumed_by_another(folder, data, tmp_path):
    words = [sys.executable, "-c", KILLED, str(folder), str(tmp_path / "killed")]
    done = subprocess.run(words, cwd=Path(__file__).parents[4], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    resumed = train(data, tmp_path / "killed", tiny_recipe(), Watcher(), resume=True)
    assert resumed.identity == train(data, tmp_path / "whole", tiny_recipe(), Watcher()).identity


def test_resuming_what_is_done_writes_the_same_checkpoint(data, tmp_path):
    whole = train(data, tmp_path / "out", tiny_recipe(), Watcher())
    (tmp_path / "out" / "labels.json").unlink()
    watcher = Watcher()
    assert train(data, tmp_path / "out", tiny_recipe(), watcher, resume=True).identity == whole.identity
    assert watcher.started == []


def test_it_stops_when_dev_stops_improving_and_keeps_the_best(data, tmp_path, monkeypatch):
    scores = iter([0.1, 0.5, 0.4, 0.3, 0.9])

    def figures(self, epoch, loss):
        weights.append(self._trainer.average.network.classifier.bias.clone())
        return module.EpochFigures(epoch, loss, score := next(scores), score, score)

    weights = []
    monkeypatch.setattr(module.Run, "_figures", figures)
    watcher = Watcher()
    checkpoint = train(data, tmp_path / "out", tiny_recipe(epochs=9, patience=2), watcher)
    assert [ended.epoch for ended in watcher.ended] == [1, 2, 3, 4]
    assert np.array_equal(checkpoint.weights["classifier.bias"], weights[1])
    assert "4 epochs of at most 9, the best being epoch 2" in checkpoint.card


def test_a_cycle_of_the_learning_rate_is_a_run_of_its_own_length(data, tmp_path):
    train(data, tmp_path / "once", tiny_recipe(epochs=1), once := Watcher())
    train(data, tmp_path / "again", tiny_recipe(epochs=2, cycle_epochs=1), again := Watcher())
    train(data, tmp_path / "whole", tiny_recipe(epochs=2), whole := Watcher())
    assert again.ended[:1] == once.ended
    assert again.ended[1] != whole.ended[1]


def test_a_run_is_never_overwritten_by_accident(data, tmp_path):
    train(data, tmp_path / "out", tiny_recipe(epochs=1), Watcher())
    with pytest.raises(TrainingError, match="holds a run already; add --resume"):
        train(data, tmp_path / "out", tiny_recipe(epochs=1), Watcher())
    with pytest.raises(TrainingError, match="other settings: epochs 1 → 2"):
        train(data, tmp_path / "out", tiny_recipe(epochs=2), Watcher(), resume=True)
    with pytest.raises(TrainingError, match="no run to resume"):
        train(data, tmp_path / "new", tiny_recipe(), Watcher(), resume=True)


@pytest.mark.parametrize("part", ["train", "agents", "dev", "agents_dev"])
def test_a_text_that_shows_nothing_is_refused_before_teachers_are_trained(data, tmp_path, part):
    bad = replace(data, **{part: [*getattr(data, part), Example("\u200b", (0,), "some.jsonl.gz:7")]})
    recipe = tiny_recipe(teachers=(tiny_settings(),))
    with pytest.raises(TextDataError, match=r"some\.jsonl\.gz:7: text shows nothing"):
        train(bad, tmp_path / "out", recipe, watcher := Watcher())
    assert watcher.stages == []


def test_sizes_that_do_not_fit_are_named(data, tmp_path):
    with pytest.raises(TrainingError, match="the network cannot be built: attention_heads must divide"):
        train(data, tmp_path / "out", tiny_recipe(attention_heads=5), Watcher())
