"""No held-out text is ever trained on, and what is missing or changed is noticed."""

import gzip
import json

import pytest

from emotag_model.labels import OUTPUTS
from emotag_model.text import TextDataError
from emotag_model.text.examples import Example
from emotag_model.training.data import load as module
from emotag_model.training.data import load_data
from emotag_model.training.data.agents import written
from emotag_model.training.data.held_out import held_back
from emotag_model.training.data.normal_form import normal_form
from emotag_model.training.data.registry import REGISTRY
from emotag_model.training.errors import TrainingError
from emotag_model.training.material import Material
from tests.unit.model.training.data.miniature import SHARED, needs_shared, said, write_short_texts, write_split
from tests.unit.model.training.datafolder import write_rows


def read_rows(path):
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def add_to_train(folder, text):
    path = folder / "text" / "goemotions" / "train.jsonl.gz"
    write_rows(path, [*read_rows(path), {"text": text, "labels": ["joy"]}])


def test_everything_is_loaded(folder):
    data = load_data(folder)
    assert (len(data.train), len(data.dev), data.left_out) == (160, 60, 0)
    assert (len(data.agents), len(data.agents_dev), len(data.agents_said)) == (80, 40, 40)
    for example, message in zip(data.agents_dev, data.agents_said, strict=True):
        assert [OUTPUTS[label] for label in example.labels] == [f"basic/{message.label}"]
    assert data.vectors.size == 6


def test_dev_texts_are_left_out_of_training_in_any_spelling(folder):
    text = read_rows(folder / "text" / "goemotions" / "dev.jsonl.gz")[5]["text"]
    add_to_train(folder, text)
    add_to_train(folder, f"  {text.upper()} ".replace(" ", "  "))
    data = load_data(folder)
    assert (len(data.train), data.left_out) == (160, 2)


def test_test_texts_are_left_out_where_they_are_at_hand(folder):
    add_to_train(folder, "only in test")
    write_rows(folder / "text" / "goemotions" / "test.jsonl.gz", [{"text": "Only in test", "labels": ["joy"]}])
    data = load_data(folder)
    assert data.left_out == 1
    assert all("test" not in example.text for example in (*data.train, *data.dev))


def test_held_out_texts_of_other_data_sets_are_left_out_as_well(folder):
    write_split(folder, "meld", "dev", [said("You MUST be kidding", "surprise")])
    write_split(folder, "not_registered", "test", [{"text": "what a day"}])
    add_to_train(folder, "you must be  kidding")
    add_to_train(folder, "What a day")
    data = load_data(folder)
    assert (len(data.train), data.left_out) == (160, 2)


def test_agents_messages_that_are_held_out_are_left_out(folder):
    text = read_rows(folder / "agents" / "dev.jsonl.gz")[5]["text"]
    path = folder / "agents" / "train.jsonl.gz"
    write_rows(path, [*read_rows(path), said(text.upper(), "joy"), said(f"{text} indeed", "joy"), said("new", "joy")])
    data = load_data(folder)
    assert [each.text for each in data.agents[80:]] == ["new"]
    assert (data.left_out, data.agents_left_out) == (0, 2)


@pytest.mark.parametrize("name", ["text/goemotions", "agents"])
def test_a_training_split_that_is_held_out_as_a_whole_is_refused(folder, name):
    rows = read_rows(folder / name / "dev.jsonl.gz")
    write_rows(folder / name / "train.jsonl.gz", [{"text": row["text"], "labels": ["joy"]} for row in rows])
    with pytest.raises(TrainingError, match=f"{name}/train.jsonl.gz: each of its messages is held out, too"):
        load_data(folder)


@pytest.mark.parametrize("name", ["text/goemotions", "agents"])
def test_a_dev_split_of_one_message_is_refused(folder, name):
    path = folder / name / "dev.jsonl.gz"
    write_rows(path, read_rows(path)[:1])
    with pytest.raises(TrainingError, match=f"{name}/dev.jsonl.gz: messages: 1; .* give at least 2"):
        load_data(folder)


