"""What is printed of unlabelled messages lines up, is safe on a terminal, and says what could not be read."""

import argparse
import json

import pytest

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.cli.evaluate_unlabelled import evaluate_unlabelled
from emotag_model.text import TextDataError


@pytest.fixture(scope="module")
def checkpoint():
    return Checkpoint.load(default_checkpoint())


@pytest.fixture
def show(checkpoint, tmp_path):
    def show(*files, **changes):
        paths = []
        for number, texts in enumerate(files):
            paths.append(tmp_path / f"chat{number}.jsonl")
            paths[-1].write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        options = {"taxonomy": "", "top": 3, "into": None, "json": False, **changes}
        return evaluate_unlabelled(checkpoint, argparse.Namespace(unlabelled=paths, **options))

    return show


def test_a_row_per_file_and_one_of_all(show, tmp_path):
    lines = show(["I am so happy!", "The file has 40 rows."], ["I hate this."]).splitlines()
    assert [line.split("  ")[0].strip() for line in lines[:4]] == [
        "tags carry",
        str(tmp_path / "chat0.jsonl"),
        str(tmp_path / "chat1.jsonl"),
        "all files",
    ]
    assert len({len(line) for line in lines[:4]}) == 1, "the columns do not line up"
    assert "most confident, all files:" in lines


def test_shares_are_in_percent(show):
    head, row = show(["I am so happy!", "The file has 40 rows.", "The table has two columns."]).splitlines()[:2]
    shares = dict(zip(head.split()[-7:], row.split()[-7:], strict=True))
    assert shares["neutral"] == "66.7%"
    assert shares["joy"] == "33.3%"


def test_a_long_hostile_message_stays_one_short_line(show):
    hostile = "I am so happy!\n\x1b[31m\r" + "happy " * 90
    (line,) = [line for line in show([hostile]).splitlines() if "I am so happy" in line]
    assert line.isprintable()
    assert line.endswith("…")
    assert len(line) < 175


def test_no_more_than_asked_for(show):
    texts = [f"I am so happy, number {number}!" for number in range(9)]
    assert sum("number" in line for line in show(texts, top=4).splitlines()) == 4
    assert sum("number" in line for line in show(texts, top=0).splitlines()) == 0


def test_json_has_a_survey_per_file(show):
    found = json.loads(show(["Thanks!"], ["No."], json=True, taxonomy="sentiment"))
    assert [each["messages"] for each in found] == [1, 1, 2]
    assert {each["taxonomy"] for each in found} == {"sentiment"}


def test_a_document_gets_names_without_folders(show, tmp_path):
    document = tmp_path / "model.md"
    document.write_text("<!-- emotag evaluate --unlabelled -->\n<!-- /emotag evaluate --unlabelled -->\n")
    show(["Thanks!"], ["No."], into=document)
    rows = [line.split(" | ")[0] for line in document.read_text().splitlines() if line.startswith("|")]
    assert "\n\nemotag-base " in document.read_text()
    assert rows == ["| tags carry", "| ---", "| chat0", "| chat1", "| all files"]


def test_a_bad_file_stops_it_before_anything_is_printed(show, tmp_path):
    with pytest.raises(TextDataError, match=r"chat1\.jsonl: no message shows anything to read"):
        show(["Thanks!"], ["\u200b"])
    with pytest.raises(TextDataError, match=r"chat0\.jsonl:1: text must be"):
        show([""])
