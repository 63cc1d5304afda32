"""Service levels and sensor rules as city.yaml states them."""

from __future__ import annotations

from simulator.city.draft import MERGE, WITHHOLD, SensorRule
from simulator.city.fields import Fields, Report
from simulator.contracts.kinds import MEASURES
from simulator.contracts.level import ServiceLevel
from simulator.contracts.names import suggestion

PEOPLE_OF_SUBJECT = 0
"""Stands for "those who live in the subject" until the districts are known."""


def level(fields: Fields, report: Report) -> ServiceLevel | None:
    """One entry of `levels:`; None where its measure is unknown."""
    measure = MEASURES.get(fields.text("measure"))
    if measure is None:
        report("measure", f"{fields.text('measure')!r} is no measure", suggestion(fields.text("measure"), MEASURES))
        return None
    high = 1.0 if measure.unit == "1" and measure.higher_is_better else None
    people = fields.whole("people", 1, 10**9)
    return ServiceLevel(
        id=fields.text("id"),
        measure=measure.name,
        subject=fields.text("subject"),
        minimum=fields.number("minimum", low=0.0, high=high),
        people=PEOPLE_OF_SUBJECT if people is None else people,
        owner=fields.text("owner"),
        basis=fields.text("basis", "assumption"),
    )


def sensor_rule(fields: Fields, report: Report) -> SensorRule | None:
    """One entry of `sensors:`; None where it says neither a kind nor components."""
    if fields.has("kind") == bool(fields.names("components")):
        report("kind", "a rule names a kind or its components, one of the two", "keep kind: or components:")
        return None
    period_s = fields.number("period_s", low=0.0)
    if period_s == 0.0:
        report("period_s", "a period of 0 s is impossible", "give seconds above 0")
        return None
    too_small = fields.text("too_small", WITHHOLD)
    if too_small not in (WITHHOLD, MERGE):
        report("too_small", f"{too_small!r} is no choice", f"write {WITHHOLD} or {MERGE}")
        return None
    return SensorRule(
        id=fields.text("id"),
        quantity=fields.text("quantity"),
        unit=fields.text("unit"),
        accuracy=fields.number("accuracy", low=0.0),
        period_s=period_s,
        kind=fields.text("kind"),
        share=fields.number("share", 1.0, low=0.0, high=1.0),
        components=fields.names("components"),
        phase_s=fields.number("phase_s", 0.0, low=0.0),
        basis=fields.text("basis", "assumption"),
        group_size=fields.whole("group_size", 2, 10**6) or 0,
        too_small=too_small,
    )
