"""Tools of the Model Context Protocol (MCP) by which language models have messages tagged. Needs the extra `mcp`."""

from __future__ import annotations

from collections import Counter, defaultdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

from emotag.errors import EmotionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag.tag import Tag
    from emotag.tagging import Tagging

MOST_MESSAGES = 1024
_NEUTRAL = "neutral"
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_INSTRUCTIONS = """\
Tags what agents or people say to each other with emotions. A label holds where a message plainly expresses it;
questions, plans, code and courtesy by formula are neutral. Scores are calibrated probabilities, each for itself. Send
several messages in one call instead of making several calls.
"""

Text = Annotated[str, Field(description="What was said, in natural language: at most 64 KiB, not blank.")]
Texts = Annotated[list[str], Field(description="What was said, a text each.", min_length=1, max_length=MOST_MESSAGES)]
Taxonomy = Annotated[
    str,
    Field(
        description="Labels to answer in: basic (anger, disgust, fear, joy, sadness, surprise, neutral), ekman, "
        "goemotions (28 labels) or sentiment. Empty: basic."
    ),
]
Scores = Annotated[bool, Field(description="Give the score of every label, too.")]


class Emotion(BaseModel):
    """What is said of one message."""

    label: str = Field(description="The emotion; empty when there is an error.")
    score: float = Field(description="Calibrated probability of the label, from 0 to 1.")
    labels: list[str] = Field(description="Every emotion that holds, the likeliest first, but neutral of basic last.")
    uncertain: bool = Field(description="No emotion is likely enough to hold.")
    truncated: bool = Field(description="Only the beginning of a long message was read.")
    scores: dict[str, float] | None = Field(description="Probability of every label, where it was asked for.")
    error: str | None = Field(description="Why this message has no label.")


class Emotions(BaseModel):
    """What is said of several messages."""

    emotions: list[Emotion] = Field(description="One for each text, in their order.")


class Turn(BaseModel):
    """What somebody said in a conversation."""

    sender: str = Field(description="Who said it.")
    text: Text


Turns = Annotated[
    list[Turn], Field(description="The conversation from its beginning.", min_length=1, max_length=MOST_MESSAGES)
]


class Moment(BaseModel):
    """A turn that is not neutral."""

    turn: int = Field(description="Its place, from 0.")
    sender: str
    label: str
    score: float


class Mood(BaseModel):
    """How a conversation goes."""

    label: str = Field(description="The emotion that most turns express which express any; neutral when none does.")
    shares: dict[str, float] = Field(description="Share of the turns by label.")
    senders: dict[str, dict[str, float]] = Field(description="The same by who said them.")
    moments: list[Moment] = Field(description="The turns that are not neutral, in their order.")
    failed: list[int] = Field(description="Turns that could not be tagged; they count in no share.")


def make_server(tagging: Tagging) -> MCPServer[Any]:
    """Make the server of the tools; `tagging` answers them."""
    server: MCPServer[Any] = MCPServer("emotag", version=version("emotag"), instructions=_INSTRUCTIONS)

    async def tagged(texts: Iterable[str], taxonomy: str, *, scores: bool) -> list[Tag]:
        try:
            return await tagging(list(texts), taxonomy=taxonomy, scores=scores)
        except EmotionError as error:
            raise ToolError(str(error)) from error

    @server.tool(title="Emotion of a message", annotations=_READS)
    async def classify_emotion(text: Text, taxonomy: Taxonomy = "", scores: Scores = False) -> Emotion:
        """Say which emotion a message expresses, with a calibrated probability."""
        [tag] = await tagged([text], taxonomy, scores=scores)
        if tag.error is not None:
            raise ToolError(str(tag.error))
        return _emotion(tag)

    @server.tool(title="Emotions of messages", annotations=_READS)
    async def classify_emotions(texts: Texts, taxonomy: Taxonomy = "", scores: Scores = False) -> Emotions:
        """Say which emotion each of several messages expresses; one that cannot be tagged has an error in its place."""
        return Emotions(emotions=[_emotion(tag) for tag in await tagged(texts, taxonomy, scores=scores)])

    @server.tool(title="Mood of a conversation", annotations=_READS)
    async def conversation_mood(messages: Turns, taxonomy: Taxonomy = "") -> Mood:
        """Say how a conversation goes: its prevailing emotion, shares by sender, and the turns that are not neutral."""
        return mood(messages, await tagged([turn.text for turn in messages], taxonomy, scores=False))

    return server


def mood(turns: list[Turn], tags: list[Tag]) -> Mood:
    """Sum up the tags of a conversation's turns."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    moments, failed = [], []
    for number, (turn, tag) in enumerate(zip(turns, tags, strict=True)):
        if tag.error is not None:
            failed.append(number)
            continue
        counts[turn.sender][tag.label] += 1
        if tag.label != _NEUTRAL:
            moments.append(Moment(turn=number, sender=turn.sender, label=tag.label, score=tag.score))
    total: Counter[str] = sum(counts.values(), Counter())
    expressed = Counter({label: count for label, count in total.items() if label != _NEUTRAL})
    return Mood(
        label=expressed.most_common(1)[0][0] if expressed else _NEUTRAL,
        shares=_shares(total),
        senders={sender: _shares(count) for sender, count in counts.items()},
        moments=moments,
        failed=failed,
    )


def _shares(counts: Counter[str]) -> dict[str, float]:
    return {label: count / counts.total() for label, count in counts.most_common()}


def _emotion(tag: Tag) -> Emotion:
    return Emotion(
        label=tag.label,
        score=tag.score,
        labels=list(tag.labels),
        uncertain=tag.uncertain,
        truncated=tag.truncated,
        scores=tag.scores,
        error=None if tag.error is None else str(tag.error),
    )
