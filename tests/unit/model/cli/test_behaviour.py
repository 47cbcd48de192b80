"""`emotag behaviour` prints and writes the tables, is a gate when asked, and names what is wrong with its options."""

import pytest

from emotag_model.checkpoint import default_checkpoint
from emotag_model.cli import behaviour as command
from tests.unit.model.cli.typed import typed

ROWS = [
    {"text": "Thank you so much for all of your help!", "labels": ["gratitude"]},
    {"text": "I hate this so much, leave me alone.", "labels": ["anger"]},
    {"text": "The bus to the old town leaves at 8.", "labels": ["neutral"]},
]


run = typed(command, "behaviour")


def test_it_prints_the_tables_and_writes_the_same(tmp_path, capsys):
    report = tmp_path / "out.md"
    assert run("--report", report, "--failures", 1, "--min-pass", "0.1") == 0
    out = capsys.readouterr().out
    assert report.read_text(encoding="utf-8") == out
    assert out.startswith("emotag-base ")
    for words in ("| negation |", "| swaps: pronouns |", "| axis | group |", "Failures:"):
        assert words in out


def test_it_is_a_gate_when_asked(capsys):
    assert run("--failures", 0, "--min-pass", 1) == 1
    captured = capsys.readouterr()
    assert "below --min-pass 1.0" in captured.err
    assert "| negation |" in captured.out
    assert "Failures" not in captured.out


def test_deletion_prints_its_own_table(data_file, capsys):
    assert run("--deletion", "--data", data_file) == 0
    out = capsys.readouterr().out
    assert "| evidence - random |" in out
    assert "mean over 3 messages" in out
    assert "negation" not in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--failures", -1], "--failures is -1"),
        (["--min-pass", 1.5], "--min-pass is 1.5; it must lie between 0 and 1"),
        (["--deletion"], "--deletion and --data FILE go together"),
        (["--data", "x.jsonl"], "--deletion and --data FILE go together"),
        (["--deletion", "--data", "x.jsonl", "--min-pass", 0.5], "--min-pass is about the suite"),
        (["--deletion", "--data", "none.jsonl"], "none.jsonl: cannot be read"),
        (["--checkpoint", "none"], "none"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_printed(arguments, message, capsys):
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("emotag behaviour: error: ")
    assert message in captured.err
    assert captured.out == ""


def test_a_report_that_cannot_be_written_is_named(data_file, tmp_path, capsys):
    assert run("--deletion", "--data", data_file, "--report", tmp_path / "none" / "out.md") == 2
    assert "out.md: cannot be written" in capsys.readouterr().err


def test_data_with_short_messages_alone_is_refused(tmp_path, capsys):
    path = tmp_path / "short.jsonl"
    path.write_text('{"text": "hi", "labels": ["joy"]}\n')
    assert run("--deletion", "--data", path, "--checkpoint", default_checkpoint()) == 2
    assert "no message has 5 tokens" in capsys.readouterr().err


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        run("--help")
    out = capsys.readouterr().out
    assert "examples:" in out
    assert out.count("(default:") == 6
