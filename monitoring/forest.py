"""Gradient boosted regression trees: learned by LightGBM, kept and asked as plain arrays.

What is kept is numbers only, so that a baseline from elsewhere runs no code, and watching needs no learner.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.problem import Unable
from simulator.contracts.words import Words

_ = Words("monitoring")

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees whose leaves' values are added up.

    Node i sends a row to `left[i]` where its value of `feature[i]` is at most `threshold[i]`, else to `right[i]`; a
    leaf has `feature` -1 and leads to itself. `roots` are the first nodes of the trees.
    """

    roots: Ints
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    value: Floats

    def predict(self, rows: Floats) -> Floats:
        """The sum over the trees for each row; `rows` has the shape (n, features)."""
        total = np.zeros(len(rows))
        every = np.arange(len(rows))
        for root in self.roots:
            at = np.full(len(rows), root)
            while True:
                feature = self.feature[at]
                inner = feature >= 0
                if not inner.any():
                    break
                goes_left = rows[every, np.maximum(feature, 0)] <= self.threshold[at]
                at = np.where(inner, np.where(goes_left, self.left[at], self.right[at]), at)
            total += self.value[at]
        return total


def load_learner() -> None:
    """Import LightGBM. Raises `Unable` when it is not installed, or lacks what it needs of the system."""
    try:
        importlib.import_module("lightgbm")
    except ImportError:
        raise Unable(_("learning needs LightGBM: pip install 'stadtwerk[monitoring]'")) from None
    except OSError as error:
        what = _("LightGBM does not load ({reason}); on Debian and Ubuntu: apt install libgomp1", reason=str(error))
        raise Unable(what) from None


def grow(rows: Floats, wanted: Floats, trees: int, leaves: int, least: int) -> Forest:
    """Learn `wanted`, shape (n,), from `rows`, shape (n, features), with squared error.

    Parameters: so many `trees` of at most so many `leaves`, with `least` rows in a leaf. The same rows give the same
    forest on every machine with the same library, whatever the number of cores.
    """
    import lightgbm

    settings = {
        "objective": "regression",
        "num_leaves": leaves,
        "min_data_in_leaf": least,
        "learning_rate": 0.1,
        "max_bin": 63,
        "feature_fraction": 0.5,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": 1,
        "verbose": -1,
    }
    booster = lightgbm.train(settings, lightgbm.Dataset(rows, wanted), num_boost_round=trees)
    return _plain(booster.dump_model()["tree_info"])


def _plain(trees: list[dict[str, Any]]) -> Forest:
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []

    def add(node: dict[str, Any]) -> int:
        at = len(feature)
        leaf = "leaf_value" in node
        feature.append(-1 if leaf else int(node["split_feature"]))
        threshold.append(0.0 if leaf else float(node["threshold"]))
        value.append(float(node["leaf_value"]) if leaf else 0.0)
        left.append(at)
        right.append(at)
        if not leaf:
            left[at] = add(node["left_child"])
            right[at] = add(node["right_child"])
        return at

    roots = [add(tree["tree_structure"]) for tree in trees]
    return Forest(
        np.array(roots, np.int32),
        np.array(feature, np.int32),
        np.array(threshold),
        np.array(left, np.int32),
        np.array(right, np.int32),
        np.array(value),
    )
