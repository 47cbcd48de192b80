"""The rate rises for a fifth of a run and falls for the rest."""

import pytest

from emotag_model.training.schedule import rate_share


def test_it_rises_then_falls():
    shares = [rate_share(step, 1000) for step in range(1000)]
    peak = shares.index(max(shares))
    assert peak == 200
    assert shares[:200] == sorted(shares[:200])
    assert shares[200:] == sorted(shares[200:], reverse=True)


@pytest.mark.parametrize(("step", "share"), [(0, 0.01), (100, 0.5), (200, 1.0), (600, 0.5), (999, 0.01), (1000, 0.01)])
def test_its_values(step, share):
    assert rate_share(step, 1000) == pytest.approx(share, abs=1e-6)
