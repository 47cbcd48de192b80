from __future__ import annotations

import threading

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from emotag_service.kafka.errors import SettingsError, StopPolicyError
from emotag_service.kafka.records.codecs import make_codec
from emotag_service.kafka.records.dead_letter import REFUSED_FOR_TIME, DeadLetter
from emotag_service.kafka.records.policy import Selection
from emotag_service.kafka.records.receipt import Receipt
from emotag_service.kafka.records.record import Outgoing, Record, batch_bytes
from emotag_service.kafka.records.rewriter import Rewriter, prepare_all
from emotag_service.kafka.records.routes import Routes
from emotag_service.messages.untaggable import Fault, UntaggableError
from tests.unit.kafka.records.made import ShoutingCodec, headers, make_record, make_tag

ROUTES = Routes(output="out", by_label={"anger": "angry"}, inputs=("in",))
ENGINE_SAYS_NO = Fault("INVALID_MESSAGE", "text: has nothing to read")
NAMES = ("emotion-label", "emotion-score", "emotion-model", "emotion-status", "emotion-reason")


def make_rewriter(codec=None, **settings):
    return Rewriter(codec or ShoutingCodec(), settings.pop("routes", ROUTES), clock=lambda: 0.0, **settings)


def treat(rewriter: Rewriter, record: Record, answer=None) -> Outgoing:
    prepared = rewriter.prepare(record)
    return rewriter.finish(prepared, (answer or make_tag()) if prepared.reading else None)


def ours(outgoing: Outgoing) -> dict[str, bytes | None]:
    return {name: content for name, content in outgoing.headers if name in NAMES}


def size(outgoing: Outgoing) -> int:
    return batch_bytes(outgoing.key, outgoing.value, outgoing.headers)


class TestTagged:
    def test_the_codec_writes_and_headers_follow(self):
        record = make_record()
        out = treat(make_rewriter(), record)
        assert (out.topic, out.partition, out.timestamp, out.key) == ("out", 2, record.timestamp, b"k")
        assert (out.value, out.dead) == (b"[joy]thank you", "")
        assert out.headers[:4] == (*record.headers, ("by-codec", b"x"))
        assert ours(out) == {
            "emotion-label": b"joy",
            "emotion-score": b"0.750000",
            "emotion-model": b"tiny/1.0@abababababab",
            "emotion-status": b"OK",
        }

    def test_a_label_is_routed(self):
        assert treat(make_rewriter(), make_record(), make_tag(label="anger")).topic == "angry"

    def test_an_answer_must_not_be_missing(self):
        rewriter = make_rewriter()
        with pytest.raises(ValueError, match="the engine's answer is missing"):
            rewriter.finish(rewriter.prepare(make_record()), None)

    @given(st.none() | st.binary(max_size=20), headers, st.text(max_size=30), st.integers(0, 2**62))
    def test_nothing_else_changes(self, key, given_headers, text, timestamp):
        record = make_record(key=key, headers=given_headers, value=text.encode("utf-8"), timestamp=timestamp)
        out = treat(make_rewriter(), record)
        assert (out.key, out.timestamp, out.partition) == (key, timestamp, record.partition)
        foreign = [header for header in out.headers if header[0] not in (*NAMES, "by-codec")]
        assert foreign == [header for header in given_headers if header[0] not in NAMES]


