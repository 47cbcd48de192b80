"""A stream outlives its server: SIGTERM, and another one on the same port."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from emotag import EmotionClient, Message, Retry
from emotag.cli.demo_server import DemoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 3000
PATIENT = Retry(attempts=200, initial=0.2, maximum=0.2)


def test_a_stream_goes_on_with_the_next_server() -> None:
    replaced: list[DemoServer] = []

    def replace() -> None:
        servers.close()
        replaced.append(servers.enter_context(DemoServer(port=int(first.target.rpartition(":")[2]))))

    def talk() -> Iterator[Message]:
        for number in range(COUNT):
            if number == COUNT // 2:
                replacing.start()
            yield Message(f"message {number}, thank you", id=f"m{number}")

    replacing = threading.Thread(target=replace)
    with ExitStack() as servers:
        first = servers.enter_context(DemoServer())
        with EmotionClient(first.target, retry=PATIENT) as client:
            tags = list(client.stream(talk()))
        replacing.join()
    assert [tag.message_id for tag in tags] == [f"m{number}" for number in range(COUNT)]
    assert [tag.error for tag in tags if tag.error is not None] == []
    assert (first.exit_code, replaced[0].exit_code) == (0, 0)


def test_the_demo() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "emotag", "demo", "--fast"], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"messages   2\d\n", done.stdout)
    assert "errors     INVALID_ARGUMENT 1\n" in done.stdout
    assert done.stdout.endswith("the service has stopped\n")
