"""A drawn town against published figures, EPANET and a power flow; another seed is another town, the same one the same
bytes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from simulator.city.planning.grid import Grid, plan_grid
from simulator.city.planning.measures import figures_of
from simulator.city.planning.plan import MOST, generate_city
from simulator.city.planning.roads import build_roads
from simulator.city.planning.site import Site, draw_site, gabriel_of
from simulator.city.planning.supply import Supply, plan_supply, water_file
from simulator.contracts.problem import BadInput
from simulator.domains.water.engine import WaterEngine

SIZES = (5_000, 20_000, 50_000)


def _drawn(people: int, seed: int) -> tuple[Site, Supply, Grid]:
    streams = [np.random.default_rng([people, seed, stream]) for stream in range(3)]
    site = draw_site(people, streams[0])
    return site, plan_supply(site, streams[1]), plan_grid(site, streams[2])


def _unfit(people: int, seed: int) -> list[str]:
    site, water, grid = _drawn(people, seed)
    ways = build_roads(site.x_m, site.y_m, site.people.astype(np.float64), 60, driven_km=None)
    return [f"{one.name.en} {one.value}" for one in figures_of(site, water, grid, ways) if not one.fits]


@pytest.mark.parametrize("people", SIZES)
def test_figures_lie_where_those_of_towns_do(people: int) -> None:
    assert not _unfit(people, 1)


@pytest.mark.nightly
@pytest.mark.parametrize("people", SIZES)
def test_figures_of_twenty_seeds_lie_where_those_of_towns_do(people: int) -> None:
    assert not {seed: found for seed in range(20) if (found := _unfit(people, seed))}


def _lowest(people: int, seed: int, folder: Path) -> tuple[float, float, float]:
    """Lowest pressure of a day in EPANET, its tanks' lowest level over their depth, and the highest pressure."""
    _site, water, _grid = _drawn(people, seed)
    path = folder / "water.inp"
    path.write_text(water_file(water), encoding="utf-8")
    engine = WaterEngine(path)
    corners = [i for i, name in enumerate(engine.network.nodes) if name.startswith("J")]
    pressures, levels = [], []
    for t_s in range(0, 86_401, 1800):
        engine.advance_to(t_s)
        pressures.append(engine.pressure_m[corners].copy())
        levels.append(float((engine.level_m / engine.network.tank_max_m).min()))
    engine.close()
    return float(np.min(pressures)), min(levels), float(np.max(pressures))


@pytest.mark.parametrize("people", SIZES)
def test_taps_of_a_day_have_the_pressure_that_houses_need(people: int, tmp_path: Path) -> None:
    low, level, high = _lowest(people, 1, tmp_path)
    assert low >= 28.0 and level >= 0.2 and high <= 82.0


@pytest.mark.nightly
@pytest.mark.parametrize("people", SIZES)
def test_taps_of_twenty_towns_have_it_too(people: int, tmp_path: Path) -> None:
    found = {seed: _lowest(people, seed, tmp_path) for seed in range(20)}
    assert not {seed: one for seed, one in found.items() if not (one[0] >= 28.0 and one[1] >= 0.2 and one[2] <= 82.0)}


@pytest.mark.parametrize("people", SIZES)
def test_the_grid_holds_its_voltage_at_the_peak_and_no_line_is_full(people: int) -> None:
    from power_grid_model import PowerGridModel
    from power_grid_model.utils import json_deserialize

    _site, _water, grid = _drawn(people, 1)
    result = PowerGridModel(json_deserialize(grid.file.dataset)).calculate_power_flow()
    assert result["node"]["energized"].all()
    assert result["node"]["u_pu"].min() > 0.97 and result["node"]["u_pu"].max() < 1.05
    assert result["line"]["loading"].max() < 0.6
    assert result["transformer"]["loading"].max() < 0.6
    # The figure that is shown is that of the power flow: without losses, at nominal voltage.
    assert result["line"]["loading"].max() == pytest.approx(float(grid.loading.max()), rel=0.05)


def test_the_gabriel_graph_is_that_of_its_definition() -> None:
    x, y = np.random.default_rng(3).uniform(0.0, 1000.0, (2, 60))
    square = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    by_definition = [
        (a, b)
        for a in range(60)
        for b in range(a + 1, 60)
        if all(square[a, c] + square[b, c] >= square[a, b] for c in range(60) if c not in (a, b))
    ]
    assert gabriel_of(x, y).tolist() == [list(pair) for pair in by_definition]


def _shape(pairs: np.ndarray, x: np.ndarray, y: np.ndarray) -> list[float]:
    """Lengths of all links in order: the same for a copy that was moved or turned."""
    a, b = pairs.T
    return sorted(np.round(np.hypot(x[a] - x[b], y[a] - y[b]), 0).tolist())


def test_no_network_is_a_copy_of_another() -> None:
    shapes: dict[str, list[float]] = {}
    for seed in range(3):
        site, _water, grid = _drawn(5_000, seed)
        shapes[f"streets {seed}"] = _shape(site.streets, site.x_m, site.y_m)
        ways = build_roads(site.x_m, site.y_m, site.people.astype(np.float64), 60, driven_km=None)
        shapes[f"roads {seed}"] = sorted(round(link.length_m) for link in ways.links)
        place = {bus.id: (bus.x, bus.y) for bus in grid.file.buses}
        ends = [one.ends for one in grid.file.branches if one.kind == "line"]
        shapes[f"grid {seed}"] = sorted(
            round(float(np.hypot(*np.subtract(place[one[0]], place[one[1]])))) for one in ends
        )
    assert len({tuple(one) for one in shapes.values()}) == len(shapes)


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return found.hexdigest()


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from simulator.city.planning.plan import generate_city; "
        "generate_city(5000, 7, pathlib.Path(sys.argv[1]), 'town')"
    )
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", program, str(tmp_path / seed)], check=True, env=environment)
        digests.add(_digest(tmp_path / seed))
    assert len(digests) == 1


def test_what_is_drawn_is_a_city_in_balance_with_its_people(tmp_path: Path) -> None:
    drawn = generate_city(5_000, 7, tmp_path / "town")
    assert drawn.city.people == 5_000 and not drawn.city.findings
    assert drawn.city.water_hours is not None
    for kind in ("waterworks", "hospital", "server", "gateway", "siren", "emergency-well", "substation", "tank"):
        assert drawn.city.of_kind(kind), kind
    text = (tmp_path / "town" / "statistics.md").read_text(encoding="utf-8")
    assert all(one.name.en in text for one in drawn.figures)


def test_a_size_or_seed_that_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        generate_city(MOST + 1, -1, tmp_path / "town")
    assert [problem.field for problem in caught.value.problems] == ["--inhabitants", "--seed"]
    assert not (tmp_path / "town").exists()
