"""The deletion test: what is removed, what falls, and that evidence beats chance on the checkpoint that ships."""

import numpy as np
import pytest

from emotag_model.behaviour.deletion import COUNTS, METHODS, _without, deletion_table, measure_deletion
from emotag_model.behaviour.tagging import tag_texts
from emotag_model.text import TextDataError
from emotag_model.text.examples import Example

TEXTS = (
    "Thank you so much for all of your help today!",
    "I am really angry that nobody answered my letter.",
    "The old house at the lake makes me so sad.",
    "I love how the new version looks on my phone.",
    "He was afraid of the dark when he was a child.",
    "What a disgusting thing to say about other people.",
    "Wow, I really did not expect to see you here.",
    "This is the most beautiful song that I have ever heard.",
    "You are an idiot and should leave us alone.",
    "Sorry to hear about the loss of your father.",
    "The train to the airport leaves at nine in the morning.",
    "Congratulations on the new job, you will do well there.",
    "I was so nervous before the exam that I could not eat.",
    "My neighbour keeps shouting at the children and it makes me furious.",
    "That was the funniest story anyone has told this year.",
    "I miss my grandmother every time we cook her soup.",
    "How wonderful that the two of you found each other again!",
    "The meeting was moved to the small room on the third floor.",
    "I hate it when people talk during the film.",
    "Poor thing, nobody came to her birthday.",
    "I am proud of what the whole team has done this winter.",
    "Why would anyone put the switch behind the door?",
    "The smell from the bins behind the kitchen was revolting.",
    "I cannot believe that they gave the prize to a beginner.",
    "Please be careful, the ice on that lake scares me.",
    "Thanks for waiting with me at the station last night.",
    "We lost the last match and everyone went home in silence.",
    "I am sorry that I forgot to call you on Sunday.",
    "Good luck with the surgery, I hope that it goes well.",
    "This is the worst service that I have had in any hotel.",
    "She laughed so hard that the coffee came out of her nose.",
    "I wonder what the bakers do with the bread that is left.",
    "He is a liar and he has always been one.",
    "I feel so lonely since the others moved to the coast.",
    "What a relief, the fire never reached the houses!",
    "I agree with the second point but not with the first.",
    "The kids were excited about the snow all morning.",
    "It is disappointing that the bridge is closed again.",
    "I would love to learn how to play the violin some day.",
    "Nobody told us that the shop would be closed on Monday.",
    "They treated the old dog terribly and I am disgusted.",
    "Oh no, I left the oven on when we went out!",
    "You did an amazing job with the garden, it looks great.",
    "I regret every word that I said to my brother.",
    "The bus was late, as it is on most days.",
    "I am confused about which of the two forms they need.",
    "It hurts to see the school that we built stand empty.",
    "I am so glad that you are safe and back at home.",
)


def test_the_largest_weights_are_removed_and_of_equal_ones_the_first():
    ids, weights = [[5, 6, 7, 8], [9, 9]], [np.array([0.1, 0.9, 0.9, -2.0]), np.array([1.0, 0.0])]
    assert _without(ids, weights, 1) == [[5, 7, 8], [9]]
    assert _without(ids, weights, 2) == [[5, 8], []]


def test_falls_are_what_removing_a_token_does_to_the_score(tiny):
    text = "i am so happy !"
    falls = measure_deletion(tiny, [text])
    (before,) = tag_texts(tiny, [text]).values()
    words = text.split()
    shorter = [" ".join(words[:place] + words[place + 1 :]) for place in range(len(words))]
    possible = [before.scores[before.label] - tag.scores[before.label] for tag in tag_texts(tiny, shorter).values()]
    assert set(falls.by_method) == set(METHODS)
    for found in falls.by_method.values():
        assert found.shape == (1, len(COUNTS))
        assert min(abs(found[0, 0] - fall) for fall in possible) < 1e-3


def test_short_messages_are_left_out(tiny):
    assert measure_deletion(tiny, ["so sad", "i am so happy !", "i am not sad"]).messages == 1
    with pytest.raises(TextDataError, match="no message has 5 tokens"):
        measure_deletion(tiny, ["so sad"])


def test_the_seed_decides_what_is_removed_at_random(tiny):
    texts = ["i am so happy !", "you are not so sad !", "it was the report you do n't"] * 5
    one, same, other = (measure_deletion(tiny, texts, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.by_method["random"], same.by_method["random"])
    assert not np.array_equal(one.by_method["random"], other.by_method["random"])
    np.testing.assert_array_equal(one.by_method["evidence"], other.by_method["evidence"])


def test_without_its_evidence_a_tag_loses_more_than_without_what_is_attended_or_random(shipped):
    falls = measure_deletion(shipped, TEXTS)
    for position in range(len(COUNTS)):
        assert falls.gain("evidence", "random", position).low > 0
        means = [falls.mean(method, position).value for method in METHODS]
        assert means == sorted(means, reverse=True)


def test_gains_are_paired(shipped):
    falls = measure_deletion(shipped, TEXTS)
    gain = falls.gain("evidence", "random", 1)
    assert gain.value == pytest.approx(falls.mean("evidence", 1).value - falls.mean("random", 1).value)
    assert gain.low <= gain.value <= gain.high


def test_the_table_holds_every_method_and_difference(shipped):
    text = deletion_table(shipped, [Example(text, (0,), f"a:{row}") for row, text in enumerate(TEXTS)])
    found = [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if line.startswith("|")]
    methods = ["evidence", "attention alone", "random"]
    assert found == ["removed by", "---", *methods, "evidence - attention alone", "evidence - random"]
    assert "mean over 48 messages" in text
