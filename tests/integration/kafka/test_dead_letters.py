"""Dead letters listed and brought back by the command line, on every broker."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced
from confluent_kafka import TopicPartition as Place

from emotag.cli.main import main
from emotag_service.kafka.cluster import producers
from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.cluster.client_logs import log_all_but_copies
from emotag_service.kafka.dead_letters import replay as module
from emotag_service.kafka.dead_letters.letter_writer import LetterWriter
from emotag_service.kafka.dead_letters.replay import Order, Replay
from emotag_service.kafka.errors import ClusterError
from emotag_service.kafka.records.dead_letter import DeadLetter, bury
from emotag_service.kafka.records.record import Record
from emotag_service.messages.untaggable import Fault
from tests.brokers.admin import delete_groups
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, commit_offset, committed_offsets, ends, read, write
from tests.brokers.transactions import write_in_transaction

AT = 1_700_000_000.0
HEADERS = (("trace", b"1"), ("trace", b"2"), ("nothing", None), ("", b""))

NewTopic = Callable[..., str]


class Post:
    """A topic, its dead letters, and the commands for them."""

    def __init__(self, broker: Broker, new_topic: NewTopic, group: str) -> None:
        self.broker = broker.name
        self.bootstrap = broker.bootstrap
        self.origin = new_topic(broker, "in", partitions=3)
        self.letters = new_topic(broker, "in.dead-letters", partitions=2)
        self.group = group

    def letter(self, number: int, *, reason: str = "NOT_JSON", **fields: object) -> Seen:
        given: dict[str, object] = {
            "key": b"k%d" % number, "value": b"secret %d" % number, "headers": HEADERS, "partition": number % 3,
        }  # fmt: skip
        given |= fields
        record = Record(self.origin, offset=number, timestamp=1_600_000_000_000 + number, **given)  # type: ignore[arg-type]
        buried = bury(record, self.letters, Fault(reason, "for some reason"), AT)
        return Seen(buried.value, buried.key, buried.headers, number % 2, buried.timestamp)

    def fill(self, *letters: Seen) -> None:
        write(self.bootstrap, self.letters, letters)

    def run(self, action: str, *options: str) -> int:
        where = ("--bootstrap", self.bootstrap, "--topic", self.letters)
        group = ("--group", self.group) if action == "replay" else ()
        return main(["dead-letters", action, *where, *group, *options])

    def go_on_at(self, offset: int) -> None:
        """Pass letters of partition 0 over, as an operator does."""
        commit_offset(self.bootstrap, f"{self.group}.NOT_JSON", Place(self.letters, 0, offset))

    def back(self, topic: str = "") -> list[Seen]:
        return read(self.bootstrap, topic or self.origin)

    def numbers(self, topic: str = "") -> list[int]:
        return sorted(int((one.value or b"").split()[-1]) for one in self.back(topic))


@pytest.fixture
def small_post(embedded_broker: Broker, new_topic: NewTopic, name: str) -> Post:
    """For what does not hang on the broker."""
    return Post(embedded_broker, new_topic, name)


@pytest.fixture
def post(broker: Broker, new_topic: NewTopic, name: str) -> Post:
    return Post(broker, new_topic, name)


class TestList:
    def test_it_tells_the_story_and_no_contents(self, post: Post, capsys):
        post.fill(post.letter(1), post.letter(2, reason="NO_TEXT"))
        assert post.run("list") == 0
        said = capsys.readouterr()
        assert len(said.out.splitlines()) == 2
        for part in (
            f"{post.letters}/1 offset 0",
            f"from {post.origin}/1 offset 1",
            "NOT_JSON: for some reason",
            "2023-",
        ):
            assert part in said.out
        assert "secret" not in said.out
        assert said.err == "2 dead letters\n"

    def test_one_reason_as_json_with_its_values(self, small_post: Post, capsys):
        small_post.fill(
            *(small_post.letter(number, reason="NO_TEXT" if number == 3 else "NOT_JSON") for number in range(5))
        )
        assert small_post.run("list", "--reason", "NO_TEXT", "--json", "--values") == 0
        [found] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert (found["value"], found["key"], found["reason"]) == ("secret 3", "k3", "NO_TEXT")
        assert found["from"] == {"topic": small_post.origin, "partition": 0, "offset": 3}
        assert [tuple(header) for header in found["headers"]] == [
            ("trace", "1"), ("trace", "2"), ("nothing", None), ("", ""),
        ]  # fmt: skip

    def test_it_stops_at_the_limit_and_counts_strangers(self, small_post: Post, capsys):
        small_post.fill(Seen(b"not ours", partition=0), *(small_post.letter(number) for number in range(6)))
        assert small_post.run("list", "--limit", "3") == 0
        said = capsys.readouterr()
        assert len(said.out.splitlines()) == 3
        assert said.err == "3 dead letters, 1 records that are no dead letters of emotag\n"

    def test_an_empty_topic(self, small_post: Post, capsys):
        assert small_post.run("list") == 0
        assert capsys.readouterr().err == "0 dead letters\n"

    def test_a_topic_that_is_not_there(self, small_post: Post, capsys):
        assert (
            main(["dead-letters", "list", "--bootstrap", small_post.bootstrap, "--topic", f"{small_post.letters}.not"])
            == 2
        )
        said = capsys.readouterr().err
        assert said.startswith("emotag dead-letters list: error: --topic: topic ")
        assert "does not exist" in said


class TestReplay:
    def test_the_record_comes_back_as_it_was(self, post: Post, capsys):
        odd = [
            {}, {"key": None}, {"value": None}, {"key": None, "value": None}, {"headers": ()}, {"value": b""},
            {"value": b"\xff\x00" * 5000},
        ]  # fmt: skip
        post.fill(*(post.letter(number, **fields) for number, fields in enumerate(odd)))
        assert post.run("replay") == 0
        back = {one.timestamp - 1_600_000_000_000: one for one in post.back()}
        assert sorted(back) == list(range(len(odd)))
        for number, fields in enumerate(odd):
            one = back[number]
            assert one.partition == number % 3
            assert one.key == fields.get("key", b"k%d" % number)
            assert one.value == fields.get("value", b"secret %d" % number)
            assert one.headers == fields.get("headers", HEADERS)
        said = capsys.readouterr()
        assert said.out == f"7 went to {post.origin}\n"
        assert said.err.splitlines()[-1] == "7 replayed; left: 0 replayed before, 0 of other reasons"

    def test_each_only_once_and_later_ones_too(self, post: Post, capsys):
        post.fill(*(post.letter(number) for number in range(20)))
        assert post.run("replay") == 0
        assert post.run("replay") == 0
        assert "0 replayed; left: 20 replayed before" in capsys.readouterr().err
        post.fill(*(post.letter(number) for number in range(20, 25)))
        assert post.run("replay") == 0
        assert post.numbers() == list(range(25))

    def test_one_reason_leaves_the_others_for_later(self, post: Post):
        post.fill(
            *(post.letter(number, reason="AB"[number % 2 if number < 6 else number // 2 % 2]) for number in range(12))
        )
        assert post.run("replay", "--reason", "B") == 0
        first = post.numbers()
        assert 0 < len(first) < 12
        assert post.run("replay", "--reason", "B") == 0
        assert post.numbers() == first
        assert post.run("replay") == 0
        assert post.numbers() == list(range(12))

    def test_letters_of_several_reasons_go_in_one_transaction(self, post: Post, capsys):
        post.fill(*(post.letter(2 * number, reason="ABC"[number % 3]) for number in range(9)))
        assert post.run("replay") == 0
        assert post.numbers() == list(range(0, 18, 2))
        offsets = [committed_offsets(post.bootstrap, f"{post.group}.{reason}", post.letters) for reason in "ABC"]
        assert offsets == [{0: 7}, {0: 8}, {0: 9}]
        assert post.run("replay") == 0
        assert "0 replayed; left: 9 replayed before" in capsys.readouterr().err

    def test_more_than_a_transaction_in_order(self, post: Post):
        post.fill(*(post.letter(2 * number, partition=1) for number in range(1300)))
        assert post.run("replay") == 0
        back = [one.value for one in post.back()]
        assert back == [b"secret %d" % (2 * number) for number in range(1300)]

    def test_elsewhere_by_key_where_the_partition_is_missing(
        self, small_post: Post, embedded_broker: Broker, new_topic: NewTopic
    ):
        elsewhere = new_topic(embedded_broker, "repaired", partitions=2)
        small_post.fill(*(small_post.letter(number) for number in range(9)))
        assert small_post.run("replay", "--to", elsewhere) == 0
        assert small_post.numbers(elsewhere) == list(range(9))
        assert {one.partition for one in small_post.back(elsewhere) if one.key in (b"k0", b"k3", b"k6")} == {0}
        assert small_post.back() == []

    def test_a_dry_run_writes_and_remembers_nothing(self, post: Post, capsys):
        post.fill(*(post.letter(number) for number in range(4)))
        assert post.run("replay", "--dry-run") == 0
        assert capsys.readouterr().out == f"4 would go to {post.origin}\n"
        assert post.back() == []
        assert set(ends(post.bootstrap, post.origin).values()) == {0}
        assert post.run("replay") == 0
        assert post.numbers() == [0, 1, 2, 3]

    def test_what_was_aborted_is_no_letter_and_strangers_stay(self, post: Post, capsys):
        transaction = f"{post.group}-feeder"
        write_in_transaction(post.bootstrap, post.letters, [post.letter(1)], transactional_id=transaction, commit=False)
        write_in_transaction(post.bootstrap, post.letters, [post.letter(2)], transactional_id=transaction)
        post.fill(Seen(b"not ours", partition=0))
        assert post.run("replay") == 0
        assert post.numbers() == [2]
        assert "1 records that are no dead letters of emotag" in capsys.readouterr().err

    def test_a_topic_that_is_not_there(self, small_post: Post, capsys):
        small_post.fill(small_post.letter(1))
        assert small_post.run("replay", "--to", f"{small_post.origin}.not") == 2
        said = capsys.readouterr().err
        assert f"where letter {small_post.letters}/1@0 is to go, does not exist; create it, or give --to" in said
        assert small_post.run("replay", "--to", small_post.letters) == 2
        assert "which is read" in capsys.readouterr().err

    def test_a_topic_that_is_gone_holds_back_none_before_its_letter(self, small_post: Post, capsys):
        gone = Record("gone", 0, 7, 1_600_000_000_000, b"k", b"secret 7")
        buried = bury(gone, small_post.letters, Fault("NOT_JSON", "for some reason"), AT)
        astray = Seen(buried.value, buried.key, buried.headers, 0, buried.timestamp)
        small_post.fill(small_post.letter(0), small_post.letter(2), astray, small_post.letter(4))
        for options in ((), ("--dry-run",), ()):
            assert small_post.run("replay", *options) == 2
            said = capsys.readouterr().err
            for part in (f"topic gone, where letter {small_post.letters}/0@2 is to go", "--to-offset 3 --execute"):
                assert part in said
            assert small_post.numbers() == [0, 2]
        small_post.go_on_at(3)
        assert small_post.run("replay") == 0
        assert small_post.numbers() == [0, 2, 4]

    def test_a_topic_that_takes_less(self, small_post: Post, embedded_broker: Broker, new_topic: NewTopic, capsys):
        small = new_topic(embedded_broker, "small", partitions=3, max_message_bytes="1000")
        small_post.fill(small_post.letter(0), small_post.letter(2, value=b"x" * 5000), small_post.letter(4, reason="B"))
        assert small_post.run("replay", "--to", small) == 1
        assert "raise its max.message.bytes" in capsys.readouterr().err
        assert small_post.run("replay", "--to", small, "--reason", "B") == 0
        assert small_post.numbers(small) == [0, 4]

    @pytest.mark.parametrize("accepted", ["1000", "40000"])  # below the second, letters are written one by one
    def test_a_letter_that_is_refused_holds_back_none_before_it(
        self, post: Post, broker: Broker, new_topic: NewTopic, capsys, monkeypatch: pytest.MonkeyPatch, accepted: str
    ):
        written = list[tuple[bool, int]]()
        write = LetterWriter.write

        async def noted(self: LetterWriter, letters: Any, *arguments: Any, alone: bool) -> None:
            written.append((alone, len(letters)))
            await write(self, letters, *arguments, alone=alone)

        monkeypatch.setattr(LetterWriter, "write", noted)
        monkeypatch.setattr(module, "_ALONE", 5)
        small = new_topic(broker, "small", partitions=2, max_message_bytes=accepted)
        letters = [post.letter(2 * number) for number in range(30)]
        letters[12] = post.letter(24, value=b"x" * 50_000)
        post.fill(Seen(b"not ours", partition=0), *letters)
        behind = f"--group {post.group}.NOT_JSON --topic {post.letters}:0 --reset-offsets --to-offset 14 --execute"
        for told in (
            "12 replayed; left: 0 replayed before, 0 of other reasons, 1 records",
            "0 replayed; left: 12 replayed before, 0 of other reasons, 1 records",
        ):
            assert post.run("replay", "--to", small) == 1
            assert post.numbers(small) == list(range(0, 24, 2))
            said = capsys.readouterr().err
            for part in (told, f"letter {post.letters}/0@13 is refused by {small}, ", "TooLarge", behind):
                assert part in said
        post.go_on_at(14)
        assert post.run("replay", "--to", small) == 0
        assert post.numbers(small) == [number for number in range(0, 60, 2) if number != 24]
        assert max(number for alone, number in written if alone) == 5, "each waits for the cluster"


class TestUnreadable:
    """A batch that cannot be read among letters: nobody knows what it says."""

    @pytest.fixture(autouse=True)
    def filled(self, post: Post) -> None:
        post.fill(post.letter(0))
        post.fill(Seen(b"hi", None, (("", None),) * 10_001, 0))
        post.fill(post.letter(1), post.letter(2))

    def test_it_is_told_of_and_the_others_are_listed(self, post: Post, capsys):
        assert post.run("list") == 3
        said = capsys.readouterr()
        assert len(said.out.splitlines()) == 3
        assert f"reading {post.letters}/0: the batch of offsets 1 to 1: a record has more than 10,000" in said.err
        assert "it is left out\n3 dead letters\n" in said.err
        assert "tagged or committed" not in said.err

    def test_nothing_is_replayed_until_a_group_is_set_behind_it(self, post: Post, capsys):
        assert post.run("replay") == 3
        assert post.numbers() == []
        behind = f"--group {post.group}.R --topic {post.letters}:0 --reset-offsets --to-offset 2 --execute"
        assert behind in capsys.readouterr().err
        post.go_on_at(2)
        assert post.run("replay", "--reason", "NOT_JSON") == 0
        assert post.numbers() == [1, 2]


class TestMemory:
    """What was replayed stays known when the cluster has let the groups' offsets expire."""

    @pytest.fixture(autouse=True)
    def remembers(self, post: Post) -> None:
        if post.broker == "external":
            pytest.skip("it may not let groups be deleted")

    def _expire(self, post: Post, *reasons: str) -> None:
        groups = [f"{post.group}.{reason}" for reason in reasons]
        delete_groups(post.bootstrap, *groups)
        assert [committed_offsets(post.bootstrap, group, post.letters) for group in groups] == [{}] * len(groups)

    def test_nothing_comes_twice(self, post: Post, capsys):
        post.fill(*(post.letter(number, reason="AB"[number // 2 % 2]) for number in range(12)))
        assert post.run("replay", "--reason", "A") == 0
        assert post.run("replay") == 0
        assert post.numbers() == list(range(12))
        self._expire(post, "A", "B")
        post.fill(post.letter(12, reason="A"))
        capsys.readouterr()
        for options in ((), ("--reason", "A"), ("--reason", "B")):
            assert post.run("replay", *options) == 0
        assert post.numbers() == list(range(13))
        said = capsys.readouterr().err.splitlines()
        assert said[0] == "1 replayed; left: 12 replayed before, 0 of other reasons"

    def test_receipts_are_no_letters_and_no_strangers(self, post: Post, capsys):
        post.fill(*(post.letter(number) for number in range(6)))
        assert post.run("replay") == 0
        assert len(read(post.bootstrap, post.letters)) == 8, "one for each of two partitions"
        capsys.readouterr()
        assert post.run("list") == 0
        assert capsys.readouterr().err == "6 dead letters\n"
        assert post.run("replay", "--dry-run") == 0
        assert capsys.readouterr().err == "0 to replay; left: 6 replayed before, 0 of other reasons\n"

    def test_another_group_replays_again(self, post: Post):
        post.fill(*(post.letter(number) for number in range(4)))
        assert post.run("replay") == 0
        assert post.run("replay", "--group", f"{post.group}-again") == 0
        assert post.numbers() == [0, 0, 1, 1, 2, 2, 3, 3]

    def test_a_topic_that_is_compacted_takes_receipts(self, post: Post, broker: Broker, new_topic: NewTopic):
        post.letters = new_topic(broker, "compacted", partitions=2, cleanup_policy="compact")
        post.fill(*(post.letter(number) for number in range(4)))
        assert post.run("replay") == 0
        self._expire(post, "NOT_JSON")
        assert post.run("replay") == 0
        assert post.numbers() == [0, 1, 2, 3]


class TestExactlyOnce:
    def _settings(self, post: Post) -> ClientSettings:
        return ClientSettings(bootstrap=(post.bootstrap,))

    async def _replay(self, post: Post) -> None:
        asyncio.get_running_loop().set_exception_handler(log_all_but_copies)
        await Replay(self._settings(post), Order(topics=(post.letters,), group=post.group)).run()

    @pytest.mark.parametrize("step", ["send_offsets_to_transaction", "commit_transaction"])
    async def test_a_replay_that_fails_before_the_commit_leaves_nothing(
        self, post: Post, monkeypatch: pytest.MonkeyPatch, step: str
    ):
        post.fill(*(post.letter(2 * number) for number in range(5)))

        async def fail(*_: object) -> None:
            raise KafkaError("the cable")

        with monkeypatch.context() as patched:
            patched.setattr(producers.AIOKafkaProducer, step, fail)
            with pytest.raises(ClusterError, match="The next run goes on where this ended"):
                await self._replay(post)
        assert await asyncio.to_thread(post.back) == []
        await self._replay(post)
        assert await asyncio.to_thread(post.numbers) == [0, 2, 4, 6, 8]

    async def test_a_replay_that_another_overtook_is_fenced(self, post: Post):
        post.fill(*(post.letter(2 * number) for number in range(5)))
        slow = LetterWriter(self._settings(post), post.group, TopicPartition(post.letters, 0))
        await slow.start()
        await self._replay(post)
        [first, *_] = read(post.bootstrap, post.letters)
        record = Record(post.letters, 0, 0, first.timestamp, first.key, first.value, first.headers)
        with pytest.raises(ProducerFenced):
            await slow.write([DeadLetter.read(record)], [post.origin], {f"{post.group}.NOT_JSON": 1})
        await slow.close()
        assert await asyncio.to_thread(post.numbers) == [0, 2, 4, 6, 8]
        await self._replay(post)
        assert await asyncio.to_thread(post.numbers) == [0, 2, 4, 6, 8]

    def test_a_replay_that_is_killed_goes_on_where_it_ended(self, post: Post):
        post.fill(*(post.letter(number) for number in range(8000)))
        where = ["--bootstrap", post.bootstrap, "--topic", post.letters, "--group", post.group]
        killed = subprocess.Popen(
            [sys.executable, "-m", "emotag", "dead-letters", "replay", *where],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            until = time.monotonic() + 60
            while not any(ends(post.bootstrap, post.origin, committed=False).values()) and killed.poll() is None:
                assert time.monotonic() < until
        finally:
            killed.kill()
            _, said = killed.communicate()
        assert killed.returncode in (-signal.SIGKILL, 0), said
        assert post.run("replay") == 0
        assert post.numbers() == list(range(8000))
