"""What tests of benchmarks that train share."""

import pytest


@pytest.fixture(autouse=True)
def _no_plots(monkeypatch):
    """A run draws thirteen plots in three times as long as it trains on so little."""
    monkeypatch.setattr("emotag_model.training.student.draw_plots", lambda *_: None)
