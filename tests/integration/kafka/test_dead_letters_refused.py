"""Letters that cannot go where they are to, or cannot be read: none before them is held back, and the way on is told."""

from __future__ import annotations

from typing import Any

import pytest

from emotag_service.kafka.dead_letters import replay as module
from emotag_service.kafka.dead_letters.letter_writer import LetterWriter
from emotag_service.kafka.records.dead_letter import bury
from emotag_service.kafka.records.record import Record
from emotag_service.messages.untaggable import Fault
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen
from tests.integration.kafka.post import AT, NewTopic, Post


class TestRefused:
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
