"""Text of others inside a message: the tag is of who writes, not of whom they quote."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability, minimum

_NEGATIVE = ("anger", "sadness", "disgust", "fear")

_HAPPY_OVER_A_QUOTE = (
    "> I hate this product, it is garbage.\n\nGood news, we fixed it and the customer is delighted!",
    "> You people are useless!\n\nHaha, that was me on Monday. I love the new version!",
    "> This is a disaster.\n\nNot anymore, it works perfectly now, thank you so much!",
    "> I'm so sad that it ended.\n\nIt comes back in May, I am so excited!",
    'He wrote "worst idea ever", but I think it is brilliant and I love it.',
    'They said "you will fail". I passed, and I am so proud!',
    "On Monday you wrote:\n> I am scared that it breaks\n\nIt held! I'm so relieved and happy.",
    '"I hate Mondays" is my favourite line, it makes me laugh every time.',
)
_UPSET_OVER_A_QUOTE = (
    "> What a wonderful service!\n\nThis is a lie and it makes me furious.",
    "> Thank you for your patience.\n\nI have no patience left, I am really angry!",
    "> We are happy to help.\n\nYou never helped, and I am so disappointed.",
    "> Great news, the update is out!\n\nThe update deleted all my photos and I am devastated.",
    'You promised me "an amazing day". It was horrible and I cried.',
    'The ad says "you will love it". I hate it.',
    "On Monday you wrote:\n> Happy to hear that!\n\nI am anything but happy, this is infuriating.",
    'My boss called it "a fantastic opportunity". I am scared to death.',
)
_PASSED_ON = (
    'The label of the button is "I love it".',
    'Please translate "I hate you" into French.',
    'The ticket has the subject "Very angry customer" and is assigned to team B.',
    'Search query: "why am I so sad", 12 results.',
    'The word "disgusting" occurs four times in the document.',
    'The song "Happy" has 4 minutes of length and was released in 2013.',
    'The field "reason" contains the value "afraid of flying".',
    'The first line of the poem is "Shall I compare thee to a summer\'s day".',
    'Classify the text "This is awful" and return the label.',
    'The file is called "best_day_ever.png" and has 20 kB.',
)

QUOTES = Capability(
    "quotes",
    "what is quoted does not decide: the writer's own feeling does, and passing a quote on is neutral",
    (
        *minimum(_HAPPY_OVER_A_QUOTE, "joy"),
        *minimum(_UPSET_OVER_A_QUOTE, *_NEGATIVE),
        *minimum(_PASSED_ON, "neutral"),
    ),
)
