"""How much the engine takes, holds and computes at once."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """Bounds of one engine; every one is at least 1.

    Attributes:
        max_text_bytes: Bytes of UTF-8 in one text.
        max_name_bytes: Bytes of UTF-8 in an id, a sender or a conversation id.
        max_tokens: Tokens that the model reads of a message; the tokenizer decides, 0 stands for that.
        queue_messages: Messages that are held at once, waiting or computed.
        queue_bytes: Bytes of UTF-8 text that are held at once.
        batch_bytes: Bytes of UTF-8 text in one batch, those that the model does not look at left out.
        batch_messages: Messages of one batch.
        instant_bytes: Bytes of UTF-8 text, at most, of a job of few messages that is computed on the event loop where
            its share has little to do (`Branch`) and the model is that quick; 0 for none.
        compute_seconds: A batch that takes longer than this hangs: its replica is replaced.
        build_seconds: The same for building and warming up a replica.
        close_seconds: How long a closing engine waits for a replica to finish its batch.
        rebuild_attempts: Builds of a replica in a row that may fail before it is given up.
        rebuild_delay: Seconds before the second attempt; doubled for each further one.
    """

    max_text_bytes: int = 65_536
    max_name_bytes: int = 256
    max_tokens: int = 0
    queue_messages: int = 16_384
    queue_bytes: int = 64 * 1024 * 1024
    batch_bytes: int = 32_768
    batch_messages: int = 256
    instant_bytes: int = 512
    compute_seconds: float = 20.0
    build_seconds: float = 120.0
    close_seconds: float = 5.0
    rebuild_attempts: int = 5
    rebuild_delay: float = 0.1

    def __post_init__(self) -> None:
        for field in fields(self):
            value, least = getattr(self, field.name), _LEAST.get(field.name, 1)
            if not value >= least:
                raise ValueError(f"EngineLimits.{field.name} is {value}; give it at least {least}")


_LEAST = {"compute_seconds": 1e-3, "build_seconds": 1e-3} | dict.fromkeys(
    ("max_tokens", "instant_bytes", "close_seconds", "rebuild_delay"), 0
)
