"""Messages in the words of `basic` come from their files, from readings and from what was written, or are named."""

import csv
import json
import re
from collections import Counter

import pytest

from emotag_model.labels import BASIC_LABELS, OUTPUTS
from emotag_model.text import TextDataError
from emotag_model.text.examples import read_rows
from emotag_model.training.data import agents as module
from emotag_model.training.data.agents import DEV, TRAIN, agents_dev, agents_train, readings, told, written
from emotag_model.training.data.held_out import HeldOut, held_back
from emotag_model.training.data.normal_form import normal_form
from emotag_model.training.errors import TrainingError
from tests.unit.model.training.data.miniature import SHARED, needs_shared, said
from tests.unit.model.training.datafolder import write_rows

READ = {"streams/a.jsonl.gz": ["s1", "s2", "s3"], "text/b/train.jsonl.gz": ["t1"]}


@pytest.fixture
def folder(tmp_path):
    """Messages to train on, to choose by and that only readings are of."""
    write_rows(tmp_path / TRAIN, [said("I am thrilled", "joy"), said("No way, idiot", "anger", "disgust")])
    either = {"label": None, "accept": ["fear", "neutral"], "readers": [["fear"], ["neutral"]]}
    write_rows(tmp_path / DEV, [{"text": "Will it hold?", **either}])
    for file, ids in READ.items():
        write_rows(tmp_path / file, [{"id": each, "text": f"text of {each}", "labels": ["odd"]} for each in ids])
    return tmp_path


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """Readings of all but s2, and one message that we wrote."""
    rows = [("streams/a.jsonl.gz", "s3", "joy", ""), ("text/b/train.jsonl.gz", "t1", "sadness,fear", "sadness")]
    lines = ["file\tid\tlabels\tsecond_reader", *("\t".join(row) for row in rows), "streams/a.jsonl.gz\ts1\tneutral\t"]
    (tmp_path / "readings.tsv").write_text("\n".join(lines) + "\n")
    (tmp_path / "written.jsonl").write_text(json.dumps(said("Ugh, vile", "disgust", domain="town")) + "\n")
    monkeypatch.setattr(module, "_READINGS", tmp_path / "readings.tsv")
    monkeypatch.setattr(module, "_WRITTEN", tmp_path / "written.jsonl")


def shown(examples):
    return [(each.text, [OUTPUTS[label] for label in each.labels]) for each in examples]


def test_train_has_the_labels_of_its_reader(folder):
    found = agents_train(folder, ours=False)
    assert shown(found) == [("I am thrilled", ["basic/joy"]), ("No way, idiot", ["basic/anger", "basic/disgust"])]
    assert [each.place for each in found] == [f"{folder / TRAIN}:{line}" for line in (1, 2)]


def test_dev_has_what_either_reader_accepts(folder):
    assert shown(agents_dev(folder)) == [("Will it hold?", ["basic/fear", "basic/neutral"])]


def test_readings_and_what_was_written_come_behind(folder, ours):
    assert shown(agents_train(folder, ours=True))[2:] == [
        ("text of s1", ["basic/neutral"]),
        ("text of s3", ["basic/joy"]),
        ("text of t1", ["basic/sadness", "basic/fear"]),
        ("Ugh, vile", ["basic/disgust"]),
    ]


def test_a_reading_whose_file_is_not_at_hand_costs_nothing_else(folder, ours):
    whole = agents_train(folder, ours=True)
    (folder / "streams/a.jsonl.gz").unlink()
    assert agents_train(folder, ours=True) == [each for each in whole if not each.text.startswith("text of s")]


def test_a_reading_of_a_message_that_is_gone_costs_nothing_else(folder, ours):
    write_rows(folder / "streams/a.jsonl.gz", [{"id": "s1", "text": "text of s1"}])
    assert [each.text for each in agents_train(folder, ours=True)[2:]] == ["text of s1", "text of t1", "Ugh, vile"]


