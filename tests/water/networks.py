"""Networks for the water tests: published ones, and small ones whose answer can be worked out by hand."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from simulator.city.water_file import read_water_elements
from simulator.contracts.city import City
from simulator.contracts.component import Component, Value
from simulator.contracts.fault import Foreseen
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link
from simulator.contracts.registry import registry
from simulator.coupling import Runtime
from simulator.kernel import Clock
from tests.support.towns import town

MIDNIGHT = datetime(2026, 1, 14)


def published(name: str) -> Path:
    """A network that WNTR ships."""
    spec = importlib.util.find_spec("wntr")
    if spec is None or spec.origin is None:
        pytest.skip("WNTR, whose networks are used here, is not installed")
    return Path(spec.origin).parent / "library" / "networks" / f"{name}.inp"


def micropolis() -> Path:
    """The Micropolis case, which is not part of this repository."""
    root = Path(__file__).resolve().parents[2]
    cases = Path(os.environ.get("STADTWERK_CASES", root.parent / "shared" / "cases"))
    path = cases / "micropolis" / "water.inp"
    if not path.is_file():
        pytest.skip(f"the Micropolis case is not there ({path}); set STADTWERK_CASES to the folder of cases")
    return path


def city_of(
    path: Path,
    links: tuple[Link, ...] = (),
    levels: tuple[ServiceLevel, ...] = (),
    others: tuple[Component, ...] = (),
) -> City:
    """A town with every element of a water network, in one district."""
    components = [
        Component(
            e.component_id, e.kind, registry().types[e.kind].domain, e.x, e.y, district="d1", network_id=e.network_id
        )
        for e in read_water_elements(path)
    ]
    return replace(town([*components, *others], links, levels), water_file=path)


def world(
    city: City,
    start: datetime = MIDNIGHT,
    warmup_s: float = 0.0,
    duration_s: float = 86400.0,
    foreseen: tuple[tuple[str, str, Mapping[str, Value]], ...] = (),
) -> Runtime:
    """`foreseen` are the faults that the run will see: target, name, parameters."""
    known = tuple(Foreseen(target, fault, parameters) for target, fault, parameters in foreseen)
    return Runtime.build(city, Clock(start, warmup_s, duration_s), seed=1, foreseen=known)


def write(folder: Path, text: str, name: str = "net.inp") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


FINELY = """[OPTIONS]
Units LPS
Headloss H-W
Accuracy 0.000001
[TIMES]
Duration 24:00
[END]
"""
"""The end of a network's text: in l/s, solved so finely that formulas can be held against it."""

GRAVITY = f"""
[JUNCTIONS]
A  10  5
B  12  10
C  10  0
[RESERVOIRS]
R  60
[PIPES]
P1  R  A  500  300  120  0  Open
P2  A  B  500  300  120  0  Open
P3  B  C  300  200  120  0  Open
{FINELY}"""
"""A reservoir feeds three junctions in a row; no tank, so the town forgets at once."""

PUMPED = """
[JUNCTIONS]
S  10  0
D  10  4
[RESERVOIRS]
R  10
[TANKS]
T  50  3  0.5  6  10  0
[PIPES]
P1  S  D  300  300  120  0  Open
P2  D  T  300  300  120  0  Open
[PUMPS]
U  R  S  HEAD H
[CURVES]
H  20  60
[CONTROLS]
LINK U OPEN IF NODE T BELOW 2
LINK U CLOSED IF NODE T ABOVE 4
[OPTIONS]
Units LPS
Headloss H-W
Accuracy 0.00001
[TIMES]
Duration 24:00
[END]
"""
"""A pump fills a tank (78.5 m2) between two levels; the town draws 4 l/s."""
