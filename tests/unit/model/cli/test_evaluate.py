"""`emotag evaluate` prints what an evaluation finds, and names the file and line of what it cannot read."""

import json

import pytest

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.cli import evaluate as command
from emotag_model.evaluation.evaluate import evaluate
from emotag_model.labels import FINE_LABELS
from emotag_model.text.examples import load_examples
from tests.unit.model.cli.typed import typed

ROWS = [
    {"text": "Thank you so much!", "labels": ["gratitude"]},
    {"text": "I hate this so much.", "labels": ["anger"]},
    {"text": "The bus leaves at 8.", "labels": ["neutral"]},
]


run = typed(command, "evaluate")


def test_json_holds_every_figure(data_file, capsys):
    assert run("--data", data_file, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    checkpoint = Checkpoint.load(default_checkpoint())
    reports = evaluate(checkpoint, load_examples(data_file, FINE_LABELS))
    for each, report in zip(found["taxonomies"], reports, strict=True):
        assert each.items() >= json.loads(json.dumps(report.to_dict())).items()
        assert each["headline"] == "macro-F1"
        assert each["intervals"]["macro-F1"]["value"] == pytest.approx(report.macro_f1)
        assert each["differences"] == {}
    assert found["model"]["digest"] == checkpoint.identity.digest
    assert (found["label_set"], found["left_out"]) == ("goemotions", {})


def test_text_is_for_people(data_file, capsys):
    assert run("--data", data_file) == 0
    out = capsys.readouterr().out
    for words in (
        "emotag-base",
        "ekman: 7 labels, 3 messages",
        "goemotions: 28 labels",
        "labels: goemotions",
        "macro-F1, 95 % interval: ",
        "gratitude",
        "macro-F1",
        "15 equal bins",
    ):
        assert words in out


def test_a_reader_that_goes_away_is_no_failure_of_a_file(data_file, monkeypatch):
    """`emotag evaluate … | head`; the command line ends quietly on a broken pipe."""

    def gone(*_):
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("builtins.print", gone)
    with pytest.raises(BrokenPipeError):
        run("--data", data_file, "--resamples", "0")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", ":4: not JSON"),
        ('{"text": "a", "labels": ["fun"]}', ":4: labels has 'fun'"),
        ('{"text": "\\u200b", "labels": ["joy"]}', ":4: text shows nothing"),
        ('{"labels": ["joy"]}', ":4: text must be"),
    ],
)
def test_a_bad_line_is_named(data_file, capsys, line, message):
    with data_file.open("a") as file:
        file.write(line + "\n")
    assert run("--data", data_file) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"emotag evaluate: error: {data_file}{message}")
    assert captured.out == ""


def test_a_missing_file_and_a_folder_that_is_no_checkpoint(data_file, tmp_path, capsys):
    assert run("--data", tmp_path / "none.jsonl") == 2
    assert "none.jsonl: cannot be read" in capsys.readouterr().err
    assert run("--data", data_file, "--checkpoint", tmp_path) == 2
    assert "not an emotag checkpoint" in capsys.readouterr().err


@pytest.mark.parametrize("given", [("--report", "r.html"), ("--label-set", "meld"), ("--predictions-out", "p.jsonl")])
def test_what_a_survey_does_not_do_is_refused(data_file, capsys, given):
    assert run("--unlabelled", data_file, *given) == 2
    assert f"{given[0]} is of --data, which is not given" in capsys.readouterr().err


@pytest.mark.parametrize("given", [("--taxonomy", "ekman"), ("--into", "page.md")])
def test_what_only_a_survey_does_is_refused(data_file, capsys, given):
    assert run("--data", data_file, *given) == 2
    assert f"{given[0]} is of --unlabelled, which is not given" in capsys.readouterr().err


def test_a_full_disk_has_no_name(data_file, capsys):
    assert run("--data", data_file, "--resamples", "0", "--predictions-out", "/dev/full") == 1
    assert "a file: cannot be read or written (No space left on device)" in capsys.readouterr().err


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        run("--help")
    out = capsys.readouterr().out
    assert "example:" in out
    assert out.replace("\n", " ").count("(default:") >= 12


@pytest.fixture
def meld_file(tmp_path):
    rows = [("Oh my God!", "surprise"), ("I'm so sorry.", "sadness"), ("Okay.", "neutral"), ("Ugh.", "disgust")]
    path = tmp_path / "meld.jsonl"
    path.write_text("".join(json.dumps({"text": text, "labels": [label]}) + "\n" for text, label in rows))
    return path


def test_labels_of_another_data_set(meld_file, capsys):
    assert run("--data", meld_file, "--label-set", "meld") == 0
    out = capsys.readouterr().out
    for words in (
        "labels: meld, Ekman's 7 as in MELD",
        "meld: 7 labels, 4 messages",
        "weighted-F1, 95 % interval: ",
        "Zero-shot: a label's evidence",
    ):
        assert words in out


def test_labels_that_may_be_of_several_data_sets(meld_file, capsys):
    assert run("--data", meld_file) == 0
    out = capsys.readouterr().out
    assert "labels: basic, seven words" in out
    assert "guessed, --label-set could also be meld" in out
    assert "Zero-shot" not in out


