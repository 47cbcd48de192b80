"""The tables hold every figure."""

from emotag_model.baselines.figures import Figures, Transfer
from emotag_model.baselines.markdown import tables
from emotag_model.evaluation.bootstrap import Interval


def make(name, shift, transfer=("meld/dev",)):
    def interval(value):
        return Interval(value + shift, value + shift - 0.02, value + shift + 0.02)

    return Figures(
        system=name,
        macro_f1={"goemotions": interval(0.5), "ekman": interval(0.6)},
        held_out={"goemotions": 0.49 + shift, "ekman": 0.59 + shift},
        calibration_error=0.0213,
        transfer={
            each: Transfer(macro_f1=interval(0.25), headline="weighted-F1", headline_value=interval(0.4))
            for each in transfer
        },
        messages_per_second=12345.6,
    )


def rows_of(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_every_system_has_a_row():
    head, _, first, second, *_ = rows_of(tables([make("ours", 0.0), make("other", -0.1)]))
    assert head[0] == "system"
    assert first == ["ours", "0.500 [0.480, 0.520]", "0.490", "0.600 [0.580, 0.620]", "0.590", "0.021", "12,346"]
    assert second[0] == "other"
    assert second[1] == "0.400 [0.380, 0.420]"


def test_every_data_set_has_its_rows():
    found = rows_of(tables([make("ours", 0.0), make("other", -0.1)]))[4:]
    assert found[0] == ["data set", "ours", "other"]
    assert found[2] == ["meld/dev, macro-F1", "0.250 [0.230, 0.270]", "0.150 [0.130, 0.170]"]
    assert found[3] == ["meld/dev, weighted-F1", "0.400", "0.300"]


def test_no_other_data_sets_no_second_table():
    text = tables([make("ours", 0.0, transfer=())])
    assert "data set" not in text
    assert "Held out" in text


def test_rows_are_as_wide_as_their_head():
    first, second = tables([make("ours", 0.0), make("other", 0.1)]).split("| data set")
    assert len({len(row) for row in rows_of(first)}) == 1
    assert len({len(row) for row in rows_of("| data set" + second)}) == 1
