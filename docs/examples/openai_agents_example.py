"""Emotions in a run of the OpenAI Agents SDK. A scripted model stands for yours: no key, no network.

pip install 'emotag[openai-agents]' && python docs/examples/openai_agents_example.py
"""

from __future__ import annotations

import asyncio
from typing import Any

from agents import Agent, Model, ModelResponse, RunConfig, Runner, SQLiteSession, Usage
from openai.types.responses import ResponseOutputMessage, ResponseOutputText

from emotag.integrations import EmotionObserver, TaggedMessage
from emotag.integrations.openai_agents import EmotionHooks


class Scripted(Model):
    """Says one sentence after the other."""

    def __init__(self, *sentences: str) -> None:
        self._sentences = iter(sentences)

    async def get_response(self, *_: Any, **__: Any) -> ModelResponse:
        """Say the next."""
        part = ResponseOutputText(type="output_text", text=next(self._sentences), annotations=[])
        said = ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[part])
        return ModelResponse([said], Usage(), None)

    def stream_response(self, *_: Any, **__: Any) -> Any:
        """Not needed here."""
        raise NotImplementedError


def show(tagged: TaggedMessage) -> None:
    """Print a message with its tag; a program of yours would count, alert or store."""
    print(f"{tagged.kind:8}{tagged.sender:8}{tagged.tag.label:9}{tagged.tag.score:.2f}  {tagged.text}")


async def main() -> None:
    """Hold a conversation of two turns."""
    model = Scripted("I am so sorry that it took so long.", "What a relief, it is solved!")
    agent, session = Agent("desk", model=model), SQLiteSession("trip")
    untraced = RunConfig(tracing_disabled=True)  # traces would go to OpenAI, and need a key
    with EmotionObserver(show, keep_text=True) as observer:
        hooks = EmotionHooks(observer, conversation_id="trip")
        for text in ("This is unacceptable, I waited three hours.", "Thank you so much, you saved my trip!"):
            await Runner.run(agent, text, session=session, hooks=hooks, run_config=untraced)


if __name__ == "__main__":
    asyncio.run(main())
