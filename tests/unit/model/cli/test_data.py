"""`emotag data` lists what there is and checks what is at hand; its exit code says whether that is whole."""

import io
import json

import pytest

from emotag_model.cli import data as command
from emotag_model.training.data.registry import REGISTRY
from tests.unit.model.cli.typed import typed
from tests.unit.model.training.data.miniature import SHARED, needs_shared, said, write_split

run = typed(command, "data")


def write_whole(folder):
    """Write as many rows as are registered of a small data set, and 5 % of dev in train."""
    train = [said(f"text {row}", "joy") for row in range(900)]
    dev = [said(f"Text {row}" if row < 5 else f"other {row}", "fear") for row in range(100)]
    write_split(folder, "isear_deepmoji_split", "train", train)
    write_split(folder, "isear_deepmoji_split", "val", dev)
    return folder


def test_list_has_a_line_for_every_data_set(capsys):
    assert run("list") == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["name", "rows", "licence"]
    assert [line.split()[0] for line in lines] == list(REGISTRY)


def test_list_as_json_has_the_meanings(capsys):
    assert run("list", "--json") == 0
    found = {each["name"]: each for each in json.loads(capsys.readouterr().out)["data_sets"]}
    assert set(found) == set(REGISTRY)
    assert found["emocontext"]["labels"]["angry"] == {"ekman": "anger", "goemotions": "anger"}
    assert found["meld"]["file"] == "text/meld/{split}.jsonl.gz"


def test_data_without_problems_exits_0(tmp_path, capsys):
    assert run("check", write_whole(tmp_path)) == 0
    out, err = capsys.readouterr()
    assert "val in train                     exact  0.00 %  same  5.00 %" in out
    assert "labels differ 100.0 %" in out
    assert "test             test  missing; 6,480 rows are registered" in out
    assert "  meld: get it at https://github.com/declare-lab/MELD" in out
    assert out.endswith("1 data set, no problems\n")
    assert err == ""


def test_data_with_problems_exits_1_and_names_them(tmp_path, capsys):
    path = write_split(write_whole(tmp_path), "isear_deepmoji_split", "train", [said("a", "glee"), {"text": 3}])
    assert run("check", tmp_path / "text") == 1
    out = capsys.readouterr().out
    for problem in (f"{path}:2: text must be", f"{path}: 2 rows; 900 are registered", "label 'glee' in 1 rows"):
        assert f"  problem: {path}" in out
        assert problem in out
    assert out.endswith("1 data set, 3 problems\n")


def test_a_missing_split_is_told_with_where_to_get_it(tmp_path, capsys):
    (write_whole(tmp_path) / "text" / "isear_deepmoji_split" / "val.jsonl.gz").unlink()
    assert run("check", tmp_path / "text" / "isear_deepmoji_split") == 1
    assert "val.jsonl.gz: no such file; get it at https://github.com/bfelbo/DeepMoji" in capsys.readouterr().out


def test_labels_that_are_nowhere_to_download_are_told(tmp_path, capsys):
    assert run("check", write_whole(tmp_path)) == 0
    [agents] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  agents:")]
    assert "label messages of your own in the words of basic" in agents


def test_json_holds_what_text_does(tmp_path, capsys):
    assert run("check", write_whole(tmp_path), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    [data_set] = found["data_sets"]
    assert found["problems"] == 0
    assert data_set["overlaps_percent"][0]["normalised"] == 5.0
    assert {each["name"] for each in found["absent"]} == set(REGISTRY) - {"isear_deepmoji_split"}


def test_what_is_no_data_exits_2(tmp_path, capsys):
    assert run("check", tmp_path / "none") == 2
    assert capsys.readouterr().err.startswith("emotag data check: error: ")
    assert run("check", tmp_path) == 2
    assert "holds no data set; expected text/<data set>/<split>.jsonl.gz" in capsys.readouterr().err


def test_interrupting_exits_130(tmp_path, monkeypatch, capsys):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_examine", interrupt)
    assert run("check", write_whole(tmp_path)) == 130
    assert capsys.readouterr().out == ""


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_shows_on_a_terminal_only(tmp_path, monkeypatch, capsys):
    write_whole(tmp_path)
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    assert run("check", tmp_path) == 0
    assert "reading" in terminal.getvalue()
    assert "reading" not in capsys.readouterr().out
    monkeypatch.setattr("sys.stderr", plain := io.StringIO())
    assert run("check", tmp_path) == 0
    assert plain.getvalue() == ""


@pytest.mark.parametrize("arguments", [(), ("check",), ("lst",)])
def test_usage_is_told(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2
    assert "usage: emotag data" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "example"), [((), "emotag data check data"), (("check",), "exit codes: 0")])
def test_help_teaches(arguments, example, capsys):
    with pytest.raises(SystemExit) as caught:
        run(*arguments, "--help")
    assert caught.value.code == 0
    assert example in capsys.readouterr().out


@needs_shared
def test_the_real_data_has_no_problems(capsys):
    assert run("check", SHARED / "text" / "meld", "--json") == 0
    [meld] = json.loads(capsys.readouterr().out)["data_sets"]
    assert [split["rows"] for split in meld["splits"]] == [9_989, 1_109, None]
