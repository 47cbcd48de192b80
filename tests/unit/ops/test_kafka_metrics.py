from __future__ import annotations

import time

from emotag_service.kafka.tagging.progress import Meters
from emotag_service.ops.kafka_metrics import KafkaMetrics
from tests.unit.ops.helpers import collected, names, value


def test_everything_that_a_tagger_counts():
    meters = Meters(consumed=10, skipped=2, failed=1, rebalances=3, takeovers=4, buffered=5, buffered_bytes=6)
    meters.tagged.update({"joy": 3, "anger": 1})
    meters.dead_letters.update({"NOT_JSON": 2})
    meters.aborts.update({"ProducerFenced": 1})
    meters.transaction_durations.add(0.2)
    meters.lag.update({"a.b/0": 7, "a.b/11": 8})
    meters.last_progress = time.monotonic()
    found = collected(KafkaMetrics(meters))
    assert value(found, "emotag_kafka_records_consumed_total") == 10
    outcomes = {"tagged": 4, "skipped": 2, "passed_through": 1, "dead_letter": 2}
    for outcome, count in outcomes.items():
        assert value(found, "emotag_kafka_records_total", outcome=outcome) == count
    assert value(found, "emotag_kafka_tags_total", label="joy") == 3
    assert value(found, "emotag_kafka_dead_letters_total", reason="NOT_JSON") == 2
    assert value(found, "emotag_kafka_aborts_total", error="ProducerFenced") == 1
    assert value(found, "emotag_kafka_transaction_duration_seconds_sum") == 0.2
    assert value(found, "emotag_kafka_rebalances_total") == 3
    assert value(found, "emotag_kafka_takeovers_total") == 4
    assert value(found, "emotag_kafka_lag_records", topic="a.b", partition="11") == 8
    assert value(found, "emotag_kafka_buffered_records") == 5
    assert value(found, "emotag_kafka_buffered_bytes") == 6
    assert value(found, "emotag_kafka_silent_seconds") >= 0


def test_a_partition_that_waits_to_be_taken_over_is_silent_though_the_cluster_answers():
    now = time.monotonic()
    found = collected(KafkaMetrics(Meters(last_progress=now, waiting={"a/0": now - 1_000, "a/1": now})))
    assert value(found, "emotag_kafka_silent_seconds") >= 1_000


def test_what_never_happened_has_no_age():
    assert "emotag_kafka_silent_seconds" not in names(collected(KafkaMetrics(Meters())))
