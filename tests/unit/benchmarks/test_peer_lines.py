"""The table of peers: medians over pairs, what was lost in all of them, and why a line has no figures."""

import pytest

from tests.benchmarks.peers.line import Line, table
from tests.benchmarks.peers.outcome import Outcome, in_turn


def outcome(right, lost=0, wrong=0, failure=""):
    return Outcome(right=right, wrong=wrong, lost=lost, seconds=2.0, times=[0.01, 0.02, 0.03], failure=failure)


PAIRS = [(outcome(100), outcome(300)), (outcome(400), outcome(200, lost=2)), (outcome(100), outcome(500, wrong=1))]


def test_a_line_is_the_medians_of_its_own_and_of_the_ratios():
    line = Line.of("mosec", "0.9.8", "comments", "1 a call", PAIRS)
    assert (line.rate, line.ratio, line.lost, line.wrong) == (150.0, 3.0, 2, 1)
    assert (line.p50, line.p99) == pytest.approx((20, 29.8))


def test_the_table_has_a_line_each_and_reasons_below():
    lines = [
        Line.of("mosec", "0.9.8", "comments", "1 a call", [(outcome(100), outcome(3_000, 5, failure="reset"))]),
        Line("Ray Serve", why="no match for ray"),
    ]
    heading, first, lost, second, reason = table(lines).splitlines()
    assert heading.split() == [
        "what",
        "texts",
        "calls",
        "messages/s",
        "p50",
        "ms",
        "p99",
        "ms",
        "ratio",
        "lost",
        "wrong",
        "version",
    ]
    assert first.split() == ["mosec", "comments", "1", "a", "call", "1,500", "20", "29.8", "30x", "5", "0", "0.9.8"]
    assert second.split() == ["Ray", "Serve", "not", "measured"]
    assert (lost, reason) == ("  reset", "  no match for ray")
    assert first.index("1,500") == heading.index("messages/s") == second.index("not measured")


def test_a_line_without_an_answer_has_no_times():
    failed = Outcome(lost=3, seconds=1.0, failure="refused")
    line = Line.of("mosec", "0.9.8", "comments", "1 a call", [(outcome(1), failed)])
    assert table([line]).splitlines()[1].split()[-8:] == ["call", "0", "-", "-", "0x", "3", "0", "0.9.8"]


def test_pairs_are_measured_in_turn_and_the_first_does_not_count():
    order = []

    def measure(name, outcome):
        order.append(name)
        return outcome

    pairs = in_turn(lambda: measure("mine", outcome(len(order) + 1)), lambda: measure("theirs", outcome(1)), 2)
    assert order == ["mine", "theirs"] * 3
    assert [own.right for own, _ in pairs] == [3, 5]


def test_emotag_without_a_label_is_no_baseline():
    with pytest.raises(RuntimeError, match="gave no right label: refused"):
        in_turn(lambda: Outcome(lost=1, seconds=1.0, failure="refused"), lambda: outcome(1), 1)
