"""Self-written messages of agents, about 120 bytes each, for the load of the service lines."""

from __future__ import annotations

from emotag.v1.message_pb2 import Message

TEXTS = (
    "I compared the three invoices you sent me with the ledger and all of them add up, thank you for the quick turnaround!",
    "The build failed again on the same step, and I am honestly tired of restarting it every twenty minutes.",
    "Could you explain why the second query returns fewer rows than the first one? I do not understand the join.",
    "Your summary of the meeting was wonderful, the customer read it twice and asked who had written it.",
    "Please hand the refund over to the billing agent, the amount is above the limit that I may approve alone.",
    "I am worried that the migration will not finish before the maintenance window closes tonight.",
    "That was not what I asked for, you deleted the staging table although the plan said to keep it.",
    "Wow, I did not expect the new planner to halve the number of calls on the very first attempt.",
    "The delivery is on its way and should arrive on Thursday between nine and eleven in the morning.",
    "I am sorry for the mix-up with the two accounts, I should have checked the identifier before I answered.",
    "Sensor four reports a temperature of 71 degrees, which is inside the range that the manual allows.",
    "It makes me sick how they talked to the trainee in that ticket, nobody deserves to be treated so.",
    "Let us split the work: I draft the outline, you collect the sources, and the reviewer checks the claims.",
    "We lost the whole transcript of the interview and there is no backup, I feel terrible about it.",
    "I love the way you named the functions in this module, it reads like a story from top to bottom.",
    "Agreed, the shorter route is better, although it costs us one more stop for fuel on the way back.",
)


def messages(count: int) -> list[Message]:
    """`count` messages with distinct ids, the texts in turn."""
    return [Message(id=f"bench-{index}", text=TEXTS[index % len(TEXTS)]) for index in range(count)]
