from __future__ import annotations

from structlog.testing import capture_logs

from emotag_service.engine.shadow import Shadow
from emotag_service.ops.trial_metrics import TrialMetrics
from emotag_service.testing import in_memory_engine
from tests.unit.engine.helpers import until
from tests.unit.engine.test_split import CANDIDATE, THIRD, candidate, talk
from tests.unit.ops.helpers import collected, value

ZEROS = {"model": "in-memory@0", "digest": "0" * 12}
THIRDS = {"model": "third@1", "digest": "3" * 12}


def test_without_trials_there_is_nothing():
    assert collected(TrialMetrics(lambda: None, lambda: None)) == {}


async def test_what_a_shadow_and_a_split_came_to():
    engine = in_memory_engine()
    with capture_logs():
        await engine.start()
        try:
            shadow = Shadow(engine, candidate())
            metrics = TrialMetrics(lambda: engine, lambda: shadow)
            await shadow.start()
            shadow.begin(1.0)
            await engine.classify(talk(40))
            await until(lambda: shadow.comparison.compared["fine"] == 40)
            await engine.prepare(candidate(identity=THIRD))
            engine.branches.start_split(0.5)
            tags = await engine.classify(talk(100))
            found = collected(metrics)
            await shadow.close()
        finally:
            await engine.close()
    assert shadow.candidate is CANDIDATE
    assert value(found, "emotag_shadow_compared_total", taxonomy="fine") >= 40
    disagreed = {names: count for (name, names), count in found.items() if name == "emotag_shadow_disagreed_total"}
    assert sum(disagreed.values()) >= 40
    assert all(len(names) == 3 for names in disagreed)
    assert value(found, "emotag_shadow_comparing") == 1
    assert value(found, "emotag_shadow_score_difference") > 0
    made = sum(tag.model is THIRD for tag in tags)
    assert value(found, "emotag_split_messages_total", **THIRDS) == made
    assert value(found, "emotag_split_messages_total", **ZEROS) == 100 - made
    by_label = [count for (name, names), count in found.items()
                if name == "emotag_split_tags_total" and set(THIRDS.items()) <= names]  # fmt: skip
    assert sum(by_label) == made


async def test_messages_stay_those_of_a_model_that_was_replaced():
    engine = in_memory_engine()
    with capture_logs():
        await engine.start()
        try:
            metrics = TrialMetrics(lambda: engine, lambda: None)
            await engine.prepare(candidate())
            engine.branches.start_split(0.5)
            await engine.classify(talk(100))
            before = value(collected(metrics), "emotag_split_messages_total", **ZEROS)
            await engine.prepare(candidate(identity=THIRD))
            engine.switch()
            found = collected(metrics)
        finally:
            await engine.close()
    assert 0 < before < 100
    assert value(found, "emotag_split_messages_total", **ZEROS) == before
    assert value(found, "emotag_split_messages_total", **THIRDS) == 0
