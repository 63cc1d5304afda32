"""What a run did to a city, as properties of its GeoJSON features."""

from __future__ import annotations

from pathlib import Path

from resilience.judge.courses import TOLERANCE
from simulator.contracts.city import City
from simulator.contracts.level import MEASURES
from simulator.contracts.ticks import to_s
from stadtwerk.influx.folder import StoredSource

Results = dict[str, dict[str, float | str | None]]


def results_of(folder: Path, city: City) -> Results:
    """For each district and facility, by measure of its service levels: worst value, and seconds below the minimum.

    Only from the scenario's zero on. Properties are called `worst_MEASURE` and `low_s_MEASURE`.
    """
    import json

    end_s = float(json.loads((folder / "run.json").read_text(encoding="utf-8"))["end_s"])
    courses: dict[str, list[tuple[float, float]]] = {}
    for tick, name, worth in StoredSource(folder).levels():
        courses.setdefault(name, []).append((to_s(tick), worth))
    found: Results = {}
    for level in city.levels.values():
        if level.id not in courses or level.subject not in (*city.districts, *city.components):
            continue
        higher = MEASURES[level.measure].higher_is_better
        rows = courses[level.id]
        ends = [at_s for at_s, _ in rows[1:]] + [end_s]
        # what is over before the scenario's zero does not count
        held = [(max(0.0, since), until, value) for (since, value), until in zip(rows, ends, strict=True) if until > 0]
        if not held:
            continue
        values = [value for _, _, value in held]
        low_s = sum(
            until - since
            for since, until, value in held
            if (value < level.minimum - TOLERANCE if higher else value > level.minimum + TOLERANCE)
        )
        measure = level.measure.replace("-", "_")
        found.setdefault(level.subject, {}).update(
            {f"worst_{measure}": min(values) if higher else max(values), f"low_s_{measure}": round(low_s, 3)}
        )
    return found
