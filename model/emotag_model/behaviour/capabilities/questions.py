"""Questions: asking is no emotion by itself, though a question can carry one."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability, minimum

_ASKING = (
    "What time does the train leave?",
    "Which version of Python do you use?",
    "Where is the invoice for March?",
    "Could you send me the report?",
    "How many rows does the table have?",
    "Do you want the window or the aisle seat?",
    "Is the server in Frankfurt or in Dublin?",
    "Who is responsible for billing?",
    "When was the last backup made?",
    "Can you confirm the delivery address?",
    "What is the order number?",
    "Shall I forward this to the billing agent?",
    "Which of the two functions should be called first?",
    "Did the customer reply?",
    "What does the error code 404 mean?",
    "Would Tuesday at ten work for you?",
)
_FEELING = (
    ("Why do you always ruin everything, you idiot?", ("anger",)),
    ("How dare you talk to me like that?", ("anger",)),
    ("What the hell is wrong with you?", ("anger",)),
    ("Are you kidding me, third time this week?!", ("anger", "surprise")),
    ("Why did she have to die?", ("sadness",)),
    ("Why does nobody want to be my friend?", ("sadness",)),
    ("What if they come back to hurt us?", ("fear",)),
    ("Is it dangerous? I'm scared.", ("fear",)),
    ("Wait, you did that in one day? Wow!", ("surprise", "joy")),
    ("What? How is that even possible?", ("surprise",)),
    ("Isn't this the most beautiful thing ever?", ("joy",)),
    ("How can I ever thank you?", ("joy",)),
    ("Who leaves rotting food on the table, gross?!", ("disgust",)),
)

QUESTIONS = Capability(
    "questions",
    "a question for facts is neutral or curious (which Ekman's seven call surprise); one that vents has its feeling",
    (
        *minimum(_ASKING, "neutral", "surprise"),
        *(case for text, labels in _FEELING for case in minimum([text], *labels)),
    ),
)
