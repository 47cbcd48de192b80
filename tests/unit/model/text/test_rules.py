"""Rules travel with a tokenizer and are refused when this version would read them otherwise."""

import json

import pytest

from emotag_model.text import TextDataError
from emotag_model.text.rules import RULES_VERSION, Rules


def test_rules_survive_json():
    rules = Rules(
        emoticons={":)": "🙂"},
        spellings={"dont": ("do", "n't")},
        slang={"idk": ("do", "n't", "know")},
        steps=("typo", "number"),
        technical=False,
    )
    assert Rules.from_dict(json.loads(json.dumps(rules.to_dict()))) == rules


def test_default_tables_are_copies():
    Rules().emoticons.clear()
    assert Rules().emoticons


@pytest.mark.parametrize("version", [0, RULES_VERSION + 1, None, "1"])
def test_rules_of_another_version_are_refused(version):
    with pytest.raises(TextDataError, match=r"rules\.version .* train again"):
        Rules.from_dict(Rules().to_dict() | {"version": version})
