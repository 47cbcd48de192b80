"""Emotions of what agents of AutoGen send each other. They are scripted: no model, no key, no network.

pip install 'emotag[local]' jsonref opentelemetry-api pillow pydantic && pip install --no-deps autogen-core
python docs/examples/autogen_example.py
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from autogen_core import AgentId, MessageContext, RoutedAgent, SingleThreadedAgentRuntime, message_handler

from emotag.integrations import EmotionObserver, TaggedMessage
from emotag.integrations.autogen import EmotionHandler


@dataclass
class Said:
    """What one says to another."""

    content: str


class Desk(RoutedAgent):
    """Asks another before it answers."""

    @message_handler
    async def told(self, message: Said, ctx: MessageContext) -> Said:
        """Ask for a seat, and be glad of it."""
        del message, ctx
        await self.send_message(Said("I am worried that we will not find a seat for her."), AgentId("seats", "trip"))
        return Said("What a relief, it is solved!")


class Seats(RoutedAgent):
    """Finds seats."""

    @message_handler
    async def asked(self, message: Said, ctx: MessageContext) -> Said:
        """Find one."""
        del message, ctx
        return Said("I am so sorry that it took so long, 12A is free.")


def show(tagged: TaggedMessage) -> None:
    """Print a message with its tag; a program of yours would count, alert or store."""
    print(f"{tagged.kind:8}{tagged.sender:8}{tagged.tag.label:9}{tagged.tag.score:.2f}  {tagged.text}")


async def main() -> None:
    """Tell the desk, which asks another agent."""
    with EmotionObserver(show, keep_text=True) as observer:
        runtime = SingleThreadedAgentRuntime(intervention_handlers=[EmotionHandler(observer)])
        await Desk.register(runtime, "desk", lambda: Desk("Helps."))
        await Seats.register(runtime, "seats", lambda: Seats("Finds seats."))
        runtime.start()
        await runtime.send_message(Said("This is unacceptable, I waited three hours."), AgentId("desk", "trip"))
        await runtime.stop_when_idle()


if __name__ == "__main__":
    asyncio.run(main())
