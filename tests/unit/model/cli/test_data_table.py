"""The table fits the terminal, and leaves nothing out where there is none."""

import os

import pytest

from emotag_model.cli import data_table
from emotag_model.cli.data_table import data_set_dict, render_table
from emotag_model.training.data.registry import REGISTRY, find


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(data_table.sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(data_table.shutil, "get_terminal_size", lambda: os.terminal_size((60, 20)))


def test_columns_are_aligned():
    head, *lines = render_table(REGISTRY.values()).splitlines()
    at = head.index("may ship")
    assert {line[at - 2 : at].strip() for line in lines} == {""}
    assert {line[at : at + 8].strip() for line in lines} == {"yes", "no"}


def test_roles_are_told_where_names_do_not():
    line = render_table([find("topicalchat")]).splitlines()[1]
    assert "valid_freq (train) 11,681, valid_rare (train) 11,692, test_freq (test) 11,760" in line
    assert "train 9,989, dev 1,109, test 2,610" in render_table([find("meld")])


def test_all_labels_are_told():
    assert render_table([find("xed_en")]).endswith("sadness, surprise, anticipation, trust")
    assert render_table([find("emobank")]).endswith("yes       -")


def test_no_line_is_wider_than_the_terminal(terminal):
    lines = render_table(REGISTRY.values()).splitlines()
    assert max(map(len, lines)) == 60
    assert any(line.endswith("…") for line in lines)


def test_json_holds_the_terms():
    made = data_set_dict(find("tec"))
    assert made["licence"] == {
        "spdx": None,
        "terms": "NRC terms: research, no redistribution of tweets",
        "may_ship": False,
    }
    assert made["splits"] == [{"name": "all", "role": "train", "rows": 21_051}]
    assert (made["home"], made["paper"]) == (find("tec").home, find("tec").paper)
