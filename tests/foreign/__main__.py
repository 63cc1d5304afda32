"""`python -m tests.foreign FOLDER`: a table of what comes of every network file in it."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from tests.foreign.trying import CRASH, LIMIT_S, REFUSED, WORKS, WRONG, Tried, found, kind_of, tried

WARM = ("pandapower", "power_grid_model", "stadtwerk.runs.run", "simulator.city.importing", "tests.foreign.agreeing",
        "stadtwerk.cli.cities", "simulator.domains.water.balance", "simulator.domains.energy.process",
        "simulator.city.importers.pandapower_grid", "resilience.scenario.loader", "resilience.report.run.page",
        "stadtwerk.runs.simulate", "stadtwerk.runs.folder", "simulator.domains.water.engine")  # fmt: skip
"""What every file needs, loaded once: each try is a child of this process."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.foreign", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=LIMIT_S, help="time limit of each step (default %(default)g)")
    parser.add_argument("--kept", type=Path, help="a file of results: what it holds is not tried again")
    parser.add_argument("--again", default="", help="results that are tried again all the same, such as crash,wrong")
    asked = parser.parse_args(arguments)
    if not asked.folder.is_dir():
        parser.error(f"{asked.folder} is no folder")
    for module in WARM:
        importlib.import_module(module)
    known = {one.name: one for one in _read(asked.kept) if one.result not in asked.again.split(",")}
    counted: dict[str, Counter[str]] = {}
    print("| file | result | at | s | said |\n|---|---|---|---|---|", flush=True)
    for name, options in found(asked.folder):
        one = known.get(name) or tried(name, options, asked.seconds)
        if name not in known and asked.kept:
            with asked.kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(one)) + "\n")
        counted.setdefault(kind_of(options), Counter())[one.result] += 1
        print(one.row(), flush=True)
    for kind, results in counted.items():
        total = results.total()
        shown = ", ".join(f"{result} {results[result]}" for result in (WORKS, REFUSED, WRONG, CRASH))
        print(f"{kind}: {shown} of {total} ({results[WORKS] / total:.1%} work)")
    return 1 if any(results[CRASH] or results[WRONG] for results in counted.values()) else 0


def _read(path: Path | None) -> list[Tried]:
    if path is None or not path.is_file():
        return []
    return [Tried(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
