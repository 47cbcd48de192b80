"""The same message shouted, mistyped or drawn out."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability
from emotag_model.behaviour.cases import Invariance, Steady

_MESSAGES = (
    "Thank you so much for your help, this is wonderful!",
    "I am really disappointed with the quality of this product.",
    "Why did you delete my account? I am furious.",
    "I'm scared that we will miss the deadline.",
    "That is the most disgusting thing I have ever seen.",
    "Wow, I never expected such a fast answer!",
    "The meeting starts at nine in the second room.",
    "I miss my old team and feel lonely here.",
    "You are an idiot and this is your fault.",
    "I love how quickly the new version works.",
    "Please send the signed contract before Friday.",
    "I hate waiting on hold for an hour.",
    "Congratulations on your promotion, you deserve it!",
)
_SHOUTS = (*_MESSAGES, "i love you", "leave me alone", "this is great", "what a mess", "so proud of you", "go away",
           "i am so sorry", "that is hilarious", "are you serious", "it hurts", "happy birthday", "no way",
           "we did it")  # fmt: skip
_DRAWN_OUT = (
    ("I am so happy", "I am sooooo happy", "joy"),
    ("Yes, we won", "Yesssss, we won", "joy"),
    ("I love it", "I looooove it", "joy"),
    ("Thanks, that is amazing", "Thaaanks, that is amaaaazing", "joy"),
    ("Great", "Greeeaaat", "joy"),
    ("Hooray", "Hooraaaay", "joy"),
    ("That is so cute", "That is sooo cuuute", "joy"),
    ("haha that is funny", "hahahahahaha that is funny", "joy"),
    ("lol", "lolololol", "joy"),
    ("I hate this", "I haaaate this", "anger"),
    ("Stop it now", "Stooooop it now", "anger"),
    ("Shut up", "Shut uuuuup", "anger"),
    ("This is so annoying", "This is sooooo annoying", "anger"),
    ("You are the worst", "You are the woooorst", "anger"),
    ("I am so sad", "I am so saaaaad", "sadness"),
    ("I miss you", "I miss youuuuu", "sadness"),
    ("I am so sorry", "I am sooo sorryyyy", "sadness"),
    ("I want to cry", "I want to cryyyyy", "sadness"),
    ("Help, I am scared", "Heeeelp, I am scaaaared", "fear"),
    ("I am so nervous", "I am sooooo nervous", "fear"),
    ("Ew, gross", "Ewwwww, groooooss", "disgust"),
    ("Yuck", "Yuuuuuck", "disgust"),
    ("Wow", "Wooooow", "surprise"),
    ("What?", "Whaaaaat?", "surprise"),
    ("No way", "Noooo waaaay", "surprise"),
    ("Oh my god", "Ohhhh my goddddd", "surprise"),
)


def swap(word: str) -> str:
    """Swap the two letters in the middle."""
    middle = len(word) // 2
    return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]


def drop(word: str) -> str:
    """Leave out the letter in the middle."""
    return word[: len(word) // 2] + word[len(word) // 2 + 1 :]


def double(word: str) -> str:
    """Write the letter in the middle twice."""
    return word[: len(word) // 2] + word[len(word) // 2 :][:1] + word[len(word) // 2 :]


def mistype(text: str, how: str) -> str:
    """Mistype the longest word of `text`, the first of them: "swap", "drop" or "double" a letter in its middle."""
    longest = max(text.split(" "), key=len)
    return text.replace(longest, {"swap": swap, "drop": drop, "double": double}[how](longest), 1)


CAPITALS = Capability(
    "capitals",
    "a text in capitals keeps its label and scores",
    tuple(Invariance(text, text.upper()) for text in _SHOUTS),
)
TYPOS = Capability(
    "typos",
    "one mistyped word, the longest, with two letters swapped, one dropped or one doubled changes nothing",
    tuple(Invariance(text, mistype(text, how)) for text in _MESSAGES for how in ("swap", "drop", "double")),
)
ELONGATION = Capability(
    "elongation",
    "a drawn-out word does not lower the score of the feeling",
    tuple(Steady(plain, drawn, label) for plain, drawn, label in _DRAWN_OUT),
)
