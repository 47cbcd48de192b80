"""Dead letters listed and brought back by the command line, on every broker."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced

from emotag.cli.main import main
from emotag_service.kafka.cluster import producers
from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.cluster.client_logs import log_all_but_copies
from emotag_service.kafka.dead_letters.letter_writer import LetterWriter
from emotag_service.kafka.dead_letters.replay import Order, Replay
from emotag_service.kafka.errors import ClusterError
from emotag_service.kafka.records.dead_letter import DeadLetter
from emotag_service.kafka.records.record import Record
from tests.brokers.admin import delete_groups
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, committed_offsets, ends, read
from tests.brokers.transactions import write_in_transaction
from tests.integration.kafka.post import HEADERS, NewTopic, Post


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
