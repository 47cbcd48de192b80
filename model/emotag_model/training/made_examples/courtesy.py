"""Formulas of courtesy over information, and answers that only say what cannot be done. All of it is neutral."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_TOPICS = ("delivery", "billing", "the flight", "the warranty", "your account", "the booking", "the upgrade")
_FORMULAS = (
    "Thank you for choosing {brand}.",
    "Thank you for getting in touch with {brand}.",
    "Thank you for being a valued customer.",
    "Thanks for waiting.",
    "Thank you for your inquiry.",
    "We are sorry for the delay.",
    "We apologise for the disruption.",
    "Sorry to keep you waiting.",
    "Greetings from the {brand} team.",
    "We appreciate your business.",
)
_OPENINGS = (
    "I'm sorry, but I {refusal}.",
    "Sorry, I {refusal}.",
    "I'm afraid I {refusal}.",
    "I'm afraid that I {refusal} at the moment.",
    "Unfortunately, I {refusal}.",
    "I am sorry, I {refusal} right now.",
    "No, I {refusal}.",
    "Apologies, but I {refusal}.",
)
_REFUSALS = (
    "can't see {topic} in the system",
    "cannot change {topic} myself",
    "am not able to open {topic}",
    "don't have a record of {topic}",
    "do not have the number of {topic}",
    "couldn't find {topic} under that name",
    "have no access to {topic}",
    "don't know which one is meant",
    "can only look up {topic}",
    "was not able to reach them about {topic}",
)
_STATEMENTS = (
    "Case {n} has been opened for {topic}.",
    "You will get an update on {topic} within {n} hours.",
    "Please reply with the reference number of {topic}.",
    "The form for {topic} is attached.",
    "Your position in the queue is {n}.",
    "Details on {topic} can be found on page {n}.",
    "The status of {topic} is pending.",
)
_BRANDS = ("Northwind", "Globex", "Initech", "Contoso", "Umbra Air", "Fabrikam")


def formula(random: Random) -> tuple[str, str]:
    """Write a formula and a statement behind it."""
    head = random.choice(_FORMULAS).format(brand=random.choice(_BRANDS))
    return f"{head} {_statement(random)}", "neutral"


def refusal(random: Random) -> tuple[str, str]:
    """Decline something by formula, with or without a statement behind it."""
    said = random.choice(_REFUSALS).format(topic=random.choice(_TOPICS))
    text = random.choice(_OPENINGS).format(refusal=said)
    return (f"{text} {_statement(random)}" if random.random() < 0.5 else text), "neutral"


def _statement(random: Random) -> str:
    return random.choice(_STATEMENTS).format(n=random.randint(2, 90), topic=random.choice(_TOPICS))
