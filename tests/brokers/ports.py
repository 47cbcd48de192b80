"""Ports for what is not there yet, or not any more, while clients keep calling."""

from __future__ import annotations

import os
import random
import socket

# Below Linux's and every other system's range of ephemeral ports: a client that calls a closed port of that range may be given
# the very same port as its own, connect to itself, and keep the broker from coming back.
_LOWEST, _HIGHEST = 10_000, 32_000
_choice = random.Random(os.urandom(8))


def stable_port() -> int:
    """A port of this machine that nothing listens on now, and that no client will be given."""
    for _ in range(1000):
        port = _choice.randrange(_LOWEST, _HIGHEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port in {_LOWEST}-{_HIGHEST}")
