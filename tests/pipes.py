"""What a pipe holds that nobody has read."""

from __future__ import annotations

import fcntl
import sys
import termios


def waiting(descriptor: int) -> int:
    """How many bytes a pipe holds, asked at either end."""
    return int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)), sys.byteorder)