@pytest.mark.parametrize(("load", "file"), [(lambda folder: agents_train(folder, ours=True), TRAIN), (agents_dev, DEV)])
def test_a_missing_file_is_named(folder, load, file):
    (folder / file).unlink()
    with pytest.raises(TrainingError, match=rf"{file}: no such file; --data must name a folder with {file}"):
        load(folder)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["mirth"], "{key} has 'mirth'; known are anger, disgust, fear, joy, sadness, surprise, neutral"),
        (["joy", "basic/joy"], "{key} has 'basic/joy'"),
        ([["joy"]], r"{key} has \['joy'\]"),
        ([], r"{key} must be a list of at least one label, not \[\]"),
        ("joy", "{key} must be a list of at least one label, not 'joy'"),
        (None, "{key} must be a list of at least one label, not None"),
    ],
)
@pytest.mark.parametrize(
    ("load", "file", "key"),
    [(lambda folder: agents_train(folder, ours=False), TRAIN, "labels"), (agents_dev, DEV, "accept")],
)
def test_a_bad_label_is_named_with_file_and_line(folder, load, file, key, labels, message):
    write_rows(folder / file, [{"text": "fine", key: ["joy"]}, {"text": "bad", key: labels}])
    with pytest.raises(TextDataError, match=f"{file}:2: {message.replace('{key}', key)}"):
        load(folder)


def test_a_bad_label_of_ours_is_named(folder, ours):
    (folder / "written.jsonl").write_text(json.dumps(said("Hm", "curiosity")))
    with pytest.raises(TextDataError, match=r"written\.jsonl:1: labels has 'curiosity'"):
        agents_train(folder, ours=True)


def test_readings_are_of_known_labels_each_of_a_message_once():
    found = readings()
    assert len(found) > 2_000
    assert len({(each.file, each.id) for each in found}) == len(found)
    assert {label for each in found for label in each.labels} == {*BASIC_LABELS}
    assert all(len(set(each.labels)) == len(each.labels) for each in found)


def test_readings_hold_no_text():
    with module._READINGS.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file, delimiter="\t")
    assert head == ["file", "id", "labels", "second_reader"]
    assert {len(row) for row in rows} == {4}
    for file, name, labels, second in rows:
        assert re.fullmatch(r"(agents|streams|text)/[\w/]+\.jsonl\.gz", file)
        assert re.fullmatch(r"[\w-]{1,64}", name), "an id has no blanks"
        assert {*labels.split(","), *second.split(",")} <= {*BASIC_LABELS, ""}


def test_what_was_written_is_valid_and_each_text_once():
    found = written()
    assert len({normal_form(each.text) for each in found}) == len(found) > 1_000
    labels = Counter(OUTPUTS[label] for each in found for label in each.labels)
    assert labels.keys() == {f"basic/{label}" for label in BASIC_LABELS}
    assert min(labels.values()) > 100, "for what is rare among real messages"
    lines = module._WRITTEN.read_text(encoding="utf-8").splitlines()
    assert {tuple(json.loads(line)) for line in lines} == {("text", "labels", "domain")}


def test_what_is_told_has_no_label_and_each_text_once():
    found = told()
    assert len({normal_form(each.text) for each in found}) == len(found) > 1_000
    assert not any(each.labels for each in found)
    assert found[6].place.endswith("told.txt:7")
    assert not {normal_form(each.text) for each in found} & {normal_form(each.text) for each in written()}


@needs_shared
def test_real_messages_are_loaded():
    assert (len(agents_train(SHARED, ours=False)), len(agents_dev(SHARED))) == (4_452, 1_041)
    assert len(agents_train(SHARED, ours=True)) == 4_452 + len(readings()) + len(written())


@needs_shared
def test_no_reading_is_of_what_is_held_out_or_held_back():
    held_out = HeldOut.below(SHARED)
    for file in sorted({each.file for each in readings()}):
        read_of_it = {each.id for each in readings() if each.file == file}
        rows = [row.fields for row in read_rows(SHARED / file)]
        conversations = {str(row.get("conversation_id") or row["id"]) for row in rows if row["id"] in read_of_it}
        assert not conversations & held_out.conversations, file
        assert not (file.startswith("streams") and any(map(held_back, conversations))), file
