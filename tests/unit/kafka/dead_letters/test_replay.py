"""What a replay says when it fails; tests of integration have it work."""

from __future__ import annotations

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, ProducerFenced, TopicAuthorizationFailedError

from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.dead_letters import replay as replaying
from emotag_service.kafka.dead_letters.replay import Order, Replay
from emotag_service.kafka.errors import SettingsError, TaggerError, UnreadableBatchError

CLIENT = ClientSettings(bootstrap=("a:1",))


def test_letters_do_not_go_where_they_are_read():
    with pytest.raises(SettingsError, match="--to is lost, which is read"):
        Replay(CLIENT, Order(topics=("other", "lost"), to="lost"))


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ProducerFenced(), 5, "another replay of the same letters has begun since"),
        (
            UnreadableBatchError("lost", 1, 5, 7, "it is broken"),
            3,
            "5 to 6: it is broken; no more of lost/1 is .* emotag-replay.R --topic lost:1 .* 7 --execute, and then --reason",
        ),
        (TopicAuthorizationFailedError("in"), 4, "kafka-acls --add .*--topic in"),
        (KafkaConnectionError("gone"), 1, "KafkaConnectionError; is the cluster up.* goes on where this ended"),
        (KafkaError("x"), 1, "replaying dead letters: KafkaError"),
        (OSError("x"), 1, "replaying dead letters: OSError"),
    ],
)
async def test_failures_are_explained(monkeypatch: pytest.MonkeyPatch, error: Exception, code: int, said: str):
    class Broken:
        def __init__(self, _: object) -> None:
            raise error

    monkeypatch.setattr(replaying, "Reader", Broken)
    with pytest.raises(TaggerError, match=said) as caught:
        await Replay(CLIENT, Order(topics=("lost",))).run()
    assert caught.value.exit_code == code
    assert caught.value.__cause__ is error
