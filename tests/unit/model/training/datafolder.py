"""A data folder in small: messages whose words give their labels away, and vectors for the words."""

import gzip
import json

import numpy as np

from emotag_model.training.recipe import Recipe
from emotag_model.training.settings import TrainingSettings

SAID = {
    "joy": ("happy", "glad", "yay", "great"),
    "anger": ("angry", "furious", "hate", "damn"),
    "sadness": ("sad", "crying", "lonely", "miserable"),
    "neutral": ("table", "meeting", "report", "second"),
}
FILLERS = ("the", "is", "and", "i", "am", "so", "it", "was", "of", "to")
WORDS = (*FILLERS, *(word for words in SAID.values() for word in words), ".", "!")

TINY = {
    "epochs": 3,
    "batch_size": 16,
    "learning_rate": 0.02,
    "average_decay": 0.9,
    "glove_words": 20,
    "max_tokens": 16,
    "conv_channels": (8, 8),
    "sru_size": 8,
    "attention_heads": 2,
    "dropout": 0.1,
    "embedding_dropout": 0.1,
}

TINY_TOML = """
[settings]
epochs = 1
glove_words = 20
conv_channels = [8]
sru_size = 4
attention_heads = 1

[[teachers]]
kind = "cnn-bisru"
"""


def tiny_settings(**changes):
    return TrainingSettings(**{**TINY, **changes})


def tiny_recipe(*, teachers=(), **changes):
    return Recipe(name="goemotions", settings=tiny_settings(**changes), teachers=teachers)


def draw_message(random, row):
    label = list(SAID)[row % 4]
    words = [*random.choice(FILLERS, 4), *random.choice(SAID[label], 2), f"n{row}"]
    random.shuffle(words)
    return {"id": str(row), "text": " ".join(words), "labels": [label]}


def write_rows(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))


def write_data(folder, train=160, dev=60):
    random = np.random.default_rng(0)
    texts = folder / "text" / "goemotions"
    write_rows(texts / "train.jsonl.gz", [draw_message(random, row) for row in range(train)])
    write_rows(texts / "dev.jsonl.gz", [draw_message(random, row) for row in range(train, train + dev)])
    agents = folder / "agents"
    write_rows(agents / "train.jsonl.gz", [draw_message(random, row) for row in range(train + dev, train + dev + 80)])
    drawn = [draw_message(random, row) for row in range(train + dev + 80, train + dev + 120)]
    write_rows(
        agents / "dev.jsonl.gz",
        [
            {**row, "label": row["labels"][0], "accept": row["labels"], "part": "random", "source": "made"}
            for row in drawn
        ],
    )
    (folder / "glove").mkdir()
    np.save(folder / "glove" / "tiny.npy", random.standard_normal((len(WORDS), 6)).astype(np.float16))
    (folder / "glove" / "tiny.vocab.txt").write_text("".join(f"{word}\n" for word in WORDS))
    return folder


def interrupt():
    raise KeyboardInterrupt


class Watcher:
    """A progress that remembers, and can kill the run after an epoch or in the middle of one."""

    def __init__(self, *, die_in=None, die=None):
        self.started, self.ended, self.stages, self.messages = [], [], [], 0
        self.asked, self._asking = [], False
        self._die_in, self._die = die_in, die or interrupt

    def start_stage(self, words):
        self.stages.append(words)

    def start_epoch(self, epoch, messages):
        self.started.append((epoch, messages))
        self._batches = 0

    def start_asking(self, messages):
        self.asked.append([messages, 0])
        self._asking = True

    def end_asking(self):
        self._asking = False

    def advance(self, messages):
        if self._asking:
            self.asked[-1][1] += messages
            return
        self.messages += messages
        self._batches += 1
        if self._die_in == self.started[-1][0] and self._batches == 3:
            self._die()

    def end_epoch(self, figures):
        self.ended.append(figures)
