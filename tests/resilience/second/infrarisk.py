"""How `infrarisk.csv` came about: `python -m tests.resilience.second.infrarisk PATH/infrarisk/src`.

InfraRisk (github.com/srijithbalakrishnan/dreaminsg-integrated-model) at commit
40d6533c2dc96995c1f38654040318ff715610e4 (MIT): its `resilience_metrics.py` is run on the series below, nothing of it
stands here. It draws a line between two points where we hold a value until the next; so each change of power is given
twice, at the same minute before and after, and both areas are the same. What is usual of water it looks up by the
minute of the day: so it is given every minute once, and its area is ours but for half a minute of the first and the
last value. Its areas are rounded to three digits: its `integrate` is called once more on its own series.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

TABLE = Path(__file__).with_name("infrarisk.csv")
COMMIT = "40d6533c2dc96995c1f38654040318ff715610e4"
CONSUMERS, CHANGES, MINUTE_S, LAST_MINUTE = 7, 23, 60.0, 1439


def series(kind: str) -> tuple[Any, Any, Any]:
    """Minutes of the changes, what is usual, and what came: shapes (changes,), (changes, consumers) twice.

    The last consumer never uses anything; one gets more than usual. Power is usual all day alike, as InfraRisk has it.
    """
    random = np.random.default_rng(2022 if kind == "water" else 2023)
    minutes = np.concatenate([[0], np.sort(random.choice(np.arange(1, LAST_MINUTE), CHANGES - 1, replace=False))])
    usual = random.uniform(0.2, 8.0, CONSUMERS) * np.ones((CHANGES, 1))
    if kind == "water":
        usual = usual * random.uniform(0.4, 1.6, (CHANGES, 1))
    came = usual * np.clip(random.uniform(-0.3, 1.4, (CHANGES, CONSUMERS)), 0.0, 1.0)
    came[:, 1] = usual[:, 1] * 1.25
    usual[:, -1] = came[:, -1] = 0.0
    return minutes, usual, came


def doubled(minutes: Any, rows: Any) -> tuple[Any, Any]:
    """Each value from its minute to the next change: two points, the last up to the end of the day."""
    ends = np.append(minutes[1:], LAST_MINUTE)
    times = np.column_stack([minutes, ends]).ravel()
    return times, np.repeat(rows, 2, axis=0)


def theirs(kind: str, metric: Any) -> tuple[Any, Any, float, float]:
    """PCS and ECS at each change and their areas in hours, as InfraRisk computes them."""
    import pandas as pd

    minutes, usual, came = series(kind)
    names = [f"n{i}" for i in range(CONSUMERS)]
    if kind == "water":
        times = np.arange(LAST_MINUTE + 1)
        of = np.searchsorted(minutes, times, side="right") - 1
        metric.water_junc_demand_df = pd.DataFrame(came[of], columns=names).assign(time=times * MINUTE_S)
        wn = SimpleNamespace(junction_name_list=names)
        network = SimpleNamespace(base_water_node_supply=pd.DataFrame(usual[of], columns=names))
        metric.calculate_water_resmetrics(SimpleNamespace(base_network=SimpleNamespace(wn=wn), network=network))
        pcs, ecs = np.array(metric.water_pcs_list), np.array(metric.water_ecs_list)
        at = minutes
    else:
        times, got = doubled(minutes, came)
        metric.power_load_df = pd.DataFrame(got, columns=names).assign(time=times * MINUTE_S)[["time", *names]]
        load = SimpleNamespace(p_mw=pd.Series(usual[0]), name=pd.Series(names))
        motor = SimpleNamespace(pn_mech_mw=pd.Series([], dtype=float), name=pd.Series([], dtype=str))
        base = SimpleNamespace(base_power_supply=SimpleNamespace(load=load, motor=motor), pn=SimpleNamespace(load=load))
        metric.calculate_power_resmetric(SimpleNamespace(base_network=base))
        pcs, ecs = np.array(metric.power_pcs_list), np.array(metric.power_ecs_list)
        at = np.arange(0, len(times), 2)
    hours = times / 60
    return pcs[at], ecs[at], metric.integrate(hours, 1 - pcs), metric.integrate(hours, 1 - ecs)


def main(folder: str) -> None:
    sys.path.insert(0, folder)
    from resilience_metrics import WeightedResilienceMetric  # type: ignore[import-not-found]

    rows = []
    for kind in ("power", "water"):
        pcs, ecs, area_pcs, area_ecs = theirs(kind, WeightedResilienceMetric())
        for minute, usual, came, p, e in zip(*series(kind), pcs, ecs, strict=True):
            rows.append((kind, int(minute), *(repr(float(v)) for v in (p, e, *usual, *came))))
        rows.append((f"{kind}-hours", LAST_MINUTE, repr(float(area_pcs)), repr(float(area_ecs))))
    numbers = range(CONSUMERS)
    heads = ("series", "minute", "pcs", "ecs", *(f"usual{i}" for i in numbers), *(f"came{i}" for i in numbers))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# InfraRisk {COMMIT}\n")
        csv.writer(file, lineterminator="\n").writerows([heads, *rows])


if __name__ == "__main__":
    main(sys.argv[1])
