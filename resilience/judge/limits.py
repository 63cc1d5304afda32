"""The number a finding is held against, with where it comes from and how sure we are of it."""

from __future__ import annotations

from resilience.judge.verdict import Limit
from resilience.scenario.norms import Confidence, norms
from resilience.scenario.scenario import Threshold, TimeLimit
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.words import SHARE, Text, Words, quantity

_ = Words("resilience")

SCENARIO = "scenario file"


def level_limit(threshold: Threshold, level: ServiceLevel) -> Limit:
    """A level's limit: the number or norm that the scenario names, else the declared minimum with its basis."""
    measure = registry().measures[level.measure]
    better = "higher" if measure.higher_is_better else "lower"
    if threshold.value is not None:
        return _limit(threshold.value, measure.unit, better, threshold.norm)
    norm = norms().get(level.basis)
    if norm is None:
        source = f"declared minimum ({level.basis})"
    elif norm.value == level.minimum and norm.unit == measure.unit:
        return Limit(level.minimum, measure.unit, better, f"declared minimum: {norm.source}", norm.confidence, norm.id)
    else:  # the norm says why the level is owed, but not this number
        source = f"declared minimum (assumption, after {norm.source})"
    return Limit(level.minimum, measure.unit, better, source, Confidence.ASSUMPTION)


def time_limit(limit: TimeLimit, better: str) -> Limit:
    """A limit in seconds; `better` says whether shorter (`lower`) or longer (`higher`) is better."""
    return _limit(limit.seconds, "s", better, limit.norm)


def scenario_limit(value: float, unit: str, better: str) -> Limit:
    """A number that the scenario's writer has set."""
    return _limit(value, unit, better, "")


def _limit(value: float, unit: str, better: str, norm: str) -> Limit:
    if not norm:
        return Limit(value, unit, better, SCENARIO, Confidence.ASSUMPTION)
    return Limit(value, unit, better, norms()[norm].source, norms()[norm].confidence, norm)


def shown_unit(limit: Limit) -> str:
    """`share` for what is told in per cent: dimensionless and better when higher. An index is neither."""
    return SHARE if limit.unit == "1" and limit.better == "higher" else limit.unit


def owed_text(limit: Limit, threshold: Threshold) -> Text:
    """`95% required` for what the city declares, `95% asked for` for what the scenario sets beside it."""
    limited: Text = quantity(limit.value, shown_unit(limit))
    if limit.better != "higher":
        limited = _("at most {limit}", limit=limited)
    return (_("{limit} required") if threshold.value is None else _("{limit} asked for")).filled(limit=limited)
