"""The demo city's water network: WNTR's ky10 with less demand than published."""

from __future__ import annotations

import re
from pathlib import Path

from simulator.city.files import resolve
from simulator.contracts.city import Assumption

PUBLISHED = "package:wntr/library/networks/ky10.inp"

DEMAND_SHARE = 0.7
"""At its published demand the network runs dry by itself: on the second evening a quarter of the demand is not met, and
tanks no longer recover. With 0.7 of it three days go by with 97 % delivered at the worst."""

_LINE = re.compile(r"^(\s*DEMAND MULTIPLIER\s+)([0-9.]+)", re.IGNORECASE | re.MULTILINE)


def write_water(out: Path) -> Assumption:
    """Write the published file with another demand multiplier and no other change.

    Raises `FileNotFoundError` without WNTR, `ValueError` if the file no longer states its multiplier as expected.
    """
    text = resolve(out.parent, PUBLISHED).read_text(encoding="utf-8")
    changed, count = _LINE.subn(lambda found: f"{found[1]}{float(found[2]) * DEMAND_SHARE:g}", text)
    if count != 1:
        raise ValueError(f"{PUBLISHED} states its demand multiplier {count} times, not once")
    out.write_text(changed, encoding="utf-8")
    return Assumption(
        "water demand",
        f"{DEMAND_SHARE:g} of what ky10 publishes: with all of it the network runs dry on the second evening by itself",
    )
