"""On every broker: taggers come, go and are thrown out while messages flow, and nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emotag_service.kafka.records.routes import Routes
from tests.brokers.capabilities import Capability, needs
from tests.brokers.protocol import Broker
from tests.brokers.records import ends, read, read_until, write
from tests.brokers.transactions import transactional
from tests.integration.kafka.checks import assert_tagged, talk, wait_until
from tests.integration.kafka.feeding import Feeding
from tests.integration.kafka.running import RunningTagger

NewTopic = Callable[..., str]
Start = Callable[..., RunningTagger]

pytestmark = pytest.mark.long  # rebalances and restarts take their time


def until_all_publish(*taggers: RunningTagger, records: int = 60) -> None:
    """Wait until each has published that many records more."""
    goals = [one.meters.published + records for one in taggers]

    def reached() -> bool:
        for one in taggers:
            one.check()
        return all(one.meters.published >= goal for one, goal in zip(taggers, goals, strict=True))

    wait_until(reached)


def test_one_then_three_then_two(broker: Broker, new_topic: NewTopic, tagger: Start) -> None:
    source, target = new_topic(broker, "in"), new_topic(broker, "out")
    routes = Routes(output=target, inputs=(source,))
    with Feeding(broker, source, 6) as feeding:
        first = tagger(broker, routes)
        until_all_publish(first)
        second, third = tagger(broker, routes), tagger(broker, routes)
        until_all_publish(first, second, third)
        first.stop()
        until_all_publish(second, third)
    found = read_until(broker.bootstrap, target, count=len(feeding.sent))
    second.stop()
    third.stop()
    assert_tagged(feeding.sent, found)
    assert len(read(broker.bootstrap, target)) == len(found)
    published = [one.meters.published for one in (first, second, third)]
    assert sum(published) == len(feeding.sent)


@pytest.mark.parametrize("role", ["leader", "follower"])
def test_a_static_member_comes_back_unnoticed(broker: Broker, new_topic: NewTopic, tagger: Start, role: str) -> None:
    if role == "leader":
        needs(broker, Capability.STATIC_LEADERS)
    source, target = new_topic(broker, "in", partitions=4), new_topic(broker, "out", partitions=4)
    routes = Routes(output=target, inputs=(source,))
    with Feeding(broker, source, 4) as feeding:
        leader = tagger(broker, routes, instance_id="leader", session_seconds=15.0)
        until_all_publish(leader)  # who comes first leads
        follower = tagger(broker, routes, instance_id="follower", session_seconds=15.0)
        until_all_publish(leader, follower)
        goes, stays = (leader, follower) if role == "leader" else (follower, leader)
        rebalances = stays.meters.rebalances
        goes.stop()
        back = tagger(broker, routes, instance_id=role, session_seconds=15.0)
        until_all_publish(stays, back)
        assert stays.meters.rebalances == rebalances
    found = read_until(broker.bootstrap, target, count=len(feeding.sent))
    assert_tagged(feeding.sent, found)


def test_one_that_is_fenced_recovers(broker: Broker, new_topic: NewTopic, tagger: Start, name: str) -> None:
    source, target = new_topic(broker, "in", partitions=2), new_topic(broker, "out", partitions=2)
    running = tagger(broker, Routes(output=target, inputs=(source,)))
    with Feeding(broker, source, 2) as feeding:
        until_all_publish(running)
        thief = transactional(broker.bootstrap, f"{name}:{source}:0")
        until_all_publish(running)
        del thief
    assert_tagged(feeding.sent, read_until(broker.bootstrap, target, count=len(feeding.sent), alive=running.check))


def test_a_broker_that_goes_and_comes_back(broker: Broker, new_topic: NewTopic, tagger: Start) -> None:
    needs(broker, Capability.RESTART, Capability.TRANSACTIONS_THROUGH_RESTART)
    source, target = new_topic(broker, "in", partitions=3), new_topic(broker, "out", partitions=3)
    running = tagger(broker, Routes(output=target, inputs=(source,)))
    with Feeding(broker, source, 3) as feeding:
        until_all_publish(running)
        broker.stop()
        until_away = len(feeding.sent)
        wait_until(lambda: len(feeding.sent) > until_away)
        broker.start()
        until_all_publish(running)
    found = read_until(broker.bootstrap, target, count=len(feeding.sent), alive=running.check)
    running.stop()
    assert_tagged(feeding.sent, found)


def test_a_broker_that_is_restarted_between_taggers(
    embedded_broker: Broker, new_topic: NewTopic, tagger: Start
) -> None:
    broker = embedded_broker  # all that it promises; of the others more is asked above
    source, target = new_topic(broker, "in", partitions=3), new_topic(broker, "out", partitions=3)
    routes = Routes(output=target, inputs=(source,))
    first = tagger(broker, routes)
    with Feeding(broker, source, 3) as feeding:
        until_all_publish(first)
        first.stop()
    broker.stop()
    broker.start()
    after = talk(60, 3, first=len(feeding.sent))
    write(broker.bootstrap, source, after)
    sent = [*feeding.sent, *after]
    second = tagger(broker, routes)
    assert_tagged(sent, read_until(broker.bootstrap, target, count=len(sent), alive=second.check))


def test_the_group_of_another_is_left_alone(broker: Broker, new_topic: NewTopic, tagger: Start, name: str) -> None:
    source = new_topic(broker, "in", partitions=2)
    targets = [new_topic(broker, role, partitions=2) for role in ("one", "two")]
    write(broker.bootstrap, source, talk(40, 2))
    for target in targets:
        tagger(broker, Routes(output=target, inputs=(source,)), group=f"{name}-{target[-3:]}")
    for target in targets:
        assert_tagged(talk(40, 2), read_until(broker.bootstrap, target, count=40))
        assert ends(broker.bootstrap, target) == ends(broker.bootstrap, target, committed=False)
