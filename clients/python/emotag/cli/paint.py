"""How tags look to people: aligned columns, coloured on a terminal."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from emotag.tag import Tag

COLOURS = {
    "anger": "31",
    "disgust": "32",
    "fear": "35",
    "joy": "33",
    "neutral": "37",
    "sadness": "34",
    "surprise": "36",
    "positive": "32",
    "negative": "31",
    "ambiguous": "36",
    "error": "1;31",
}
LABEL_WIDTH = 14  # the longest label that ships is "disappointment"


class Paint:
    """Renders for one output: colour only on a terminal, and never when NO_COLOR is set (https://no-color.org)."""

    def __init__(self, output: TextIO) -> None:
        terminal = output.isatty()
        self._colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._width = shutil.get_terminal_size().columns if terminal else None

    def emotion(self, tag: Tag) -> str:
        """Label and score, or the error's code, as wide as every other."""
        if tag.error is not None:
            return self.coloured("error", f"{'error':<{LABEL_WIDTH}}    - ")
        doubt = "?" if tag.uncertain else " "
        return f"{self.coloured(tag.label, f'{tag.label:<{LABEL_WIDTH}}')} {tag.score:.2f}{doubt}"

    def message(self, text: str, *, used: int = 0) -> str:
        """The text on one line, cut to what a terminal of this width has left after `used` columns."""
        line = "".join(one if one.isprintable() else " " for one in text)
        room = None if self._width is None else max(20, self._width - used)
        return line if room is None or len(line) <= room else line[: room - 1] + "…"

    def coloured(self, label: str, text: str) -> str:
        """The text in the colour of the label."""
        colour = COLOURS.get(label)
        return f"\033[{colour}m{text}\033[0m" if self._colour and colour else text

    def line(self, tag: Tag, text: str) -> str:
        """One message with its tag."""
        shown = text if tag.error is None else f"{tag.error.code}: {tag.error}"
        return f"{self.emotion(tag)}  {self.message(shown, used=LABEL_WIDTH + 8)}"

    def details(self, tag: Tag) -> list[str]:
        """Further lines: the scores, highest first, and the tokens, in reading order."""
        lines = []
        for label, score in sorted((tag.scores or {}).items(), key=lambda pair: -pair[1]):
            lines.append(f"    {self.coloured(label, f'{label:<{LABEL_WIDTH}}')} {score:.2f} {'▇' * round(score * 30)}")
        if tag.token_weights:
            lines.append("    " + " ".join(f"{token}:{weight:.2f}" for token, weight in tag.token_weights))
        return lines
