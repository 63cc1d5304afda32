"""Sewers laid out by rule: figures against what the rules and the formulas of the field say."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from simulator.domains.wastewater.engine import SewerEngine
from simulator.domains.wastewater.layout import (
    COVER_M,
    DEEPEST_M,
    DIAMETERS_MM,
    Crossing,
    Street,
    full_flow_m3_s,
    lay_sewers,
    rain_l_s_ha,
)


def strip(count: int = 12, people: float = 1500.0) -> tuple[dict[str, Crossing], list[Street]]:
    """A town along one street, a kilometre from crossing to crossing; the plant lies beyond the first one."""
    crossings = {f"n{i}": Crossing(1000.0 * i, 0.0, people) for i in range(count)}
    return crossings, [Street(f"n{i}", f"n{i + 1}", 1000.0) for i in range(count - 1)]


def test_a_full_sewer_carries_what_tables_say() -> None:
    """DN 300 at 1:300, n = 0.013 (k = 77): 0.056 m3/s and 0.79 m/s by hand: (d/4)^(2/3) sqrt(i)/n over pi/4 d2."""
    flow = full_flow_m3_s(0.3, 1 / 300)
    assert flow == pytest.approx(0.0558, rel=0.01)
    assert flow / (math.pi / 4 * 0.09) == pytest.approx(0.79, rel=0.01)


def test_rain_follows_reinhold() -> None:
    """r15,1 is its own value; two years' rain of a quarter of an hour is 1.3 times as much."""
    assert rain_l_s_ha(900, a_year=1.0) == pytest.approx(120.0, rel=0.01)
    assert rain_l_s_ha(900) / 120 == pytest.approx(1.30, rel=0.01)
    assert rain_l_s_ha(3600) < rain_l_s_ha(1800) < rain_l_s_ha(900) == rain_l_s_ha(300)


def test_the_same_town_gets_the_same_sewers() -> None:
    assert lay_sewers(*strip()).text == lay_sewers(*strip()).text


def test_sewers_fall_and_are_raised_before_they_get_too_deep(tmp_path: Path) -> None:
    sewers = lay_sewers(*strip())
    path = tmp_path / "strip.inp"
    path.write_text(sewers.text)
    engine = SewerEngine(path, settle_s=86400.0)
    try:
        network = engine.network
        assert len(sewers.stations) == len(network.wells) >= 1
        for node, kind in enumerate(network.node_kind):
            if kind == "manhole":
                assert COVER_M - 0.01 <= network.full_depth_m[node] <= DEEPEST_M + 1.0
        for link, kind in enumerate(network.link_kind):
            if kind == "sewer":
                a, b = network.ends[link]
                assert network.invert_m[b] < network.invert_m[a] + 1e-9, network.links[link]
        assert min(float(row) * 1000 for row in _bores(sewers.text)) >= DIAMETERS_MM[0]
        people = network.dry_weather_m3_s.sum() * 86400 / 0.126
        assert people == pytest.approx(12 * 1500, rel=1e-3)
        # on a dry day what comes goes, and nothing overflows
        engine.advance_to(86400)
        balance = engine.balance()
        assert balance.dry_weather_m3 == pytest.approx(12 * 1500 * 0.126, rel=0.01)
        assert abs(balance.error) < 0.05
        assert balance.overflow_m3 < 1.0
        plant = engine.left_m3[network.node_index["PLANT"]]
        assert plant == pytest.approx(balance.dry_weather_m3, rel=0.06)
    finally:
        engine.close()


def test_a_crossing_without_a_way_to_the_plant_is_told() -> None:
    crossings, streets = strip()
    with pytest.raises(ValueError, match="no street leads from n7"):
        lay_sewers(crossings, [s for s in streets if "n7" not in (s.start, s.end)] + [])


def _bores(text: str) -> list[str]:
    section = text.partition("[XSECTIONS]")[2].partition("[")[0]
    return [line.split()[2] for line in section.splitlines() if "CIRCULAR" in line]
