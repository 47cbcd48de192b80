"""Print what tags are worth on sources that nothing was learnt from: `python -m tests.benchmarks.sources --data DATA`.

Each source of agents' messages is left out in turn, with all that was read of it: the network and TF-IDF with logistic
regression learn from the bare labels of the others, of what was written for training, and of GoEmotions, and tag it.
A tag is the label with the highest logit; nothing is calibrated on what is left out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import mean

import numpy as np

from emotag_model.baselines.tfidf import TfIdf
from emotag_model.cli.training_progress import TrainingProgress
from emotag_model.evaluation.agent_messages import AgentFigures, AgentMessage, GivenTag, figures_of
from emotag_model.evaluation.document import table
from emotag_model.evaluation.encoded import truth_of
from emotag_model.labels import BASIC, BASIC_LABELS, HEADS, OUTPUTS
from emotag_model.text.examples import Example, read_rows
from emotag_model.training.data import TrainingData, load_data
from emotag_model.training.material import Material
from emotag_model.training.run import open_state
from emotag_model.training.settings import TrainingSettings
from emotag_model.training.student import train_student

_HEAD = ("source left out", "messages", "not neutral", "accuracy", "precision", "recall", "macro-F1")


def main() -> int:
    """Leave out source by source; print a line for each and model, and the means."""
    args = _arguments()
    data = load_data(args.data, readings=True)
    few = Random(1).sample(data.train, min(args.messages, len(data.train)))
    data, sources = replace(data, train=few), sources_of(args.data, data.agents)
    names = [name for name in dict.fromkeys(sources) if name and name not in {"goemotions", "topicalchat"}]
    found: dict[str, list[AgentFigures]] = {"CNN-BiSRU": [], "TF-IDF": []}
    rows = []
    for name in names:
        for model, figures in leave_out(name, data, sources, args.epochs, args.seed).items():
            found[model].append(figures)
            rows.append([f"{name}, {model}", *_cells(figures)])
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    rows += [[f"mean, {model}", "", "", *_means(each)] for model, each in found.items()]
    print(table(_HEAD, rows))
    return 0


def leave_out(name: str, data: TrainingData, sources: Sequence[str], epochs: int, seed: int) -> dict[str, AgentFigures]:
    """Return what each model makes of a source that it has not seen."""
    kept = [each for each, source in zip(data.agents, sources, strict=True) if source != name]
    left = [each for each, source in zip(data.agents, sources, strict=True) if source == name]
    known, texts = replace(data, agents=kept), [each.text for each in left]
    labelled = [*known.train, *kept]
    classical = TfIdf.fit([each.text for each in labelled], truth_of(labelled, len(OUTPUTS)))
    logits = {"CNN-BiSRU": _network_logits(known, texts, epochs, seed), "TF-IDF": classical.logits(texts)}
    return {
        model: figures_of([_message(each) for each in left], _tags(each_logits))
        for model, each_logits in logits.items()
    }


def sources_of(folder: Path, examples: Sequence[Example]) -> list[str]:
    """Return which source each message is of; "" for what was written for training."""
    places: dict[str, str] = {}
    for path in {Path(each.place.rpartition(":")[0]) for each in examples}:
        if path.is_relative_to(folder):
            source = path.parent.name if "text" in path.parts else path.name.partition(".")[0]
            places |= {row.place: str(row.fields.get("source", source)) for row in read_rows(path)}
    return [places.get(each.place, "") for each in examples]


def _network_logits(data: TrainingData, texts: Sequence[str], epochs: int, seed: int) -> np.ndarray:
    settings = TrainingSettings(
        epochs=epochs, seed=seed, batch_size=128, learning_rate=2e-3, train_tokens=96, glove_words=39_000
    )
    with tempfile.TemporaryDirectory() as folder, TrainingProgress(data) as progress:
        state = open_state(Path(folder), settings, data.digest, resume=False)
        student = train_student(Material(data, agents_repeated=2), settings, state, Path(folder), progress)
    return student.logits(texts)


def _message(example: Example) -> AgentMessage:
    labels = [OUTPUTS[label].removeprefix(f"{BASIC}/") for label in example.labels]
    return AgentMessage(labels[0], frozenset(labels), "", "")


def _tags(logits: np.ndarray) -> list[GivenTag]:
    return [GivenTag(BASIC_LABELS[column], 1.0) for column in logits[:, HEADS[BASIC]].argmax(axis=1)]


def _cells(each: AgentFigures) -> list[str]:
    rates = (each.accuracy, each.precision, each.recall, each.macro_f1)
    return [str(each.messages), str(each.meant), *("-" if rate is None else f"{rate:.3f}" for rate in rates)]


def _means(found: Sequence[AgentFigures]) -> list[str]:
    columns = zip(*((each.accuracy, each.precision, each.recall, each.macro_f1) for each in found), strict=True)
    return [f"{mean(rate for rate in column if rate is not None):.3f}" for column in columns]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sources", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder as `emotag train` takes it (required)")
    parser.add_argument(
        "--messages", type=int, default=15_000, help="of GoEmotions to learn from (default: %(default)s)"
    )
    parser.add_argument("--epochs", type=int, default=4, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
