"""Networks that the wastewater domain is held against SWMM on."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

STORAGE_PUMP, PUMP_SETTING, FULL_FEATURES = "model_storage_pump", "model_pump_setting", "model_full_features"
"""Networks that pyswmm publishes with its own tests."""


def published(name: str) -> Path:
    """A network of pyswmm's by its name there."""
    return Path(str(files("pyswmm"))) / "tests" / "data" / f"{name}.inp"


def extran_6(folder: Path) -> Path:
    """Example 6 of the Extran manual: trunk sewers and an in-line pump with an off-line wet well (type 1).

    Tables of Roesner, Aldrich and Dickinson (1988), Storm Water Management Model User's Manual, Version 4: Extran
    Addendum, EPA/600/3-88/001b, in the figures that EPA's own regression tests of SWMM 5 use. Public domain.
    """
    junctions = (
        *((80408, 124.6, 13.4, 0), (80608, 118.3, 16.7, 0), (81009, 128.2, 8.8, 0), (81309, 117.5, 12.5, 0)),
        *((82309, 112.3, 42.7, 0), (10309, 101.6, 9.4, 0), (15009, 111.5, 13.5, 0), (16009, 102, 18, 0)),
        *((16109, 102.8, 22.2, 0), (82310, 73.6, 42.7, 2.135)),
    )
    conduits = (
        *((8040, 80408, 80608, 1800, 0.015, 0), (8060, 80608, 82309, 2075, 0.015, 2.2)),
        *((8100, 81009, 81309, 5100, 0.015, 0), (8130, 81309, 15009, 3500, 0.015, 0)),
        *((1030, 10309, 10208, 4500, 0.016, 0), (1570, 15009, 16009, 5000, 0.0154, 0)),
        *((1600, 16109, 16009, 500, 0.015, 0), (1630, 16009, 10309, 300, 0.015, 0)),
        *((1602, 82309, 16109, 5000, 0.034, 0), (8061, 82309, 82310, 300, 0.004, 38.7)),
    )
    circular = ((8040, 4), (8060, 4), (8100, 4.5), (8130, 4.5), (1570, 5.5), (1600, 6), (1602, 5), (8061, 4))
    inflow = ((82309, 40), (80408, 45), (81009, 50))
    options = {
        **{"FLOW_UNITS": "CFS", "FLOW_ROUTING": "DYNWAVE", "START_DATE": "01/01/2002", "END_DATE": "01/01/2002"},
        **{"END_TIME": "08:00:00", "REPORT_STEP": "00:15:00", "ROUTING_STEP": "0:00:20", "VARIABLE_STEP": "0"},
        **{"INERTIAL_DAMPING": "NONE", "MIN_SURFAREA": "0", "THREADS": "1"},
    }
    return _write(
        folder / "extran6.inp",
        {
            "OPTIONS": options.items(),
            "JUNCTIONS": (f"{name} {invert} {depth} {begin} 0 0" for name, invert, depth, begin in junctions),
            "OUTFALLS": ("10208 89.9 FREE NO",),
            "CONDUITS": (f"{name} {a} {b} {m} {n} 0 {up} 0 0" for name, a, b, m, n, up in conduits),
            "PUMPS": ("90011 82310 15009 CURVE1 ON",),
            "XSECTIONS": (
                *(f"{name} CIRCULAR {feet} 0 0 0 1" for name, feet in circular),
                *(f"{name} TRAPEZOIDAL 9 0 3 3 1" for name in (1030, 1630)),
            ),
            "INFLOWS": (f"{node} FLOW {node}" for node, _ in inflow),
            "CURVES": ("CURVE1 PUMP1 200 5", "CURVE1 600 10", "CURVE1 1200 20"),
            "TIMESERIES": (
                f"{node} {hour} {cfs * share}"
                for node, cfs in inflow
                for hour, share in ((0, 0), (0.25, 1), (3, 1), (3.25, 0), (12, 0))
            ),
        },
    )


def lifted(folder: Path, start_depth_m: float = 2.0, rules: str = "", weir: bool = True) -> Path:
    """A small network of our own: a street drained into a wet well, whose pump lifts it to the outlet.

    10 l/s of dry-weather flow; the pump takes 40 l/s from a start to a stop level; the well has an emergency overflow.
    """
    options = {
        **{"FLOW_UNITS": "CMS", "INFILTRATION": "HORTON", "FLOW_ROUTING": "DYNWAVE", "START_DATE": "01/01/2001"},
        **{"END_DATE": "01/02/2001", "WET_STEP": "00:01:00", "DRY_STEP": "00:05:00", "ROUTING_STEP": "5"},
        **{"VARIABLE_STEP": "0", "THREADS": "1"},
    }
    return _write(
        folder / "lifted.inp",
        {
            "OPTIONS": options.items(),
            "RAINGAGES": ("SKY INTENSITY 0:05 1.0 TIMESERIES RAIN",),
            "SUBCATCHMENTS": ("ROOFS SKY STREET 2 60 200 0.5 0",),
            "SUBAREAS": ("ROOFS 0.015 0.2 1 3 25 OUTLET",),
            "INFILTRATION": ("ROOFS 50 5 4 7 0",),
            "JUNCTIONS": ("STREET 10 3 0 0 0", "HIGH 12 3 0 0 0"),
            "OUTFALLS": ("PLANT 8 FREE NO", *(("RIVER 9 FREE NO",) if weir else ())),
            "STORAGE": ("WELL 5 6 0.8 FUNCTIONAL 0 0 12 0 0",),
            "CONDUITS": ("DOWN STREET WELL 400 0.013 0 3 0 0", "AWAY HIGH PLANT 400 0.013 0 0 0 0"),
            "PUMPS": (f"LIFT WELL HIGH CURVE ON {start_depth_m} {0.5 if start_depth_m else 0}",),
            "WEIRS": ("SPILL WELL RIVER TRANSVERSE 5 1.8 NO",) if weir else (),
            "XSECTIONS": (
                *("DOWN CIRCULAR 0.6 0 0 0 1", "AWAY CIRCULAR 0.4 0 0 0 1"),
                *(("SPILL RECT_OPEN 1 2 0 0",) if weir else ()),
            ),
            "CURVES": ("CURVE PUMP4 0 0.04", "CURVE 10 0.04"),
            "TIMESERIES": (*(f"RAIN 6:{minute:02d} 20" for minute in range(0, 30, 5)), "RAIN 6:30 0"),
            "DWF": ("STREET FLOW 0.01",),
            "CONTROLS": rules.splitlines(),
            "COORDINATES": ("STREET 0 0", "WELL 400 0", "HIGH 420 0", "PLANT 820 0", "RIVER 400 -50"),
            "SYMBOLS": ("SKY 200 200",),
        },
    )


def _write(path: Path, sections: dict[str, object]) -> Path:
    lines = []
    for name, rows in sections.items():
        lines.append(f"[{name}]")
        lines += [" ".join(row) if isinstance(row, tuple) else str(row) for row in rows]  # type: ignore[attr-defined]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path
