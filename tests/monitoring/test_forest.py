"""Trees kept as arrays answer as the library that grew them."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from monitoring.forest import grow


def test_arrays_answer_as_lightgbm_does(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(3)
    rows = draw.normal(size=(2000, 6))
    wanted = np.sin(rows[:, 0]) + rows[:, 1] * (rows[:, 2] > 0.3) + draw.normal(0, 0.1, 2000)
    kept = []
    train = lightgbm.train
    monkeypatch.setattr(lightgbm, "train", lambda *a, **k: kept.append(train(*a, **k)) or kept[-1])
    forest = grow(rows, wanted, trees=30, leaves=16, least=20)
    fresh = draw.normal(size=(500, 6))
    np.testing.assert_allclose(forest.predict(fresh), kept[0].predict(fresh), rtol=0, atol=1e-12)
    assert np.abs(forest.predict(rows) - wanted).std() < 0.5 * wanted.std()
