"""The number a finding is held against, with where it comes from and how sure we are of it."""

from __future__ import annotations

from resilience.judge.verdict import Limit
from resilience.scenario.norms import Norm, basis_words, norms
from resilience.scenario.scenario import Threshold, TimeLimit
from simulator.contracts.failure import Confidence
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.sources import assumed, source_text
from simulator.contracts.words import SHARE, Text, Words, quantity

_ = Words("resilience")

SCENARIO = _("scenario file")


def level_limit(threshold: Threshold, level: ServiceLevel) -> Limit:
    """A level's limit: the number or norm that the scenario names, else the declared minimum with its basis."""
    measure = registry().measures[level.measure]
    better = "higher" if measure.higher_is_better else "lower"
    if threshold.value is not None:
        return _limit(threshold.value, measure.unit, better, threshold.norm)
    norm = norms().get(level.basis)
    if norm is None:
        source = _("declared minimum ({source})", source=source_text(level.basis))
    elif is_number_of(norm, level):
        source = _("declared minimum: {source}", source=norm.source)
        return Limit(level.minimum, measure.unit, better, source, norm.confidence, norm.id)
    else:  # the norm says why the level is owed, but not this number
        source = _("declared minimum (assumption, after {source})", source=norm.source)
    return Limit(level.minimum, measure.unit, better, source, Confidence.ASSUMPTION)


def is_number_of(norm: Norm, level: ServiceLevel) -> bool:
    """Whether a norm asks for just what is required, and does not only say why something is."""
    return norm.value == level.minimum and norm.unit == registry().measures[level.measure].unit


def basis_of(level: ServiceLevel) -> Text:
    """What a minimum rests on, in words: a norm only where it says this number."""
    norm, said = norms().get(level.basis), basis_words(source_text(level.basis))
    return said if norm is None or is_number_of(norm, level) else _("assumption, after {norm}", norm=said)


def time_limit(limit: TimeLimit, better: str) -> Limit:
    """A limit in seconds; `better` says whether shorter (`lower`) or longer (`higher`) is better."""
    return _limit(limit.seconds, "s", better, limit.norm)


GAP_S = 180.0
"""How long a required level may be missed at a stretch where the scenario does not say: assumption, taken from when an
interruption of electricity counts (norm saidi-sustained), which is all that is settled for any of them."""
GAPS = 2.0
"""All gaps in sum, as a multiple of the longest that is allowed, where the scenario does not say: assumption. IEEE 1366
counts both (CELID-s, a single interruption, and CELID-t, all of them together), but sets no limit."""


def gap_limit(longest: TimeLimit | None, level: ServiceLevel) -> Limit:
    """How long one gap may be; None: what is assumed for levels that the scenario does not ask for."""
    if longest is not None:
        return time_limit(longest, "lower")
    measure = registry().measures[level.measure]
    if measure.spared_s is not None:
        return Limit(measure.spared_s, "s", "lower", assumed(measure.spared_by), Confidence.ASSUMPTION)
    return Limit(GAP_S, "s", "lower", assumed(_("as for electricity (BNetzA)")), Confidence.ASSUMPTION)


def gaps_limit(longest: TimeLimit | None, together: TimeLimit | None, level: ServiceLevel) -> Limit:
    """How long all gaps may be in sum; without a word about it, twice what one may be."""
    if together is not None:
        return time_limit(together, "lower")
    seconds = GAPS * gap_limit(longest, level).value
    return Limit(seconds, "s", "lower", assumed(_("twice the longest gap")), Confidence.ASSUMPTION)


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
