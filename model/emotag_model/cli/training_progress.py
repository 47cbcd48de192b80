"""Shows how a training run goes: a bar per epoch on stderr, and a line when it ends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Never, Self

from tqdm import tqdm

if TYPE_CHECKING:
    from emotag_model.training.data import TrainingData
    from emotag_model.training.state import EpochFigures


class TrainingProgress:
    """Progress on stderr; the bar only where that is a terminal."""

    def __init__(self, data: TrainingData) -> None:
        self._bar: tqdm[Never] | None = None
        words = (
            f"{len(data.train):,} messages in GoEmotions' words, {data.left_out} left out as they are held out too; "
            f"{len(data.agents):,} in those of basic, {data.agents_left_out} left out; "
            f"{len(data.dev):,} and {len(data.agents_dev):,} dev"
        )
        texts = len(data.unlabelled) + len(data.told)
        more = f"; {texts:,} texts without labels" if texts else ""
        tqdm.write(words + more, file=sys.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def start_stage(self, words: str) -> None:
        """Say what follows."""
        tqdm.write(words, file=sys.stderr)

    def start_epoch(self, epoch: int, messages: int) -> None:
        """Open the bar of epoch `epoch`."""
        self._open(f"epoch {epoch}", messages)

    def start_asking(self, messages: int) -> None:
        """Open the bar of a teacher's answers."""
        tqdm.write(f"asking it about {messages:,} messages", file=sys.stderr)
        self._open("asked", messages)

    def end_asking(self) -> None:
        """Take that bar away."""
        self._close()

    def advance(self, messages: int) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(messages)

    def end_epoch(self, figures: EpochFigures) -> None:
        """Replace the bar by the epoch's figures."""
        self._close()
        line = (
            f"epoch {figures.epoch}: loss {figures.loss:.4f}, dev macro-F1 basic {figures.basic_macro_f1:.4f}, "
            f"ekman {figures.ekman_macro_f1:.4f}, goemotions {figures.goemotions_macro_f1:.4f}"
        )
        tqdm.write(line, file=sys.stderr)

    def _open(self, words: str, messages: int) -> None:
        self._bar = tqdm(total=messages, desc=words, unit="msg", unit_scale=True, leave=False, disable=None)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
