"""Print what it brings to read what was said just before: `python -m tests.benchmarks.context --data DATA`.

The same network learns to tag messages alone, and with the message before each of them in front, parted by a mark of its
own; on conversations of MELD and DailyDialog, and on agents' messages where the one before is at hand. Three seeds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import mean, stdev
from typing import NamedTuple

import numpy as np
import torch

from emotag_model.evaluation.document import table
from emotag_model.evaluation.encoded import EncodedExamples
from emotag_model.evaluation.predict import predict_logits
from emotag_model.labels import BASIC, BASIC_LABELS, HEADS, OUTPUTS
from emotag_model.text import Tokenizer, Vocabulary
from emotag_model.text.examples import Row, read_rows
from emotag_model.text.glove import WordVectors, load_glove
from emotag_model.training.words import build_vocabulary
from tests.benchmarks.ablation.training import train

MARK = "<before>"
_READ_BEFORE = 32  # tokens of the message before, its last ones
_NAMES = {"happiness": "joy", "no emotion": "neutral"}  # DailyDialog's
_FILES = {
    "MELD": ("text/meld/train.jsonl.gz", "text/meld/dev.jsonl.gz"),
    "DailyDialog": ("text/dailydialog/train.jsonl.gz", "text/dailydialog/validation.jsonl.gz"),
    "agents": ("agents/train.jsonl.gz", "agents/dev.jsonl.gz"),
}


class Turn(NamedTuple):
    """A message, the one before it, and the label that a reader gave."""

    before: str
    text: str
    label: str


def main() -> int:
    """Train on each data set with and without what was said before; print a line for each."""
    args = _arguments()
    torch.set_num_threads(1)
    vectors, rows = load_glove(args.data / "glove"), []
    for name in args.sets:
        learnt, held_out = (turns(args.data, file) for file in _FILES[name])
        learnt = Random(1).sample(learnt, min(args.messages, len(learnt)))
        for way in ("alone", "with the message before"):
            found = [_macro_f1(vectors, learnt, held_out, seed, args.epochs, way == "alone") for seed in args.seeds]
            spread = f" ± {stdev(found):.4f}" if len(found) > 1 else ""
            rows.append([name, way, f"{len(learnt):,}", f"{len(held_out):,}", f"{mean(found):.4f}{spread}"])
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    print(table(("data", "read", "learnt from", "dev", "macro-F1"), rows))
    return 0


def turns(folder: Path, file: str) -> list[Turn]:
    """Return the labelled messages of a file that are not the first of their conversation."""
    rows = list(read_rows(folder / file))
    known = _conversations(read_rows(path) for path in sorted((folder / "streams").glob("*.jsonl.gz")))
    before = known if file.startswith("agents") else _conversations([rows])
    return [
        Turn(before[key], row.text, label)
        for row in rows
        if (key := (_conversation(row), row.text)) in before and (label := _label(row))
    ]


def _conversations(files: Iterable[Iterable[Row]]) -> dict[tuple[str, str], str]:
    """Return the message before each message, by conversation and text; none for the first of a conversation."""
    before: dict[tuple[str, str], str] = {}
    for rows in files:
        last: dict[str, str] = {}
        for row in rows:
            conversation = _conversation(row)
            if conversation in last:
                before.setdefault((conversation, row.text), last[conversation])
            last[conversation] = row.text
    return before


def _conversation(row: Row) -> str:
    return str(row.fields.get("conversation_id", ""))


def _label(row: Row) -> str | None:
    names = row.fields.get("labels") or [row.fields.get("label")]
    name = _NAMES.get(names[0], names[0])
    return name if name in BASIC_LABELS else None


def _macro_f1(
    vectors: WordVectors, learnt: Sequence[Turn], held_out: Sequence[Turn], seed: int, epochs: int, alone: bool
) -> float:
    words = build_vocabulary([each.text for each in learnt], vectors, 20_000)
    tokenizer = Tokenizer(Vocabulary([*words.words[2:], MARK]), max_tokens=64)
    network = train(tokenizer, vectors, _encoded(learnt, tokenizer, alone), seed=seed, epochs=epochs)
    given = predict_logits(network, list(_ids(held_out, tokenizer, alone)))[:, HEADS[BASIC]].argmax(axis=1)
    true = np.array([BASIC_LABELS.index(each.label) for each in held_out])
    f1 = [2 * ((given == k) & (true == k)).sum() / max(1, (given == k).sum() + (true == k).sum()) for k in set(true)]
    return float(np.mean(f1))


def _encoded(found: Sequence[Turn], tokenizer: Tokenizer, alone: bool) -> EncodedExamples:
    truth = np.zeros((len(found), len(OUTPUTS)), np.float32)
    truth[np.arange(len(found)), [HEADS[BASIC].start + BASIC_LABELS.index(each.label) for each in found]] = 1
    return EncodedExamples(list(_ids(found, tokenizer, alone)), truth)


def _ids(found: Sequence[Turn], tokenizer: Tokenizer, alone: bool) -> Iterator[list[int]]:
    mark = tokenizer.vocabulary.index[MARK]
    for each in found:
        own = tokenizer.encode(each.text).ids or [1]
        yield own if alone else [*tokenizer.encode(each.before).ids[-_READ_BEFORE:], mark, *own]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.context", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder as `emotag train` takes it (required)")
    parser.add_argument("--sets", choices=_FILES, nargs="+", default=list(_FILES), help="(default: all)")
    parser.add_argument("--messages", type=int, default=30_000, help="to learn from, at most (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=4, help="(default: %(default)s)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="(default: 1 2 3)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
