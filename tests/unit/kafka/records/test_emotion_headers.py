from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.records.headers import is_tagged, with_failure, with_skip, with_tag
from tests.unit.kafka.records.made import headers, make_tag

OURS = {"emotion-label", "emotion-score", "emotion-model", "emotion-status", "emotion-reason"}
TAG = (
    ("emotion-label", b"joy"),
    ("emotion-score", b"0.750000"),
    ("emotion-model", b"tiny/1.0@abababababab"),
    ("emotion-status", b"OK"),
)


def foreign(found):
    return [header for header in found if header[0] not in OURS]


def test_a_tag_comes_after_what_was_there():
    assert with_tag((("a", b"1"), ("a", None)), make_tag()) == (("a", b"1"), ("a", None), *TAG)


def test_an_earlier_tag_gives_way():
    before = with_failure((*TAG, ("a", b"1")), "NOT_JSON")
    assert with_tag((*TAG, *before), make_tag()) == (("a", b"1"), *TAG)


def test_names_are_compared_as_they_stand():
    assert with_tag((("Emotion-Label", b"x"),), make_tag())[0] == ("Emotion-Label", b"x")


def test_a_score_has_six_decimals_and_no_exponent():
    assert with_tag((), make_tag(score=1e-7))[1] == ("emotion-score", b"0.000000")
    assert with_tag((), make_tag(score=1.0))[1] == ("emotion-score", b"1.000000")


def test_a_label_outside_ascii_is_utf_8():
    assert with_tag((), make_tag(label="fröhlich"))[0] == ("emotion-label", "fröhlich".encode())


def test_a_skipped_record_keeps_the_tag_it_has():
    assert with_skip(TAG, "TAGGED_BEFORE") == (
        *TAG[:3],
        ("emotion-status", b"SKIPPED"),
        ("emotion-reason", b"TAGGED_BEFORE"),
    )


def test_a_failed_record_has_no_tag_beside_its_failure():
    assert with_failure((*TAG, ("a", None)), "NO_TEXT") == (
        ("a", None),
        ("emotion-status", b"FAILED"),
        ("emotion-reason", b"NO_TEXT"),
    )


def test_a_label_makes_it_tagged():
    assert is_tagged((("a", None), ("emotion-label", None)))
    assert not is_tagged((("emotion-status", b"FAILED"),))


@given(headers, st.sampled_from(["with_tag", "with_skip", "with_failure"]))
def test_foreign_headers_survive_in_order_with_duplicates_and_nulls(before, how):
    after = {
        "with_tag": lambda: with_tag(before, make_tag()),
        "with_skip": lambda: with_skip(before, "R"),
        "with_failure": lambda: with_failure(before, "R"),
    }[how]()
    assert foreign(after) == foreign(before)
    assert after[: len(foreign(before))] == tuple(foreign(before)) or how == "with_skip"
    assert sum(name == "emotion-status" for name, _ in after) == 1


@given(headers)
def test_tagging_again_changes_nothing(before):
    once = with_tag(before, make_tag())
    assert with_tag(once, make_tag()) == once
