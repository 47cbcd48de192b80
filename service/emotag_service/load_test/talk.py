"""Arrivals over streams: what has arrived goes into the next frame, and the service says when it reads on."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import grpc

from emotag.errors import DeadlineExceededError
from emotag.status import interruption
from emotag.v1.emotion_service_pb2 import StreamClassifyRequest, StreamClassifyResponse
from emotag.v1.message_pb2 import Message
from emotag.window import FRAME_MESSAGES, ROOM_MESSAGES
from emotag_service.load_test.tally import NO_ANSWER
from emotag_service.load_test.target import error_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotag_service.load_test.tally import Tally
    from emotag_service.load_test.target import StreamCall, Target
    from emotag_service.load_test.texts import Texts


async def call_streams(
    target: Target, tally: Tally, texts: Texts, patience: float, *, streams: int, unsent: float
) -> None:
    """Send messages as they arrive over streams in turn, and wait for the last answer.

    A message that could not be sent for `unsent` seconds is held back; for the last answers is waited for `patience`
    seconds after that.

    Raises:
        EmotionError: A stream ended before anything on it was answered.
    """
    numbers = range(len(tally.planned))
    talks = [Talk(target, tally, texts, numbers[first::streams], patience, unsent) for first in range(streams)]
    running = [asyncio.create_task(talk.run()) for talk in talks]
    try:
        await asyncio.gather(*running)
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Talk:
    """One stream of a load; frames and the messages unanswered at once are as many as the SDK's."""

    def __init__(
        self, target: Target, tally: Tally, texts: Texts, numbers: Sequence[int], patience: float, unsent: float
    ) -> None:
        """`numbers` are those of its messages, in order."""
        self._target = target
        self._tally = tally
        self._texts = texts
        self._unsent = deque(numbers)
        self._longest_unsent = unsent
        self._seconds = tally.seconds + unsent + patience
        self._unanswered: set[int] = set()
        self._newest = -1
        self._room = asyncio.Event()

    async def run(self) -> None:
        """Send all, and read all answers. What the stream fails with is the answer to what had none.

        Raises:
            EmotionError: It failed before anything was answered.
        """
        call = self._target.stream()
        sending = asyncio.create_task(self._send(call))
        try:
            await self._read(call, sending)
        except grpc.aio.AioRpcError as failure:
            if self._newest < 0:
                raise interruption(failure) from failure
            for number in list(self._unanswered):
                self._tally.settle(number, interruption(failure))
        except TimeoutError:
            for number in list(self._unanswered):  # it may be about to come: only an end makes them lost
                self._tally.settle(number, DeadlineExceededError("no answer came in time", reason=NO_ANSWER))
        finally:
            sending.cancel()
            call.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            for number in self._unsent:
                self._tally.hold_back(number)

    async def _read(self, call: StreamCall, sending: asyncio.Task[None]) -> None:
        async with asyncio.timeout(self._seconds):
            while (frame := await call.read()) is not grpc.aio.EOF:
                assert isinstance(frame, StreamClassifyResponse)  # noqa: S101 - the type of EOF is not a literal
                for tag in frame.tags:
                    number = self._tally.answer(tag.message_id, error_of(tag))
                    if number is not None:
                        self._note(number)
                self._room.set()
            await sending

    def _note(self, number: int) -> None:
        self._tally.misordered += number < self._newest
        self._newest = max(self._newest, number)
        self._unanswered.discard(number)

    async def _send(self, call: StreamCall) -> None:
        try:
            await call.write(StreamClassifyRequest(options=self._target.options))
            while numbers := await self._arrived():
                messages = [Message(id=self._tally.message_id(each), text=self._texts[each]) for each in numbers]
                for number in numbers:
                    self._tally.send(number)
                self._unanswered.update(numbers)
                await call.write(StreamClassifyRequest(messages=messages))
            await call.done_writing()
        except (grpc.RpcError, asyncio.InvalidStateError):
            return  # the call is over; reading says why

    async def _arrived(self) -> list[int]:
        """Wait for messages, and for room for them; empty when no more will be sent."""
        while self._unsent:
            delay = self._tally.due(self._unsent[0])
            if delay > 0:
                await asyncio.sleep(delay)
                continue
            self._give_up_old()
            numbers = self._due(min(FRAME_MESSAGES, ROOM_MESSAGES - len(self._unanswered)))
            if numbers:
                return numbers
            if len(self._unanswered) >= ROOM_MESSAGES:
                self._room.clear()
                await self._room.wait()
        return []

    def _due(self, most: int) -> list[int]:
        numbers: list[int] = []
        while self._unsent and len(numbers) < most and self._tally.due(self._unsent[0]) <= 0:
            numbers.append(self._unsent.popleft())
        return numbers

    def _give_up_old(self) -> None:
        while self._unsent and -self._tally.due(self._unsent[0]) > self._longest_unsent:
            self._tally.hold_back(self._unsent.popleft())
