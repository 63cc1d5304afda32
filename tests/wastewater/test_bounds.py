"""Readings of rain and sewage stay within what there can be."""

from __future__ import annotations

import pytest

from tests.sensors.test_bounds import never_below_nothing


@pytest.mark.parametrize("quantity", ["rain_mm_h", "sewage_level_m", "sewer_depth_m"])
def test_noise_does_not_make_the_impossible(quantity: str) -> None:
    never_below_nothing(quantity)
