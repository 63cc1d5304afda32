"""What scenarios come to, as digests: shows that a rebuilding of the code left the town's answers alone.

    python -m tools.baseline record before.json       # every scenario that ships, and an audit, as the tree is now
    python -m tools.baseline compare before.json      # after the change: run again, fail where a row differs
    python -m tools.baseline record few.json road-closed my.yaml   # these scenarios only, by name or file

A row holds the digests of levels, gauges and readings as `run.json` has them, and one over the tree of events without
words: time, kind, subject, cause, via, value, before and after of each. Sentences may change, what happened may not.
The row `audit` is one over the cases of `stadtwerk audit demo --kinds power,data`: subject, verdict and figures.
Everything goes through the command line, so that no inner structure is leaned on. A table belongs to its town: it is
made before a change that is to change nothing, and thrown away after it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

SCENARIOS = Path(__file__).parents[1] / "scenarios"
TREE = ("t_s", "kind", "subject", "cause", "via", "value", "before", "after")
"""The fields of an event that are no words."""
AUDIT = "audit"
FIGURES = (
    *("case", "group", "subject", "kind", "owner", "value", "method", "worst_sub_system", "worst_level", "depth"),
    *("minimum", "unit", "longest_s", "low_s", "person_hours", "levels_failing", "victims_by_graph"),
    *("single_point_by_graph", "single_point_by_simulation"),
)
"""The fields of an audit's case that are no sentences."""

Row = Mapping[str, str]


def digest(rows: Iterable[Any]) -> str:
    """SHA-256 over rows as JSON lines."""
    found = hashlib.sha256()
    for row in rows:
        found.update(json.dumps(row, sort_keys=True).encode() + b"\n")
    return found.hexdigest()


def of_run(folder: Path) -> Row:
    """One row of the table, from a run folder."""
    digests = json.loads((folder / "run.json").read_text(encoding="utf-8"))["digests"]
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    tree = digest([event.get(field) for field in TREE] for event in events)
    return {part: digests[part] for part in ("levels", "gauges", "readings")} | {"tree": tree}


def of_audit(folder: Path) -> Row:
    """The audit's row: one digest over its cases."""
    cases = json.loads((folder / "audit.json").read_text(encoding="utf-8"))["cases"]
    return {"cases": digest([case[field] for field in FIGURES] for case in cases)}


def run(name: str, out: Path) -> Row:
    """Run one scenario (or the audit) in a process of its own and give its row. Raises if it came to no verdict."""
    if name == AUDIT:
        asked = ["audit", "demo", "--kinds", "power,data", "--out", str(out)]
    else:
        asked = ["run", name, "--mqtt", "off", "--no-twin", "--out", str(out)]
    done = subprocess.run([sys.executable, "-m", "stadtwerk", *asked], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 2):
        raise RuntimeError(f"{name}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return of_audit(out) if name == AUDIT else of_run(out)


def measured(names: Sequence[str], workers: int) -> dict[str, Row]:
    """All rows, by name; progress goes to standard error."""
    rows = {}
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(workers) as pool:
        folders = [Path(place) / str(number) for number in range(len(names))]
        for name, row in zip(names, pool.map(run, names, folders), strict=True):
            rows[name] = row
            print(f"{len(rows)}/{len(names)} {name}", file=sys.stderr, flush=True)
    return rows


def compared(before: Mapping[str, Row], now: Mapping[str, Row]) -> int:
    """Print a table; how many rows of `now` are not as they were."""
    unlike = 0
    for name, row in now.items():
        same = {part: before.get(name, {}).get(part) == found for part, found in row.items()}
        unlike += not all(same.values())
        print(f"{name:28}" + "".join(f"  {part} {'equal' if equal else 'DIFFERS'}" for part, equal in same.items()))
    print(f"{len(now) - unlike} of {len(now)} rows equal")
    return unlike


def main(arguments: Sequence[str] | None = None) -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("action", choices=("record", "compare"))
    reader.add_argument("file", type=Path, help="the table")
    reader.add_argument("names", nargs="*", help="scenarios, or `audit`; all if none is named")
    reader.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = reader.parse_intermixed_args(arguments)
    if options.action == "record":
        every = [*sorted(path.stem for path in SCENARIOS.glob("*.yaml")), AUDIT]
        rows = measured(options.names or every, options.workers)
        options.file.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    before = json.loads(options.file.read_text(encoding="utf-8"))
    return 1 if compared(before, measured(options.names or sorted(before), options.workers)) else 0


if __name__ == "__main__":
    sys.exit(main())
