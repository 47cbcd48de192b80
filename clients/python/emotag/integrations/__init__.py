"""Tags of messages in flight inside agent frameworks: an observer, and one adapter class for each framework.

from emotag.integrations import EmotionObserver
from emotag.integrations.langchain import EmotionMiddleware

observer = EmotionObserver(lambda tagged: print(tagged.sender, tagged.tag.label, tagged.tag.score))
agent = create_agent(model, middleware=[EmotionMiddleware(observer)])

An adapter only looks: no message, result or error of the framework is another for it. docs/frameworks.md is its page.
"""

from emotag.integrations.events import HANDOFF, INPUT, OUTPUT, TOOL, SeenMessage, TaggedMessage
from emotag.integrations.observer import EmotionObserver

__all__ = ["HANDOFF", "INPUT", "OUTPUT", "TOOL", "EmotionObserver", "SeenMessage", "TaggedMessage"]
