"""Phrases of courtesy that a bot writes under everything, and what stands beside them.

The judgement behind it: a formula that everybody gets ("Thank you for contacting support") tells nothing of its sender,
so information under it stays neutral and a complaint under it stays a complaint. Thanks for something done for the
writer ("Thank you for fixing it so quickly!") are gratitude.
"""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability, minimum

_NEGATIVE = ("anger", "sadness", "disgust", "fear")

_INFORMATION = (
    "Thank you for contacting Acme support. Your ticket number is 48213.",
    "Thank you for your message. An agent will reply within two business days.",
    "Thank you for your patience. The next available agent is number 4 in the queue.",
    "Thanks for reaching out. Please provide your order number and your postcode.",
    "We apologize for any inconvenience. The service is unavailable from 2 to 4 a.m.",
    "Sorry for the inconvenience. Your request has been forwarded to the billing team.",
    "Dear customer, please find attached the invoice for May. Kind regards, Acme.",
    "Welcome to Acme. Please choose one of the following options: 1. billing, 2. delivery.",
    "Please do not hesitate to contact us. Our office is open from nine to five. Best regards",
    "Your feedback is important to us. This call may be recorded for training purposes.",
    "Hello! I am the virtual assistant. I can look up orders, returns and invoices.",
    "Good morning, this is an automated message. Your parcel will be delivered on Tuesday.",
    "Have a nice day. This conversation has been closed and cannot be replied to.",
)
_COMPLAINTS = (
    "Thank you for your email. I am furious that my order is late for the third time!",
    "Thanks for the quick reply, but this is an outrage and I want my money back.",
    "Dear support, you have ruined my holiday and I hate your company. Kind regards, Jo",
    "Hello, please tell me why you keep charging me for nothing, you thieves! Best wishes",
    "Hi, hope you are well. I am really disappointed by how I was treated. Best regards",
    "Good morning. My mother died and I am heartbroken. Please cancel her contract. Kind regards",
    "Thank you for contacting us. I am terrified that someone has stolen my identity.",
    "Dear team, the food you delivered was rotten and disgusting. Yours sincerely",
    "Thanks in advance. I am sick and tired of waiting for an answer!",
    "With all due respect, your service is a disgrace.",
)
_GRATITUDE = (
    "Thank you for fixing it so quickly!",
    "Thank you so much, you really made my day.",
    "Thanks a million for staying late to help me!",
    "I can't thank you enough for what you did.",
    "Many thanks for the lovely surprise, I am so grateful!",
)

BOILERPLATE = Capability(
    "boilerplate",
    "courtesy by formula is no feeling: information under it is neutral, a complaint is one; real thanks are joy",
    (
        *minimum(_INFORMATION, "neutral"),
        *minimum(_COMPLAINTS, *_NEGATIVE),
        *minimum(_GRATITUDE, "joy"),
    ),
)
