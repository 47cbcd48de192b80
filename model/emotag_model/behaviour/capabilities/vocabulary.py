"""Plain words for feelings, in sentences that say nothing else."""

from __future__ import annotations

from emotag_model.behaviour.capability import Capability, fill, minimum

_FEELINGS = {
    "joy": ("happy", "delighted", "thrilled", "grateful", "proud", "relieved", "excited", "cheerful"),
    "anger": ("angry", "furious", "annoyed", "outraged", "irritated", "mad at him"),
    "sadness": ("sad", "heartbroken", "disappointed", "miserable", "depressed", "sorry for what I did"),
    "fear": ("afraid", "scared", "terrified", "nervous", "anxious", "worried"),
    "surprise": ("surprised", "astonished", "confused", "puzzled", "amazed by the news", "curious about it"),
    "disgust": ("disgusted", "sickened by the smell", "grossed out", "revolted", "repulsed"),
}

_EXCLAMATIONS = {
    "joy": ("What a wonderful day!", "I love this so much.", "Great job, well done!", "This made me laugh out loud."),
    "anger": ("How dare you!", "Stop wasting my time!", "I hate you.", "This is an outrage."),
    "sadness": ("I miss her so much.", "I cried all night.", "We lost everything.", "My dog died yesterday."),
    "fear": ("Please don't hurt me!", "I'm scared to go home.", "What if something terrible happens?"),
    "surprise": ("Wow, I did not see that coming!", "Wait, what?!", "I can't believe it actually worked!"),
    "disgust": ("Ew, that is gross.", "That smell makes me want to vomit.", "How disgusting!"),
}

VOCABULARY = Capability(
    "vocabulary",
    "a plain word or cry for a feeling gives the label of that feeling",
    tuple(
        case
        for table, templates in ((_FEELINGS, ("I am {it}.", "She felt {it}.")), (_EXCLAMATIONS, ("{it}",)))
        for label, words in table.items()
        for template in templates
        for case in minimum(fill(template, it=words), label)
    ),
)
