"""What CPU time a process spends on a record; and an orderly end, for the figures of the profiler inside it."""

from __future__ import annotations

from collections.abc import Sequence

import psutil

from tests.benchmarks.kafka.subject import Subject, wait_for


def profile(bootstrap: str, source: str, group: str, command: Sequence[str], *, total: int) -> float:
    """CPU microseconds per record of `python -m command…`, from the first commit that is seen to the last."""
    with Subject(command) as subject:
        process = psutil.Process(subject.pid)
        first = wait_for(bootstrap, source, group, 1, subject)
        began = sum(process.cpu_times()[:2])
        last = wait_for(bootstrap, source, group, total, subject)
        ended = sum(process.cpu_times()[:2])
        subject.end()
    return (ended - began) / max(1, last - first) * 1e6
