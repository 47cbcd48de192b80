"""What is put around a message without saying anything: links, handles, numbers, blanks, sign-offs."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability
from emotag_model.behaviour.cases import Invariance

_MESSAGES = (
    "Thank you so much, that solved it!",
    "I am really angry about this delay.",
    "I'm sad that you are leaving the team.",
    "The file has been uploaded to the shared folder.",
    "I am scared of what comes next.",
)
_ADDITIONS = (
    "{} https://example.com/a/4711",
    "@agent7 {}",
    "{} #4711",
    "[2024-05-01 09:12] {}",
    "   {}\n\n",
    "{} (ref: QX-2291)",
    "Hi team, {}",
    "From: billing-agent\nTo: support-agent\n\n{}",
)

ADDITIONS = Capability(
    "additions",
    "a link, a handle, a number, a header or a greeting changes neither label nor scores",
    tuple(Invariance(text, addition.format(text)) for addition in _ADDITIONS for text in _MESSAGES),
)