class TestSkipped:
    def test_a_tombstone_stays_one(self):
        record = make_record(value=None)
        out = treat(make_rewriter(), record)
        assert (out.topic, out.value, out.key) == ("out", None, b"k")
        assert out.headers == (*record.headers, ("emotion-status", b"SKIPPED"), ("emotion-reason", b"TOMBSTONE"))

    def test_what_a_replay_notes_among_letters(self):
        noted = Receipt("emotag-replay.NOT_JSON", 12).outgoing("in", 0)
        record = make_record(value=noted.value)._replace(headers=noted.headers, offset=13)
        out = treat(make_rewriter(), record)
        assert out.value == record.value
        assert out.headers == (*record.headers, ("emotion-status", b"SKIPPED"), ("emotion-reason", b"RECEIPT"))

    def test_a_sender_that_is_not_asked_for(self):
        rewriter = make_rewriter(selection=Selection(senders=frozenset({"ann"})))
        out = treat(rewriter, make_record(value=b"bob> hi"))
        assert (out.value, ours(out)) == (b"bob> hi", {"emotion-status": b"SKIPPED", "emotion-reason": b"OTHER_SENDER"})
        assert treat(rewriter, make_record(value=b"ann> hi")).value == b"[joy]ann> hi"

    def test_a_tag_of_before_stays(self):
        rewriter = make_rewriter(selection=Selection(only_untagged=True))
        once = treat(rewriter, make_record())
        again = treat(rewriter, make_record(value=once.value, headers=once.headers), make_tag(label="anger"))
        assert again.value == once.value
        assert ours(again) == ours(once) | {"emotion-status": b"SKIPPED", "emotion-reason": b"TAGGED_BEFORE"}

    @pytest.mark.parametrize("policy", ["dead-letter", "pass-through", "stop"])
    @pytest.mark.parametrize(
        "value", [b'{"sender":"bob","text":"hi","emotion":"mine"}', b'{"sender":"bob"}', b'{"sender":"bob","text":""}']
    )
    def test_what_is_wrong_with_the_words_of_others_is_not_asked(self, value, policy):
        rewriter = make_rewriter(make_codec(), policy=policy, selection=Selection(senders=frozenset({"ann"})))
        out = treat(rewriter, make_record(value=value))
        assert (out.topic, out.value, out.dead) == ("out", value, "")
        assert ours(out) == {"emotion-status": b"SKIPPED", "emotion-reason": b"OTHER_SENDER"}
        fault = rewriter.prepare(make_record(value=value.replace(b"bob", b"ann"))).fault
        assert fault.reason in {"TAG_TAKEN", "NO_TEXT"}

    @pytest.mark.parametrize("codec", ["auto", "text"])
    @pytest.mark.parametrize("value", [b"hello", b"caf\xe9", b""])
    def test_text_is_nobodys_however_wrong(self, codec, value):
        rewriter = make_rewriter(make_codec(codec), selection=Selection(senders=frozenset({"ann"})))
        out = treat(rewriter, make_record(value=value))
        assert (out.topic, out.dead, ours(out)["emotion-reason"]) == ("out", "", b"OTHER_SENDER")

    def test_what_nobody_can_be_told_of_is_untaggable_for_all_senders(self):
        rewriter = make_rewriter(make_codec(), selection=Selection(senders=frozenset({"ann"})))
        assert treat(rewriter, make_record(value=b'{"sender":"bob')).dead == "NOT_JSON"

    def test_a_defect_says_nothing_of_a_sender(self):
        rewriter = make_rewriter(ShoutingCodec(read=RuntimeError()), selection=Selection(senders=frozenset({"ann"})))
        assert treat(rewriter, make_record()).dead == "CODEC_FAILED"

    def test_what_a_header_says_was_tagged_is_not_read_again(self):
        rewriter = make_rewriter(selection=Selection(only_untagged=True))
        tagged = (("emotion-label", b"joy"),)
        out = treat(rewriter, make_record(value=b"\xff", headers=tagged))
        assert (out.topic, out.value, out.dead) == ("out", b"\xff", "")
        assert out.headers == (*tagged, ("emotion-status", b"SKIPPED"), ("emotion-reason", b"TAGGED_BEFORE"))

    def test_an_event_without_words_goes_on(self):
        rewriter = make_rewriter(ShoutingCodec(read=UntaggableError("NOTHING_SAID", "a change of state")))
        out = treat(rewriter, make_record())
        assert (out.topic, out.value) == ("out", b"thank you")
        assert ours(out) == {"emotion-status": b"SKIPPED", "emotion-reason": b"NOTHING_SAID"}

    def test_what_was_wrong_is_not_asked_of_the_engine(self):
        assert make_rewriter().prepare(make_record(value=None)).reading is None
        assert make_rewriter().prepare(make_record(value=b"\xff")).reading is None


class TestUntaggable:
    def test_the_codecs_no(self):
        out = treat(make_rewriter(), make_record(value=b"\xff"))
        assert (out.topic, out.dead, out.value) == ("in.dead-letters", "WRONG_ENCODING", b"\xff")

    def test_the_codecs_no_when_it_writes(self):
        out = treat(make_rewriter(ShoutingCodec(write=UntaggableError("TAG_PLACE", "no place"))), make_record())
        assert (out.dead, out.value) == ("TAG_PLACE", b"thank you")

    def test_the_engines_no(self):
        rewriter, record = make_rewriter(), make_record()
        prepared = rewriter.prepare(record)
        out = rewriter.finish(prepared, ENGINE_SAYS_NO)
        assert (out.dead, out.value) == ("INVALID_MESSAGE", b"thank you")
        assert prepared.fault == ENGINE_SAYS_NO

    def test_finishing_again_gives_the_same(self):
        rewriter = make_rewriter(limits={"out": 10})
        prepared = rewriter.prepare(make_record())
        assert rewriter.finish(prepared, make_tag()) == rewriter.finish(prepared, make_tag())

    @pytest.mark.parametrize("where", ["read", "write"])
    def test_a_defect_of_the_codec_costs_that_record_and_quotes_nothing(self, where):
        rewriter = make_rewriter(ShoutingCodec(**{where: RuntimeError("it was: thank you")}))
        with structlog.testing.capture_logs() as logs:
            out = treat(rewriter, make_record())
        assert out.dead == "CODEC_FAILED"
        assert DeadLetter.read(Record("t", 0, 0, 0, None, None, out.headers)).detail.endswith(
            "(RuntimeError); report it"
        )
        [event] = logs
        assert (event["event"], event["offset"], event["codec"]) == ("codec failed", 7, "shouting")
        assert "thank you" not in str(event)

    def test_passing_through(self):
        out = treat(make_rewriter(policy="pass-through"), make_record(value=b"\xff"))
        assert (out.topic, out.value, out.dead) == ("out", b"\xff", "")
        assert ours(out) == {"emotion-status": b"FAILED", "emotion-reason": b"WRONG_ENCODING"}

    def test_stopping(self):
        with pytest.raises(StopPolicyError, match="in/2 offset 7 cannot be tagged: WRONG_ENCODING"):
            treat(make_rewriter(policy="stop"), make_record(value=b"\xff"))


