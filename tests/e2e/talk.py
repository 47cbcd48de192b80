"""Messages between agents, written for tests: a stand-in for recorded ones."""

from __future__ import annotations

from itertools import cycle, islice, product
from typing import Any

OPENINGS = (
    "Hi team,",
    "Update:",
    "@planner",
    "Honestly,",
    "FYI,",
    "Step 3 of 7:",
    '```json\n{"status": "retry"}\n```',
    "Hmm...",
    "¡Atención!",
    "ok so",
    "",
)  # fmt: skip
MIDDLES = (
    "I finished the report and I am really happy with how it came out",
    "the build failed again and I am furious",
    "could you please look up reservation ZFA04Y for the customer",
    "I'm sorry, I can't find that user in the database",
    "wow, I did not expect the test to pass on the first try",
    "that answer is disgusting, please do not repeat it",
    "I'm afraid that we will lose the data",
    "the total is 1,234.50 USD including baggage",
    "thank you so much for your help",
)
ENDINGS = (
    ".",
    "!",
    "!!! 🎉",
    " 😡",
    "?",
    "... " * 40,
    "\n\n- item one\n- item two",
    " (see https://example.com/a?b=c)",
)


def talk(count: int) -> list[dict[str, Any]]:
    """So many messages with ids, of four agents in some conversations."""
    texts = islice(cycle(product(OPENINGS, MIDDLES, ENDINGS)), 0, count * 7, 7)
    return [
        {
            "id": f"talk-{number}",
            "text": f"{opening} {middle}{ending}".strip(),
            "conversation_id": f"c{number // 12}",
            "sender": f"agent{number % 4}",
        }
        for number, (opening, middle, ending) in enumerate(texts)
    ]