def test_what_we_read_and_wrote_comes_where_it_is_asked_for(folder):
    data = load_data(folder, readings=True)
    assert len(data.agents) == 80 + len(written())
    assert data.digest != load_data(folder).digest


def test_what_is_told_comes_with_the_texts_without_labels(folder, monkeypatch):
    told = ["when I lied to my mother", "when i lied to my mother!", "the day our dog ran away", "we sat in the dark"]
    taught = read_rows(folder / "text" / "goemotions" / "train.jsonl.gz")[7]["text"]
    texts = [*told, taught]
    monkeypatch.setattr(module, "told", lambda: [Example(text, (), f"told.txt:{text}") for text in texts])
    write_split(folder, "isear", "test", [said("When I lied to my mother.", "guilt"), said("the dog ran", "joy")])
    write_rows(folder / "agents" / "unlabelled.jsonl.gz", [{"text": "turn", "conversation_id": "c1"}])
    data = load_data(folder, unlabelled=["agents_unlabelled"], readings=True)
    assert [each.text for each in data.told] == told[2:]
    assert data.digest == load_data(folder, readings=True).digest, "what teachers learn from is the same"
    assert load_data(folder, unlabelled=["agents_unlabelled"]).told == load_data(folder, readings=True).told == []


def test_texts_of_conversations_that_are_held_out_are_left_out(folder):
    rows = [{"text": f"turn {row} of {name}", "conversation_id": name} for name in ("c1", "c2") for row in range(3)]
    write_rows(folder / "agents" / "unlabelled.jsonl.gz", rows)
    write_split(folder, "meld", "dev", [said("another turn", "joy", conversation_id="c2")])
    data = load_data(folder, unlabelled=["agents_unlabelled"])
    assert data.unlabelled == ["turn 0 of c1", "turn 1 of c1", "turn 2 of c1"]


def test_what_is_usual_is_of_recorded_conversations_also_where_it_has_labels(folder):
    taught = read_rows(folder / "text" / "goemotions" / "train.jsonl.gz")[7]["text"]
    write_short_texts(folder, redial=["no agent's"])
    kept = next(f"c{number}" for number in range(100) if not held_back(f"c{number}"))
    rows = [{"text": text, "conversation_id": kept} for text in (taught, "shall we begin", "shall we begin")]
    write_rows(folder / "streams" / "tau_bench_fewshot.jsonl.gz", rows)
    data = load_data(folder, unlabelled=["unlabelled:redial", "streams:tau_bench_fewshot"])
    assert data.unlabelled == ["no agent's", "shall we begin"]
    assert data.usual == [taught, "shall we begin"]
    assert load_data(folder).usual == []


def test_texts_without_labels_come_with_the_others(folder):
    write_split(folder, "xed_en", "all", [said("Oh my", "trust"), said("Only in dev", "joy")])
    write_split(folder, "dair_emotion", "val", [said("only in DEV", "joy")])
    taught = read_rows(folder / "text" / "goemotions" / "train.jsonl.gz")[7]["text"]
    write_short_texts(folder, sgd=["A table for two", "a table  for TWO", taught.upper()], redial=["not asked for"])
    data = load_data(folder, unlabelled=["xed_en", "unlabelled:sgd"])
    assert data.unlabelled == ["Oh my", "A table for two"]
    assert load_data(folder).unlabelled == []


def test_no_held_out_text_is_among_all_there_is(folder):
    dev = [row["text"] for row in read_rows(folder / "text" / "goemotions" / "dev.jsonl.gz")]
    write_short_texts(folder, sgd=[*dev, *map(str.upper, dev), "free"], redial=[" ".join(dev[0].split()) + " "])
    write_split(folder, "xed_en", "all", [said(text.title(), "joy") for text in dev])
    data = load_data(folder, unlabelled=["xed_en", "unlabelled:sgd", "unlabelled:redial"])
    assert data.unlabelled == ["free"]


