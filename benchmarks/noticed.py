"""What a control room notices: `python -m benchmarks.noticed OUT --seeds 3 --faults burst,pump-out`.

One fault a run, in the demo city with the loop closed: each fault kind of the library (or those that are named), on a
target that the seed draws, two hours after the begin, for four hours. Printed and written as `noticed.csv` is, by fault
kind: in how many runs the fault took effect on something that the town has, how often it was noticed, how long that
took (median), how long until something was done, and false alarms a day. Runs that stand in OUT are not run again.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import yaml

from resilience.judge.verdict import read_verdict
from simulator.contracts.city import City
from simulator.contracts.problem import BadInput
from simulator.contracts.registry import registry
from stadtwerk.library import find_scenario, load_checked
from stadtwerk.runs.run import RunRequest, run_scenario
from stadtwerk.terminal import Terminal

START, AT, LASTS, HOURS = "2026-05-13T05:00", "2h", "4h", "10h"
"""From 07:00 to 11:00 on an ordinary Wednesday (assumption)."""


GIVEN: dict[str, dict[str, float]] = {"burst": {"area_m2": 0.0006}}
"""What faults have to be told (assumption: the hole of the scenario leak-at-night)."""


def targets(city: City, fault: str) -> list[str]:
    """Components that a fault can befall without being told more than is `GIVEN`."""
    found = []
    for component in city.components.values():
        point = registry().types[component.kind].fault(fault)
        if point is not None and all(one.default is not None or fault in GIVEN for one in point.parameters):
            found.append(component.id)
    return sorted(found)


def scenario(fault: str, target: str) -> dict[str, Any]:
    """A day with this one fault, judged by nothing but that the town's levels are looked at."""
    title = {"de": fault, "en": fault}
    given: dict[str, Any] = {"parameters": GIVEN[fault]} if fault in GIVEN else {}
    return {
        "schema": "stadtwerk/scenario/1",
        "id": f"noticed-{fault}",
        "title": title,
        "question": title,
        "city": {"name": "demo"},
        "run": {"start": START, "warmup": "6h", "duration": HOURS},
        "control": "closed-loop",
        "timeline": [{"id": "fault", "at": AT, "fault": fault, "target": target, "for": LASTS} | given],
        "expect": [{"id": "water", "type": "invariant", "levels": {"measure": "water-supply"}}],
    }


def noticed(out: Path, fault: str, seed: int, city: City) -> dict[str, Any] | None:
    """One run, as a row; None where the town has nothing that this can befall, or it cannot be asked for."""
    able = targets(city, fault)
    if not able:
        return None
    target = able[int(np.random.default_rng([seed, *fault.encode()]).integers(len(able)))]
    folder, path = out / f"{fault}-{seed}", out / f"{fault}-{seed}.yaml"
    if not (folder / "verdict.json").exists():
        path.write_text(yaml.safe_dump(scenario(fault, target), allow_unicode=True), encoding="utf-8")
        request = RunRequest(path, seed=seed, out=folder, broker_port=None, twin=False)
        try:
            run_scenario(request, Terminal(quiet=True))
        except BadInput as bad:
            return {"fault": fault, "seed": seed, "target": target, "why_not": str(bad.problems[0].what)}
    scores = read_verdict((folder / "verdict.json").read_text(encoding="utf-8")).control_room
    if scores is None or not scores.faults:
        return None
    one = scores.faults[0]
    return {
        "fault": fault,
        "seed": seed,
        "target": target,
        "detected_s": one.detected_s,
        "acted_s": one.acted_s,
        "false_a_day": scores.false_a_day,
    }


def table(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row a fault kind."""
    found = []
    for fault in dict.fromkeys(row["fault"] for row in rows):
        mine = [row for row in rows if row["fault"] == fault and "why_not" not in row]
        seen = [row["detected_s"] for row in mine if row["detected_s"] is not None]
        done = [row["acted_s"] for row in mine if row["acted_s"] is not None]
        found.append(
            {
                "fault": fault,
                "runs": len(mine),
                "noticed": len(seen),
                "missed": len(mine) - len(seen),
                "detected_min": round(median(seen) / 60, 1) if seen else "",
                "acted_min": round(median(done) / 60, 1) if done else "",
                "false_a_day": round(sum(row["false_a_day"] for row in mine) / len(mine), 2) if mine else "",
            }
        )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--faults", default="", help="those of these kinds, with commas between them (default: all)")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    _, _, city = load_checked(find_scenario("quiet-day"))
    known = sorted({point.name for kind in registry().types.values() for point in kind.faults})
    asked = [name for name in options.faults.split(",") if name] or known
    rows = []
    for seed in range(1, options.seeds + 1):
        for fault in asked:
            if (row := noticed(options.out, fault, seed, city)) is not None:
                rows.append(row)
                print(row, flush=True)
        with (options.out / "noticed.csv").open("w", encoding="utf-8", newline="") as file:
            said = table(rows)
            writer = csv.DictWriter(file, list(said[0]) if said else ["fault"])
            writer.writeheader()
            writer.writerows(said)
    for line in table(rows):
        print(json.dumps(line))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
