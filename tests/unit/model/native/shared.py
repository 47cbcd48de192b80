"""Real texts of the folder `shared`, where it is there."""

import gzip
import json
import os
from functools import cache
from itertools import islice
from pathlib import Path

import pytest


class SharedTexts:
    def __init__(self, folder):
        self.folder = folder

    def words(self, count):
        text = (self.folder / "glove" / "glove.6B.top100k.vocab.txt").read_text(encoding="utf-8")
        return text.split("\n")[:count]

    def all(self):
        for path in sorted(self.folder.rglob("*.jsonl.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    yield from _strings(json.loads(line))

    def sample(self, count):
        found = {}
        for path in sorted(self.folder.rglob("*.jsonl.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for _, line in zip(range(400), lines, strict=False):
                    found.update(dict.fromkeys(_strings(json.loads(line))))
        texts = list(found)
        return texts[:: max(1, len(texts) // count)]

    def batches(self, size):
        texts = self.all()
        return iter(lambda: list(islice(texts, size)), [])


def _strings(value):
    """Every text in a row, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


@cache
def shared_texts():
    root = os.environ.get("EMOTAG_SHARED") or Path(__file__).parents[5] / "shared"
    folder = Path(root) / "data"
    if not folder.is_dir():
        pytest.skip("needs the texts of the folder `shared`")
    return SharedTexts(folder)
