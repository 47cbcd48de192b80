"""What tests of the model share: the process as it was, and the data folder in small."""

import pytest
import torch

from emotag_model.training.data import load_data
from tests.unit.model.training.datafolder import write_data


@pytest.fixture(autouse=True)
def threads():
    """Give back the number of threads, which training and commands set for the whole process."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def _no_plots(monkeypatch):
    """A run draws thirteen plots in three times as long as it trains on so little; those of a whole module draw them."""
    monkeypatch.setattr("emotag_model.training.student.draw_plots", lambda *_: None)


@pytest.fixture
def folder(tmp_path):
    return write_data(tmp_path / "data")


@pytest.fixture
def data(folder):
    return load_data(folder)
