"""Random numbers that depend on the seed and on who asks, never on the order of asking."""

from __future__ import annotations

import hashlib

import numpy as np


class Streams:
    """One private generator per component and purpose, derived from (seed, names)."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def stream(self, component: str, purpose: str) -> np.random.Generator:
        """A fresh generator at the start of this stream. Ask once and keep it."""
        key = f"{self.seed}\x1f{component}\x1f{purpose}".encode()
        words = np.frombuffer(hashlib.sha256(key).digest(), dtype="<u4")
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words.tolist())))
