"""Emotions of what an agent of LangChain is told and says. A scripted model stands for yours: no key, no network.

pip install 'emotag[langchain]' && python docs/examples/langchain_example.py
"""

from __future__ import annotations

from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from emotag.integrations import EmotionObserver, TaggedMessage
from emotag.integrations.langchain import EmotionMiddleware


def show(tagged: TaggedMessage) -> None:
    """Print a message with its tag; a program of yours would count, alert or store."""
    print(f"{tagged.kind:8}{tagged.sender:8}{tagged.tag.label:9}{tagged.tag.score:.2f}  {tagged.text}")


def main() -> None:
    """Hold a conversation of two turns."""
    model = GenericFakeChatModel(
        messages=iter([AIMessage("I am so sorry that it took so long."), AIMessage("What a relief, it is solved!")])
    )
    with EmotionObserver(show, keep_text=True) as observer:
        agent = create_agent(model, name="desk", middleware=[EmotionMiddleware(observer)])
        messages = []
        for text in ("This is unacceptable, I waited three hours.", "Thank you so much, you saved my trip!"):
            messages = agent.invoke({"messages": [*messages, {"role": "user", "content": text}]})["messages"]


if __name__ == "__main__":
    main()
