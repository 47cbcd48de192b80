"""The report for people: a row a step, and what was wrong in words."""

from dataclasses import replace

from emotag_service.load_test.table import table
from tests.unit.load_test.reports import GOOD, REPORT


def test_it_has_a_row_for_each_step_and_says_what_was_wrong():
    lines = table(REPORT).splitlines()
    assert lines[0] == "localhost:50051, made texts; tags at most: unary 1,000/s, stream 1,000/s"
    assert lines[3].split() == ["unary", "0.5x", "500", "500", "500", "1", "2", "30", "400", "0", "0", "0", "0.5"]
    assert "stream at 3,000/s: WRONG ANSWERS: 3 lost, 2 answered twice, 1 out of order" in lines
    assert "stream at 3,000/s: 4,000 QUEUE_FULL, 2 INTERNAL (failed)" in lines
    assert lines[-1].startswith("Interrupted")


def test_answers_that_were_all_right_are_said_to_be():
    text = table(replace(REPORT, steps=(GOOD,), interrupted=False))
    assert text.endswith("Every message that was sent had one answer, its own and in its place.")
