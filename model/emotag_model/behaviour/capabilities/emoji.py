"""Messages that are emoji or emoticons alone, or end in one."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability, minimum
from emotag_model.behaviour.cases import Steady

_ALONE = {
    ("joy",): ("😀", "😂", "😍", "🥰", "🎉🎉🎉", "❤️", "👍", "😊😊", ":)", ":-D", "<3", "\\o/", "🙏 🙏"),
    ("anger",): ("😡", "🤬", "😠😠", ">:(", "🖕"),
    ("sadness",): ("😢", "😭😭😭", "💔", "☹️", ":(", ":'("),
    ("fear",): ("😱", "😨", "😰"),
    ("surprise", "fear"): ("😮", "😲", "🤯"),
    ("surprise",): ("🤔", "😕", "O_o"),
    ("disgust",): ("🤢", "🤮", "🤮🤮🤮"),
}
_ADDED = (
    ("The build passed", "🎉", "joy"),
    ("The build passed", ":)", "joy"),
    ("We won the match", "😍", "joy"),
    ("See you tomorrow", "😊", "joy"),
    ("He left without a word", "😢", "sadness"),
    ("They cancelled the show", "💔", "sadness"),
    ("You deleted my files", "😡", "anger"),
    ("Again the same bug", "🤬", "anger"),
    ("There is a spider in my bed", "😱", "fear"),
    ("He ate it off the floor", "🤮", "disgust"),
    ("She said yes", "😮", "surprise"),
)

EMOJI = Capability(
    "emoji",
    "an emoji or emoticon alone is tagged as what it depicts; at the end of a text it does not lower that label",
    (
        *(case for labels, texts in _ALONE.items() for case in minimum(texts, *labels)),
        *(Steady(f"{text}.", f"{text} {emoji}", label) for text, emoji, label in _ADDED),
    ),
)
