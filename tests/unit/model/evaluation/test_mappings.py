"""The table of mappings holds every label set, and the documentation holds the table."""

from pathlib import Path

from emotag_model.evaluation.headline import Headline
from emotag_model.evaluation.label_set import LabelSet
from emotag_model.evaluation.label_sets import LABEL_SETS
from emotag_model.evaluation.mappings import mapping_table

DOCUMENT = Path(__file__).parents[4] / "docs" / "model.md"


def test_a_row_says_all_of_a_label_set():
    label_set = LabelSet(
        name="moods",
        title="Moods (Somebody 2020)",
        members={"up": ("joy", "love"), "down": ("sadness",)},
        without=("odd",),
        single=False,
        headline=Headline("micro", without="down"),
    )
    row = mapping_table([label_set]).splitlines()[2]
    assert row == (
        "| `moods` | Moods (Somebody 2020) | micro-F1 without 'down', several labels a message "
        "| up ← joy, love; down ← sadness; left out: odd |"
    )


def test_every_label_set_has_a_row():
    assert len(mapping_table(LABEL_SETS).splitlines()) == 2 + len(LABEL_SETS)


def test_the_documentation_is_up_to_date():
    assert mapping_table(LABEL_SETS) in DOCUMENT.read_text(encoding="utf-8")
