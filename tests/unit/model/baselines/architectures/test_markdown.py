"""The table has a line per architecture and says what its columns are."""

from emotag_model.baselines.architectures.architecture import find
from emotag_model.baselines.architectures.comparison import compare
from emotag_model.baselines.architectures.markdown import architecture_table
from tests.unit.model.baselines.architectures.trainings import make_trained

TWO = find(["cnn", "bisru"])


def rows(*seeds):
    trainings = [make_trained(each.name, seed, scores=(0.3, 0.4 + seed / 10)) for each in TWO for seed in seeds]
    return compare(TWO, trainings, [12_345.6, 50.0])


def test_means_and_deviations():
    lines = architecture_table(rows(1, 2)).splitlines()
    assert lines[2] == (
        "| CNN | 0.5500 ± 0.0707 | 0.5500 ± 0.0707 | 0.4500 ± 0.0707 | 0.5300 ± 0.0707 | 0.5300 ± 0.0707 "
        "| 0.4300 ± 0.0707 | 3.0 ± 0.0 | 5 ± 0 "
        "| 12,346 | 12,345 | 345 |"
    )
    assert lines[3].startswith("| BiSRU | ")
    assert (
        "best of 2 epochs of 2,400 messages of GoEmotions and all of agents; mean ± standard deviation over 2 seeds."
        in lines[5]
    )
    assert len({line.count("|") for line in lines[:4]}) == 1


def test_one_seed_has_no_deviation():
    text = architecture_table(rows(1))
    assert "±" not in text
    assert "one seed." in text
