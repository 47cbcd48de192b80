"""A failure is one line on stderr and an exit code."""

from emotag_model.cli.failure import FAILURE, INTERRUPTED, USAGE, fail


def test_the_line_and_the_code(capsys):
    assert fail("train", "it broke; mend it", FAILURE) == 1
    captured = capsys.readouterr()
    assert captured.err == "emotag train: error: it broke; mend it\n"
    assert captured.out == ""


def test_codes():
    assert (USAGE, FAILURE, INTERRUPTED) == (2, 1, 130)
