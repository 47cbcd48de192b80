"""Drives a session with blocking calls: one thread reads the caller's iterable, one the server's replies.

gRPC itself runs a third that asks `_frames` for what to send. All share one lock, held only to move entries; encoding
and decoding happen outside it. Whoever waits does so on a condition, so that nothing polls.
"""

from __future__ import annotations

import _thread
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

import grpc

from emotag.status import interruption
from emotag.v1 import emotion_service_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from contextlib import AbstractContextManager

    from emotag.decoder import Decoder
    from emotag.entry import Entry, Intake, Item
    from emotag.errors import ClientClosedError, EmotionError
    from emotag.options import Options
    from emotag.session import Session
    from emotag.tag import Tag


# That a stream is given to end. It takes milliseconds, unless the collector waits for it within a lock that it needs.
_END_SECONDS = 10.0


class Call(Protocol):
    """A call of StreamClassify."""

    def __iter__(self) -> Iterator[pb.StreamClassifyResponse]:
        """The server's frames; raises grpc.RpcError."""

    def cancel(self) -> bool:
        """End it now."""


class Stream:
    """One stream of messages to tags."""

    def __init__(
        self,
        options: Options,
        session: Session,
        intake: Intake,
        decoder: Callable[[], Decoder],
        connect: Callable[[Iterator[pb.StreamClassifyRequest]], AbstractContextManager[Call]],
    ) -> None:
        """`decoder` makes one for each connection; `connect` opens a call that sends what the iterator gives.

        What `connect` returns is left when the call is over, or of no use any more.
        """
        self._first = pb.StreamClassifyRequest(options=options.wire())
        self._session = session
        self._intake = intake
        self._decoder = decoder
        self._connect = connect
        self._call: Call | None = None
        self._failure: BaseException | None = None
        self._stopped = False
        lock = threading.Lock()
        self._lock = lock
        self._room = threading.Condition(lock)  # for the reader of the caller's iterable
        self._work = threading.Condition(lock)  # for the sender, and for opening a connection
        self._tags = threading.Condition(lock)  # for the caller
        self._stop = threading.Condition(lock)  # for a wait between connections

    def run(self, items: Iterable[Item]) -> Generator[Tag, None, None]:
        """Yield the tags. Closing the generator, or any exception, cancels the call and ends the threads.

        The thread that began waits for them to have ended.
        """
        if self._failure is not None:  # the client was closed before
            raise self._failure
        caller = threading.get_ident()
        replies = threading.Thread(target=self._guarded, args=(self._serve,), name="emotag-replies", daemon=True)
        # A daemon, because nothing can end a thread that waits in the caller's own iterable, such as on standard input.
        reader = threading.Thread(target=self._guarded, args=(self._read, items), name="emotag-messages", daemon=True)
        reader.start()
        replies.start()
        try:
            while tags := self._next_tags():
                yield from tags
        finally:
            self._halt_from_anywhere()
            if threading.get_ident() == caller:
                replies.join(_END_SECONDS)

    def cancel(self, error: ClientClosedError) -> None:
        """End it now, whether or not a call is open. What is ready is handed out, and then this is raised."""
        self._failure = self._failure or error
        self._halt_from_anywhere()

    def _next_tags(self) -> list[Tag]:
        """Wait for tags; empty at the end. What is ready is handed out before a failure is raised.

        Once every message has its tag, no failure of the connection matters any more.

        The time is watched here, since a stream that waits for messages, or between connections, has no call to do it.
        """
        with self._lock:
            while not self._session.ready() and not self._session.finished and self._failure is None:
                if not self._tags.wait(self._session.remaining()):
                    raise self._session.expired()
            tags = self._session.take()
            self._room.notify()
            if not tags and not self._session.finished and self._failure is not None:
                raise self._failure
            return tags

    def _guarded(self, work: Callable[..., None], *arguments: Iterable[Item]) -> None:
        """Whatever a thread raises, the caller's own iterable included, is raised where the tags are read."""
        try:
            work(*arguments)
        except BaseException as failure:  # noqa: BLE001 - it crosses to another thread and is raised there
            with self._lock:
                self._failure = self._failure or failure
            self._halt()

    def _halt(self) -> None:
        with self._lock:
            self._halt_locked()

    def _halt_locked(self) -> None:
        self._stopped = True
        if self._call is not None:
            self._call.cancel()
        for condition in (self._room, self._work, self._tags, self._stop):
            condition.notify_all()

    def _halt_from_anywhere(self) -> None:
        """Halt though this may be the collector or a signal, in any thread and within any lock, even the stream's own.

        If that is not free, a thread that holds no other waits for it.
        """
        if self._lock.acquire(blocking=False):
            try:
                self._halt_locked()
            finally:
                self._lock.release()
        else:
            with suppress(RuntimeError):  # the interpreter ends, and the stream with it
                _thread.start_new_thread(self._halt, ())  # not `threading`'s: that takes locks, and waits

    def _read(self, items: Iterable[Item]) -> None:
        for item in items:
            entry = self._intake.entry(item)
            with self._lock:
                while not self._session.has_room() and not self._stopped:
                    self._room.wait()
                if self._stopped:
                    return
                self._session.admit(entry)
                self._work.notify_all()
                if entry.tag is not None:
                    self._tags.notify()
        with self._lock:
            self._session.end()
            self._work.notify_all()
            self._tags.notify()

    def _serve(self) -> None:
        while self._await_work():
            error = self._converse()
            with self._lock:
                if self._stopped:
                    return
                self._pause(self._session.closed(error))

    def _await_work(self) -> bool:
        with self._lock:
            while not self._session.wants_connection and not self._session.finished and not self._stopped:
                self._work.wait()
            return self._session.wants_connection and not self._stopped

    def _pause(self, seconds: float) -> None:
        """Wait, holding the lock, that long or until the stream is stopped."""
        until = time.monotonic() + seconds
        while not self._stopped and (left := until - time.monotonic()) > 0:
            self._stop.wait(left)

    def _converse(self) -> EmotionError | None:
        """Open a connection, and settle what comes back until it is over."""
        over = threading.Event()
        decoder = self._decoder()
        with self._lock:
            self._session.open()
        try:
            with self._connect(self._frames(decoder, over)) as call:
                self._settle(call, decoder)
        except grpc.RpcError as failure:
            return interruption(failure)
        finally:
            with self._lock:
                over.set()
                if self._call is not None:
                    self._call.cancel()  # does nothing to a call that is over
                self._call = None
                self._work.notify_all()
        return None

    def _settle(self, call: Call, decoder: Decoder) -> None:
        with self._lock:
            self._call = call
            if self._stopped:
                call.cancel()
        for frame in call:
            tags = decoder.frame(frame)
            with self._lock:
                self._session.receive(tags, drain=frame.HasField("drain"))
                self._tags.notify()
                self._work.notify_all()

    def _frames(self, decoder: Decoder, over: threading.Event) -> Iterator[pb.StreamClassifyRequest]:
        """What one connection sends; runs in gRPC's thread, which takes a frame when there is room on the wire."""
        yield self._first
        while True:
            with self._lock:
                entries = self._next_frame(decoder, over)
                self._show_ready()
            if not entries:
                return
            yield pb.StreamClassifyRequest(messages=[entry.wire for entry in entries])

    def _next_frame(self, decoder: Decoder, over: threading.Event) -> list[Entry]:
        """Wait, holding the lock, for entries to send; empty when nothing more will be sent on this connection."""
        while not over.is_set():
            limits = decoder.limits  # none until the server has taken the options
            if limits is not None and (entries := self._session.next_frame(limits)):
                return entries
            if limits is not None and self._session.done_sending:
                break
            self._show_ready()
            self._work.wait()
        return []

    def _show_ready(self) -> None:
        """Have what making a frame has answered, a message too large for the server, handed out, holding the lock."""
        if self._session.ready():
            self._tags.notify()
