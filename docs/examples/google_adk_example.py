"""Emotions in a run of Google ADK. A scripted model stands for yours: no key, no network.

pip install 'emotag[google-adk]' && python docs/examples/google_adk_example.py
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from google.adk.agents import LlmAgent
from google.adk.apps import App
from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.adk.runners import InMemoryRunner
from google.genai import types

from emotag.integrations import EmotionObserver, TaggedMessage
from emotag.integrations.google_adk import EmotionPlugin

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


class Scripted(BaseLlm):
    """Says one sentence after the other."""

    sentences: list[str]

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """Say the next."""
        del llm_request, stream
        yield LlmResponse(content=types.Content(role="model", parts=[types.Part(text=self.sentences.pop(0))]))


def show(tagged: TaggedMessage) -> None:
    """Print a message with its tag; a program of yours would count, alert or store."""
    print(f"{tagged.kind:8}{tagged.sender:8}{tagged.tag.label:9}{tagged.tag.score:.2f}  {tagged.text}")


async def main() -> None:
    """Hold a conversation of two turns."""
    sentences = ["I am so sorry that it took so long.", "What a relief, it is solved!"]
    model = Scripted(model="scripted", sentences=sentences)
    with EmotionObserver(show, keep_text=True) as observer:
        desk = LlmAgent(name="desk", model=model)
        runner = InMemoryRunner(app=App(name="trips", root_agent=desk, plugins=[EmotionPlugin(observer)]))
        await runner.session_service.create_session(app_name="trips", user_id="ada", session_id="trip")
        for text in ("This is unacceptable, I waited three hours.", "Thank you so much, you saved my trip!"):
            message = types.Content(role="user", parts=[types.Part(text=text)])
            async for _ in runner.run_async(user_id="ada", session_id="trip", new_message=message):
                pass
        await runner.close()


if __name__ == "__main__":
    asyncio.run(main())
