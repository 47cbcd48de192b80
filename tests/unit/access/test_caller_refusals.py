"""CallerRefusals by caller, bounded whoever calls."""

from __future__ import annotations

from emotag_service.access.caller_refusals import CallerRefusals


def named(refusals: CallerRefusals) -> set[str]:
    return {caller for caller, _ in refusals.counted}


def test_holders_of_tokens_have_names_and_nobody_else() -> None:
    refusals = CallerRefusals()
    assert refusals.counted == {
        ("other", "messages_per_second"): 0, ("other", "bytes_per_second"): 0, ("other", "streams"): 0,
    }  # fmt: skip
    refusals.add("planner", "streams")
    refusals.add("planner", "streams")
    refusals.add(None, "bytes_per_second")
    assert named(refusals) == {"planner", "other"}
    assert refusals.counted["planner", "streams"] == 2
    assert refusals.counted["other", "bytes_per_second"] == 1


def test_only_the_first_have_names() -> None:
    refusals = CallerRefusals(most_named=2)
    for holder in ("a", "b", "c", "d", "a"):
        refusals.add(holder, "streams")
    assert named(refusals) == {"a", "b", "other"}
    assert refusals.counted["a", "streams"] == 2
    assert refusals.counted["other", "streams"] == 2
