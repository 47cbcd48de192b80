"""Emotions in a run of Microsoft Agent Framework. A scripted client stands for yours: no key, no network.

pip install 'emotag[agent-framework]' && python docs/examples/agent_framework_example.py
"""

from __future__ import annotations

import asyncio
from typing import Any

from agent_framework import Agent, BaseChatClient, ChatResponse, Message

from emotag.integrations import EmotionObserver, TaggedMessage
from emotag.integrations.agent_framework import EmotionMiddleware


class Scripted(BaseChatClient):
    """Says one sentence after the other."""

    def __init__(self, *sentences: str) -> None:
        super().__init__()
        self._sentences = iter(sentences)

    async def _inner_get_response(self, **_: Any) -> ChatResponse:
        return ChatResponse(messages=[Message("assistant", [next(self._sentences)])])


def show(tagged: TaggedMessage) -> None:
    """Print a message with its tag; a program of yours would count, alert or store."""
    print(f"{tagged.kind:8}{tagged.sender:8}{tagged.tag.label:9}{tagged.tag.score:.2f}  {tagged.text}")


async def main() -> None:
    """Hold a conversation of two turns."""
    client = Scripted("I am so sorry that it took so long.", "What a relief, it is solved!")
    with EmotionObserver(show, keep_text=True) as observer:
        agent = Agent(client, name="desk", middleware=[EmotionMiddleware(observer)])
        session = agent.create_session()
        for text in ("This is unacceptable, I waited three hours.", "Thank you so much, you saved my trip!"):
            await agent.run(text, session=session)


if __name__ == "__main__":
    asyncio.run(main())
