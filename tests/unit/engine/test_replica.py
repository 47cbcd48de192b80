"""What a replica's thread is; what becomes of its failures is in test_failures.py, of one that hangs in test_hangs.py."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from emotag_service.testing import ScriptedPredictor, in_memory_engine


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere niceness is of whole processes")
async def test_replicas_give_way_to_the_event_loop():
    nice = []

    def build():
        nice.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return ScriptedPredictor()

    engine = in_memory_engine(build)
    await engine.start()
    await engine.close()
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert nice == [min(own + 10, 19)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own
