"""Six messages of agents, what their readers accept, and the tag that each got."""

from emotag_model.evaluation.agent_messages import AgentMessage, GivenTag

MESSAGES = [
    AgentMessage("joy", frozenset({"joy"}), "random", "a"),
    AgentMessage("neutral", frozenset({"neutral"}), "random", "a"),
    AgentMessage(None, frozenset({"anger", "disgust"}), "emotional", "b"),
    AgentMessage("joy", frozenset({"joy", "neutral"}), "emotional", "a"),
    AgentMessage("sadness", frozenset({"sadness"}), "keyword", "b"),
    AgentMessage("neutral", frozenset({"neutral", "joy"}), "random", "b"),
]
TAGS = [
    GivenTag("joy", 0.91),
    GivenTag("joy", 0.62),
    GivenTag("disgust", 0.81),
    GivenTag("neutral", 0.72),
    GivenTag("neutral", 0.52),
    GivenTag("joy", 0.56),
]
