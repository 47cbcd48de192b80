"""Running the suite: every case is judged once, and counted where it belongs."""

from emotag_model.behaviour.capability import Capability
from emotag_model.behaviour.cases import Invariance, Minimum, Steady
from emotag_model.behaviour.suite import pass_rate, run_suite

LABELS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
ANY = Minimum("i am happy", LABELS)
NONE = Minimum("i am happy", ())
SAME = Invariance("so sad !", "So SAD !")
STEADY = Steady("so sad !", "so sad !", "joy")


def test_results_count_by_kind(tiny):
    (found,) = run_suite(tiny, [Capability("mixed", "all", (ANY, NONE, SAME, STEADY))])
    assert (found.cases, found.passed) == (4, 3)
    assert [found.of_kind(kind) for kind in ("MFT", "INV", "DIR")] == [(2, 1), (1, 1), (1, 1)]
    (failure,) = found.failures
    assert failure.case is NONE
    assert "expected" in failure.objection


def test_every_capability_has_its_result_in_order(tiny):
    capabilities = [Capability("one", "passes", (ANY, SAME)), Capability("two", "fails", (NONE,))]
    results = run_suite(tiny, capabilities)
    assert [result.capability.name for result in results] == ["one", "two"]
    assert [result.passed for result in results] == [2, 0]


def test_the_pass_rate_gives_every_capability_the_same_weight(tiny):
    results = run_suite(tiny, [Capability("one", "", (ANY,) * 9), Capability("two", "", (NONE,))])
    assert pass_rate(results) == 0.5


def test_the_shipped_checkpoint_passes_what_it_must(shipped):
    results = run_suite(shipped)
    rates = {result.capability.name: result.passed / result.cases for result in results}
    assert pass_rate(results) >= 0.75
    for name in (
        "facts",
        "machine output",
        "capitals",
        "intensity",
        "swaps: names by gender",
        "swaps: names by origin",
    ):
        assert rates[name] >= 0.9, name
    assert rates["vocabulary"] >= 0.75