def test_a_leak_that_slips_through_is_named(folder, monkeypatch):
    write_short_texts(folder, sgd=["fine", read_rows(folder / "text/goemotions/dev.jsonl.gz")[5]["text"].upper()])
    monkeypatch.setattr(module.HeldOut, "keep_out", lambda _, rows: list(rows))
    message = r"goemotions/dev\.jsonl\.gz:6: its text is trained on as well, by .*/short_text_en\.jsonl\.gz:2"
    with pytest.raises(TrainingError, match=message):
        load_data(folder, unlabelled=["unlabelled:sgd"])


def test_what_may_not_ship_needs_to_be_asked_for(folder):
    write_split(folder, "tec", "all", [said("hooray", "joy")])
    with pytest.raises(TrainingError, match="tec must not be in a checkpoint that ships, its licence being: NRC"):
        load_data(folder, unlabelled=["tec"])
    assert load_data(folder, unlabelled=["tec"], may_ship_only=False).unlabelled == ["hooray"]


def test_unknown_data_sets_are_named(folder):
    with pytest.raises(TrainingError, match="no data set is called 'sgd'"):
        load_data(folder, unlabelled=["sgd"])


@pytest.mark.parametrize("name", ["train", "dev"])
@pytest.mark.parametrize("data_set", ["text/goemotions", "agents"])
def test_a_missing_split_is_named(folder, data_set, name):
    (folder / data_set / f"{name}.jsonl.gz").unlink()
    with pytest.raises(TrainingError, match=rf"{data_set}/{name}\.jsonl\.gz: no such file; --data must name"):
        load_data(folder)


def test_a_bad_line_is_named(folder):
    write_rows(folder / "text" / "goemotions" / "dev.jsonl.gz", [{"text": "a", "labels": ["fun"]}])
    with pytest.raises(TextDataError, match=r"dev\.jsonl\.gz:1: labels has 'fun'"):
        load_data(folder)


def test_vectors_may_lie_elsewhere(folder, tmp_path):
    (folder / "glove").rename(tmp_path / "vectors")
    with pytest.raises(TextDataError, match="no such file"):
        load_data(folder)
    assert load_data(folder, tmp_path / "vectors").vectors.size == 6


def test_the_digest_changes_with_the_data(folder):
    before = load_data(folder).digest
    assert load_data(folder).digest == before
    add_to_train(folder, "one more")
    assert load_data(folder).digest != before


@pytest.mark.parametrize("name", ["train", "dev"])
def test_the_digest_changes_with_the_agents_messages(folder, name):
    before, path = load_data(folder).digest, folder / "agents" / f"{name}.jsonl.gz"
    first, *rows = read_rows(path)
    label = {"joy": "anger"}.get(first["labels"][0], "joy")
    write_rows(path, [first | {"labels": [label], "accept": [label]}, *rows])
    assert load_data(folder).digest != before


def test_the_digest_is_of_what_teachers_learn_from_and_not_of_what_they_are_asked(folder):
    write_short_texts(folder, sgd=["a", "b"], redial=["c"])
    names = (["unlabelled:sgd"], ["unlabelled:sgd", "unlabelled:redial"], ["unlabelled:redial"], [])
    data = [load_data(folder, unlabelled=each) for each in names]
    assert len({each.digest for each in data}) == 1
    assert len({Material(each).digest for each in data}) == 4


@needs_shared
def test_nothing_held_out_is_trained_on_of_the_real_data():
    """Compared here with the files as they are, by whatever is held out by their names."""
    names = ["goemotions", "xed_en", "emobank", "topicalchat", "streams:tau_bench_gpt4o_airline"]
    data = load_data(SHARED, unlabelled=names)
    trained = {normal_form(text) for text in (*(each.text for each in data.train), *data.unlabelled)}
    files = [path for path in (SHARED / "text").glob("*/*.jsonl.gz") if path.name.startswith(("dev", "val.", "valida"))]
    assert len(files) >= 9
    for path in files:
        assert not [row for row in read_rows(path) if normal_form(row["text"]) in trained], path
    assert data.left_out >= 89
    assert len(data.unlabelled) > 30_000
    assert all(REGISTRY[name].licence.may_ship for name in names)
