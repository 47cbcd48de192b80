"""What tags, in this process or by a server, for those who need not know which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from emotag.tag import Tag


class Tagging(Protocol):
    """`EmotionTagger.tag_async` or `AsyncEmotionClient.classify_many`."""

    def __call__(self, messages: Iterable[str], /, *, taxonomy: str, scores: bool) -> Awaitable[list[Tag]]:
        """Return one tag a message, in their order. Raises EmotionError where no message can have one."""
