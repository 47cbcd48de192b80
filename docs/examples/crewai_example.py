"""Emotions in a crew of CrewAI. Scripted models stand for yours: no key, no network.

pip install 'emotag[crewai]' && python docs/examples/crewai_example.py
"""

from __future__ import annotations

from typing import Any

from crewai import Agent, BaseLLM, Crew, Task

from emotag.integrations import EmotionObserver, TaggedMessage
from emotag.integrations.crewai import EmotionListener


class Scripted(BaseLLM):
    """Says one sentence, as CrewAI's prompts ask for it."""

    sentence: str

    def call(self, *_: Any, **__: Any) -> str:
        """Say it."""
        return f"Thought: I now can give a great answer\nFinal Answer: {self.sentence}"

    def supports_function_calling(self) -> bool:
        """Say that it has no tools."""
        return False


def helper(role: str, sentence: str) -> Agent:
    """Make an agent that says one sentence."""
    return Agent(role=role, goal="Help.", backstory="None.", llm=Scripted(model="scripted", sentence=sentence))


def show(tagged: TaggedMessage) -> None:
    """Print a message with its tag; a program of yours would count, alert or store."""
    print(f"{tagged.kind:8}{tagged.sender:8}{tagged.tag.label:9}{tagged.tag.score:.2f}  {tagged.text}")


def main() -> None:
    """Have two agents do a task each."""
    desk = helper("desk", "I am so sorry that it took so long.")
    seats = helper("seats", "What a relief, it is solved!")
    told = (("This is unacceptable, I waited three hours.", desk), ("Thank you so much, you saved my trip!", seats))
    tasks = [Task(description=text, expected_output="A sentence.", agent=agent) for text, agent in told]
    with EmotionObserver(show, keep_text=True) as observer:
        listener = EmotionListener(observer)
        Crew(agents=[desk, seats], tasks=tasks).kickoff()
        listener.close()


if __name__ == "__main__":
    main()