class TestSizes:
    def test_what_fits_to_the_byte_is_written(self):
        fitting = size(treat(make_rewriter(), make_record()))
        assert treat(make_rewriter(limits={"out": fitting}), make_record()).topic == "out"
        assert treat(make_rewriter(limits={"out": fitting - 1}), make_record()).dead == "TOO_LARGE"

    def test_it_says_how_large_and_what_to_raise(self):
        out = treat(make_rewriter(limits={"out": 100}), make_record())
        detail = DeadLetter.read(Record("t", 0, 0, 0, None, None, out.headers)).detail
        assert "out accepts 100: raise its max.message.bytes" in detail

    def test_limits_are_looked_up_when_they_are_needed(self):
        limits: dict[str, int] = {}
        rewriter = make_rewriter(limits=limits)
        assert treat(rewriter, make_record()).dead == ""
        limits["out"] = 50
        assert treat(rewriter, make_record()).dead == "TOO_LARGE"

    def test_a_skipped_record_may_be_too_large_as_well(self):
        assert treat(make_rewriter(limits={"out": 50}), make_record(value=None)).dead == "TOO_LARGE"

    def test_a_dead_letter_that_does_not_fit_is_never_lost(self):
        rewriter = make_rewriter(limits={"out": 50, "in.dead-letters": 60})
        with pytest.raises(
            StopPolicyError, match=r"TOO_LARGE.*in\.dead-letters accepts 60: raise its max\.message\.byte"
        ):
            treat(rewriter, make_record())

    def test_nor_is_what_passes_through(self):
        with pytest.raises(StopPolicyError, match="it does not fit as it came either"):
            treat(make_rewriter(limits={"out": 50}, policy="pass-through"), make_record())


class TestRefused:
    REFUSED = Fault("REFUSED_BY_TOPIC", "it was too large")

    def test_a_tagged_record_becomes_a_dead_letter(self):
        rewriter = make_rewriter()
        prepared = rewriter.prepare(make_record())
        rewriter.finish(prepared, make_tag())
        out = rewriter.refuse(prepared, self.REFUSED)
        assert (out.dead, out.value, out.topic) == ("REFUSED_BY_TOPIC", b"thank you", "in.dead-letters")

    def test_one_that_was_read_again_too(self):
        rewriter = make_rewriter(policy="pass-through")
        out = rewriter.refuse(rewriter.prepare(make_record()), self.REFUSED)
        assert ours(out) == {"emotion-status": b"FAILED", "emotion-reason": b"REFUSED_BY_TOPIC"}

    @pytest.mark.parametrize(("value", "before"), [(b"thank you", ""), (b"\xff", "; WRONG_ENCODING")])
    def test_a_letter_of_what_was_refused_for_its_time_has_the_present_one(self, value, before):
        rewriter = make_rewriter()
        out = rewriter.refuse(rewriter.prepare(make_record(value=value)), Fault(REFUSED_FOR_TIME, "the topic said no"))
        letter = DeadLetter.read(Record("t", 0, 0, out.timestamp, out.key, out.value, out.headers))
        assert (out.timestamp, letter.time, out.dead) == (0, "1970-01-01T00:00:00.000+00:00", "TIMESTAMP_REFUSED")
        assert letter.detail.startswith(f"the topic said no to its timestamp, {make_record().timestamp}{before}")

    def test_what_the_policy_made_and_was_refused_stops_it(self):
        rewriter = make_rewriter()
        prepared = rewriter.prepare(make_record(value=b"\xff"))
        rewriter.finish(prepared, None)
        with pytest.raises(StopPolicyError, match=r"REFUSED_BY_TOPIC.*\(WRONG_ENCODING"):
            rewriter.refuse(prepared, self.REFUSED)


def test_a_topic_that_feeds_on_itself_ends_the_tagger():
    rewriter = make_rewriter(routes=Routes(template="{topic}.tagged", pattern="in"))
    with pytest.raises(SettingsError, match="--output-template"):
        treat(rewriter, make_record())


@pytest.mark.parametrize(
    ("records", "here"),
    [
        ([make_record()] * 2, True),
        ([make_record(value=b"x" * 200_000)] * 2, False),
        ([make_record(headers=(("", None),) * 2_000)] * 2, False),
        ([make_record(value=None, headers=(("", None),) * 4_000)], False),
    ],
)
async def test_what_is_large_or_has_many_headers_is_read_in_a_thread(records, here):
    read_here = []

    class Watched(Rewriter):
        def prepare(self, record):
            read_here.append(threading.current_thread() is threading.main_thread())
            return super().prepare(record)

    await prepare_all(Watched(ShoutingCodec(), ROUTES), records)
    assert set(read_here) == {here}
