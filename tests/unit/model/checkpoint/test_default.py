"""The checkpoint that ships is whole, small, meets its bar's neighbourhood on texts anyone would label alike."""

import torch

from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_model.text.padding import pad

TEXTS = {
    "Thank you so much, this made my day!": ("joy", "gratitude"),
    "I am so angry, this is outrageous!": ("anger", "anger"),
    "I'm terrified of what happens next.": ("fear", "fear"),
    "I am so sorry, I feel terrible about my mistake.": ("sadness", "sadness or remorse"),
    "This is disgusting.": ("disgust", "disgust"),
    "Wow, I did not expect that at all!": ("surprise", "surprise"),
    "lol that was hilarious 😂😂": ("joy", "amusement"),
    "The meeting is on the second floor.": ("neutral", "neutral"),
}


def best_labels(checkpoint, taxonomy):
    ids = [checkpoint.tokenizer.encode(text).ids for text in TEXTS]
    with torch.inference_mode():
        scores = checkpoint.labels.taxonomy(taxonomy).scores(checkpoint.network()(*pad(ids)).numpy())
    return [checkpoint.labels.taxonomy(taxonomy).labels[column] for column in scores.argmax(axis=1)]


def test_it_tags_plain_texts_plainly():
    checkpoint = Checkpoint.load(default_checkpoint())
    for taxonomy in ("basic", "ekman"):
        assert best_labels(checkpoint, taxonomy) == [label for label, _ in TEXTS.values()]
    fine = best_labels(checkpoint, "goemotions")
    assert all(label in expected.split(" or ") for label, (_, expected) in zip(fine, TEXTS.values(), strict=True))


def test_it_is_small_enough_to_ship_and_says_what_it_is():
    folder = default_checkpoint()
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 25_000_000
    checkpoint = Checkpoint.load(folder)
    assert checkpoint.identity.name == folder.name
    assert len(checkpoint.tokenizer.vocabulary) <= 45_000
    for word in ("GoEmotions", "language models", "CC BY 4.0", "GloVe", "macro-F1", "Limits", "emotag train"):
        assert word in checkpoint.card


def test_nothing_else_lies_in_its_folder():
    names = {file.name for file in default_checkpoint().iterdir()}
    assert names == {"config.json", "model.safetensors", "tokenizer.json", "labels.json", "card.md", "SHA256SUMS"}
