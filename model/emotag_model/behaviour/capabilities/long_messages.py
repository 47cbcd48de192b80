"""Long messages between agents in which one sentence carries the emotion."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability
from emotag_model.behaviour.cases import Minimum

_IMPORT = """\
The import finished at 09:40 and wrote 12,400 rows to the staging table. Column B holds the order number, column C the
amount in cents. The next job reads the same table at ten and writes the summary to the shared folder."""
_RESERVATION = """\
I looked up the reservation of the customer. It is for two passengers in economy, with one checked bag each. The flight
leaves from terminal 2, and the fare allows changes up to a day before departure."""
_DIVISION = """\
Agent A collects the sources, agent B extracts the figures, and agent C writes the summary. The list of sources has
fourteen entries, of which nine are papers. Each entry has a title, a year and a link."""
_REPORTS = (_IMPORT, _RESERVATION, _DIVISION)
_FEELINGS = (
    ("I am so happy with how this turned out!", "joy"),
    ("Thank you so much, you saved my day!", "joy"),
    ("I absolutely love the new layout.", "joy"),
    ("I am furious that nobody told me about this.", "anger"),
    ("This is the third time you ignored me, and I am sick of it!", "anger"),
    ("Honestly, I am heartbroken that we have to stop here.", "sadness"),
    ("I am really sorry, I feel terrible about my mistake.", "sadness"),
    ("I am terrified that we will lose all of our data.", "fear"),
    ("Wow, I did not expect that at all!", "surprise"),
    ("What I found in there was disgusting.", "disgust"),
)


def _placed(report: str, feeling: str) -> list[str]:
    """Put the sentence before, in the middle of and behind the report."""
    first, rest = report.split(". ", 1)
    return [f"{feeling} {report}", f"{first}. {feeling} {rest}", f"{report} {feeling}"]


LONG_MESSAGES = Capability(
    "long messages",
    "one sentence with a feeling gives a long factual message its label, wherever it stands",
    tuple(
        Minimum(text, (label,))
        for number, (feeling, label) in enumerate(_FEELINGS)
        for text in _placed(_REPORTS[number % len(_REPORTS)], feeling)
    ),
)
