"""Standard input, output and errors: those that every command can count on, however it was started."""

from __future__ import annotations

import io
import os
import sys


def open_standard_streams() -> None:
    """Have all three: an input that was closed is empty, errors are lost, and writing to the output fails.

    Without, the next file that is opened would take its place, and be written to. What is written is waited for: who
    shares an output that does not block, such as a terminal, would have some of it lost when it is full. Letters that
    the encoding of the output lacks are replaced: a locale without emoji is no reason to fail.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            mode = os.O_RDONLY if descriptor == 1 else os.O_RDWR  # what a command was asked for is not lost silently
            opened = os.open(os.devnull, mode)  # the lowest number that is free, which is this one
            os.set_inheritable(opened, True)
    for descriptor in (1, 2):
        os.set_blocking(descriptor, True)
    if sys.stdin is None:
        sys.stdin = _text(0, "r")
    if sys.stdout is None:
        sys.stdout = _text(1, "w")
    if sys.stderr is None:
        sys.stderr = _text(2, "w")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _text(descriptor: int, mode: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.FileIO(descriptor, mode, closefd=False), encoding="utf-8", line_buffering=True)
