"""What is written is read back as the same tallies, and a file of other messages or labels is refused by line."""

import json

import numpy as np
import pytest

from emotag_model.evaluation.headline import MACRO
from emotag_model.evaluation.outcome import taxonomy_outcome
from emotag_model.evaluation.predictions import read_tallies, write_predictions
from emotag_model.labels import OUTPUTS, default_labels
from emotag_model.text import TextDataError
from emotag_model.text.examples import Example

EXAMPLES = [Example(f"message {row} ☂", (row,), f"data:{row + 1}") for row in range(6)]


@pytest.fixture
def outcomes():
    random = np.random.default_rng(0)
    truth = np.eye(len(OUTPUTS), dtype=np.float32)[:6]
    logits = random.standard_normal(truth.shape).astype(np.float32) * 2
    taxonomies = (default_labels().taxonomy(name) for name in ("ekman", "goemotions", "sentiment"))
    return [taxonomy_outcome(each, logits, truth, MACRO) for each in taxonomies]


@pytest.fixture
def path(tmp_path, outcomes):
    write_predictions(tmp_path / "p.jsonl", EXAMPLES, outcomes)
    return tmp_path / "p.jsonl"


def test_there_and_back(path, outcomes):
    found = read_tallies(path, EXAMPLES, outcomes)
    for tally, outcome in zip(found, outcomes, strict=True):
        np.testing.assert_array_equal(tally, outcome.tally)


def test_a_line_is_for_any_program_to_write(path, outcomes):
    row = json.loads(path.read_text().splitlines()[2])
    assert row["text"] == "message 2 ☂"
    assert row["given"] == {each.name: each.names(2) for each in outcomes}


def change(path, line, row):
    lines = path.read_text().splitlines()
    lines[line] = json.dumps(row)
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "another"}, r"p\.jsonl:3: text is not that of data:3"),
        ({"text": EXAMPLES[2].text}, r"p\.jsonl:3: given must be an object with 'ekman'"),
        ({"text": EXAMPLES[2].text, "given": ["joy"]}, r"p\.jsonl:3: given must be an object with 'ekman'"),
        ({"text": EXAMPLES[2].text, "given": {"ekman": "joy"}}, r"p\.jsonl:3: given must be an object"),
        ({"text": EXAMPLES[2].text, "given": {"ekman": ["fun"]}}, r"p\.jsonl:3: given has 'fun'; 'ekman' has anger, "),
        ({"text": EXAMPLES[2].text, "given": {"ekman": [["joy"]]}}, r"p\.jsonl:3: given has \['joy'\]"),
        ({"text": EXAMPLES[2].text, "given": {"ekman": ["joy"]}}, r"p\.jsonl:3: .* with 'goemotions'"),
        ({"given": {}}, r"p\.jsonl:3: text must be"),
    ],
)
def test_a_bad_line_is_named(path, outcomes, row, message):
    change(path, 2, row)
    with pytest.raises(TextDataError, match=message):
        read_tallies(path, EXAMPLES, outcomes)


def test_more_or_fewer_lines(path, outcomes):
    with pytest.raises(TextDataError, match="has 6 lines for 5 messages; predict the same --data"):
        read_tallies(path, EXAMPLES[:5], outcomes)
