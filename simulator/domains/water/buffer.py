"""Memory that EPANET's toolkit fills, and a NumPy view of it: its own array type has neither length nor bounds."""

from __future__ import annotations

import ctypes

import numpy as np
from epanet import toolkit as tk
from numpy.typing import NDArray

Buffer = tuple[tk.doubleArray, NDArray[np.float64]]
"""What the toolkit is handed, and what we read."""


def buffer(n: int) -> Buffer:
    array = tk.doubleArray(max(n, 1))
    return array, np.ctypeslib.as_array((ctypes.c_double * n).from_address(int(array.cast())))
