"""Every fault that exists says how it is seen to act, in quantities and event codes that exist."""

import pytest

from simulator.contracts.codes import event_codes
from simulator.contracts.fault import ELSEWHERE, FaultPoint, Shows, Sign, begins, falls, rises, stops, used
from simulator.contracts.registry import registry


def _points() -> list[tuple[str, FaultPoint]]:
    known = registry()
    of_types = [(kind.name, point) for kind in known.types.values() for point in kind.faults]
    of_links = [(str(link.name), point) for link in known.links.values() for point in link.faults]
    of_readings = [("sensor", point) for point in (*known.sensor_faults, *known.report_faults)]
    return [*of_types, *of_links, *of_readings]


def test_every_fault_declares_its_evidence() -> None:
    assert [(where, point.name) for where, point in _points() if not point.evidence] == []


def test_signs_name_quantities_of_the_thing_and_codes_of_the_log() -> None:
    known, codes = registry(), event_codes()
    for where, point in _points():
        for sign in point.evidence:
            if sign.how is Shows.LOGGED:
                assert sign.quantity in codes, (where, point.name, sign.quantity)
            elif sign.measured:
                assert sign.quantity in known.quantities, (where, point.name, sign.quantity)
                assert sign.least > 0, (where, point.name)
                of = known.quantities[sign.quantity].of
                having = {name for name, kind in known.types.items() if kind.fault(point.name) is not None}
                assert where in known.links or having & set(of), (where, point.name, sign.quantity)
            else:
                assert sign == ELSEWHERE


def test_nothing_of_the_thing_itself_that_only_repeats_the_fault_is_a_sign() -> None:
    """Whether it works, and how many of its staff are there, follow from the fault by definition."""
    measured = {sign.quantity for _, point in _points() for sign in point.evidence}
    own = {name for name, quantity in registry().quantities.items() if quantity.own_record}
    assert {"working", "staff_share", "crews_on_duty", "online", "outdoor_temperature_c"} <= own
    assert measured.isdisjoint(own)


@pytest.mark.parametrize(
    ("sign", "before", "now", "seen"),
    [
        (stops("loading_pu", 1e-6), 0.4, 0.0, True),
        (stops("loading_pu", 1e-6), -0.4, 1e-9, True),
        (stops("loading_pu", 1e-6), 0.4, 0.1, False),
        (stops("loading_pu", 1e-6), 0.0, 0.0, False),
        (stops("loading_pu", 1e-6), 1.5e-6, 1e-6, False),
        (rises("leak_m3_s", 1e-6), 0.0, 0.02, True),
        (rises("leak_m3_s", 1e-6), 0.02, 0.02, False),
        (falls("duty_share", 1e-6), 1.0, 0.5, True),
        (falls("duty_share", 1e-6), 0.5, 1.0, False),
        (begins("held_readings", 0.5), 0.0, 20.0, True),
        (begins("held_readings", 0.5), 20.0, 40.0, False),
        (begins("held_readings", 0.5), 0.0, 0.0, False),
        (used("flow_veh_h", 0.5), 0.0, 0.0, False),
        (used("flow_veh_h", 0.5), 60.0, 60.0, True),
        (begins("held_readings", 0.5), float("nan"), 1.0, False),
    ],
)
def test_signs(sign: Sign, before: float, now: float, seen: bool) -> None:
    assert sign.seen(before, now) is seen
