"""Fewer bits: what is read back is near, as near as the bits allow, and takes the space that is said."""

import pytest
import torch

from tests.benchmarks.precision import size, stored


def test_what_is_read_back_is_as_near_as_the_bits_allow():
    rows = torch.randn(50, 8)
    rows[0] = 0
    errors = {way: (read - rows).abs().amax(dim=1) for way, read in stored(rows).items()}
    assert set(errors) == {"float16", "int8, a scale per row"}
    assert (errors["float16"] <= rows.abs().amax(dim=1) * 2**-11).all()
    assert (errors["int8, a scale per row"] <= rows.abs().amax(dim=1) / 254 + 1e-6).all()
    assert errors["int8, a scale per row"].max() > errors["float16"].max() > 0


@pytest.mark.parametrize(("way", "megabytes"), [("float32", 0.4), ("float16", 0.2), ("int8, a scale per row", 0.104)])
def test_space(way, megabytes):
    assert size(way, torch.zeros(1000, 100)) == pytest.approx(megabytes)
