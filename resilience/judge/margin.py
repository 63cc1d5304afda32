"""How near a finding is to its limit."""

from __future__ import annotations

import math

from resilience.judge.verdict import Finding


def margin(finding: Finding) -> float | None:
    """What lies between figure and limit, as a share of the limit; below 0 where it is missed.

    None where nothing was held against a number, where the two are told in different units, and where the limit is 0.
    """
    limit, actual = finding.limit, finding.actual
    if limit is None or actual is None or actual.value is None or not math.isfinite(actual.value):
        return None
    if actual.unit != limit.unit or not limit.value:
        return None
    gap = actual.value - limit.value if limit.better == "higher" else limit.value - actual.value
    return gap / abs(limit.value)
