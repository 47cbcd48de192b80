"""What is put around a message without saying anything: links, handles, numbers, blanks, headers."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability
from emotag_model.behaviour.capability_file import read_file
from emotag_model.behaviour.cases import Invariance

_FILE = read_file("additions")

ADDITIONS = Capability(
    "additions",
    "a link, a handle, a number, a header or a greeting changes neither label nor scores",
    tuple(Invariance(text, addition.format(text)) for addition in _FILE["additions"] for text in _FILE["messages"]),
)