def test_a_label_set_by_name_and_what_it_leaves_out(tmp_path, capsys):
    path = tmp_path / "tweets.jsonl"
    rows = [{"text": "so bored", "labels": ["boredom"]}, {"text": "yay", "labels": ["fun"]}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run("--data", path, "--label-set", "crowdflower") == 0
    out = capsys.readouterr().out
    assert "left out: 1 messages without a label that is scored: 1 'boredom'" in out
    assert "guessed" not in out
    assert run("--data", path, "--label-set", "crowdflower", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["label_set"], found["left_out"]) == ("crowdflower", {"boredom": 1})
    assert run("--data", path, "--label-set", "moods") == 2
    assert "--label-set 'moods' is unknown; use one of goemotions, basic, meld" in capsys.readouterr().err


def test_against_another_checkpoint_and_its_predictions(data_file, tmp_path, capsys):
    assert run("--data", data_file, "--predictions-out", tmp_path / "p.jsonl", "--resamples", 50) == 0
    assert len((tmp_path / "p.jsonl").read_text().splitlines()) == 3
    capsys.readouterr()
    found = []
    for option, value in (("--against", default_checkpoint()), ("--against-predictions", tmp_path / "p.jsonl")):
        assert run("--data", data_file, option, value, "--resamples", 50, "--json") == 0
        found.append(json.loads(capsys.readouterr().out)["taxonomies"])
    assert found[0] == found[1]
    for each in found[0]:
        assert each["differences"]["macro-F1"] == {"value": 0, "low": 0, "high": 0, "better": 0}
    assert run("--data", data_file, "--against", default_checkpoint(), "--resamples", 50) == 0
    assert f"differences are to {default_checkpoint()}, paired" in capsys.readouterr().out


def test_a_report_for_people(data_file, tmp_path, capsys):
    assert run("--data", data_file, "--report", tmp_path / "r.html", "--resamples", 20) == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<h2>goemotions</h2>" in page
    assert "<h1>emotag-base " in page
    assert "ekman: 7 labels" in capsys.readouterr().out


def test_a_survey_of_texts_without_labels(tmp_path, capsys):
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text('{"text": "I am so happy!"}\n{"text": "\\u200b"}\n')
    second.write_text('{"text": "I hate this\\nso much."}\n')
    assert run("--unlabelled", first, second, "--top", 1) == 0
    out = capsys.readouterr().out
    for words in (str(first), str(second), "all files", "(1 show nothing, left out)", "joy:", "I am so happy!"):
        assert words in out
    assert "I hate this so much." in out
    assert run("--unlabelled", first, "--json", "--taxonomy", "sentiment") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["messages"], found["unreadable"], found["shares"]["positive"]) == (1, 1, 1.0)


def test_a_survey_of_nothing(tmp_path, capsys):
    (tmp_path / "a.jsonl").write_text('{"text": "\\u200b"}\n')
    assert run("--unlabelled", tmp_path / "a.jsonl") == 2
    assert "no message shows anything to read" in capsys.readouterr().err
    assert run("--unlabelled", tmp_path / "a.jsonl", "--taxonomy", "moods") == 2
    assert "'moods' is unknown" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--resamples", "-1"], "must not be negative"),
        (["--against", "a", "--against-predictions", "b"], "give one"),
        (["--against", "a", "--resamples", "0"], "a comparison needs resamples"),
        (["--report", "r.pdf"], "must end in .html"),
    ],
)
def test_options_that_contradict(data_file, capsys, options, message):
    assert run("--data", data_file, *options) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("emotag evaluate: error: ")
    assert message in captured.err
    assert captured.out == ""


def test_a_file_that_cannot_be_written(data_file, tmp_path, capsys):
    target = tmp_path / "nowhere" / "p.jsonl"
    assert run("--data", data_file, "--predictions-out", target) == 1
    assert f"{target}: cannot be read or written" in capsys.readouterr().err


def test_labelled_and_unlabelled_are_two_commands(data_file, capsys):
    with pytest.raises(SystemExit):
        run("--data", data_file, "--unlabelled", data_file)
    with pytest.raises(SystemExit):
        run()
    assert "one of the arguments --data --unlabelled --label-sets is required" in capsys.readouterr().err


def test_the_label_sets_are_listed(capsys):
    assert run("--label-sets") == 0
    out = capsys.readouterr().out
    assert "| `emocontext` | EmoContext, SemEval-2019 task 3" in out
    assert "angry ← anger, annoyance, disapproval, disgust" in out


def test_a_survey_goes_into_a_document(tmp_path, capsys):
    source, document = tmp_path / "chat.jsonl", tmp_path / "model.md"
    source.write_text('{"text": "I am so happy!"}\n')
    assert run("--unlabelled", source, "--into", document) == 1
    document.write_text("")
    assert run("--unlabelled", source, "--into", document) == 2
    assert "needs a line <!-- emotag evaluate --unlabelled -->" in capsys.readouterr().err
    document.write_text("<!-- emotag evaluate --unlabelled -->\n<!-- /emotag evaluate --unlabelled -->\n")
    assert run("--unlabelled", source, "--into", document) == 0
    row = next(line for line in document.read_text().splitlines() if line.startswith("| chat"))
    assert [cell.strip() for cell in row.split("|")][2:5] == ["1", "0.0%", "0.0%"]
