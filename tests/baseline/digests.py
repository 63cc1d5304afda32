"""What every scenario that ships came to, as digests: proof that a change of the code left the town's answers alone.

    python -m tests.baseline.digests record              # digests.json from the tree as it is; with names: these rows
    python -m tests.baseline.digests compare             # run all again, print a table, fail where a row differs
    python -m tests.baseline.digests compare quiet-day   # these scenarios only
    python -m tests.baseline.digests compare --without wastewater    # on the demo city without these layers

A row holds the digests of levels, gauges and readings as `run.json` has them, and one over the tree of events without
words: time, kind, subject, cause, via, value, before and after of each. Sentences may change, what happened may not.
The row `audit` is one over the cases of `stadtwerk audit demo --kinds power,data`: subject, verdict and figures.
Everything goes through the command line, so that no inner structure is leaned on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

DEMO_WITHOUT = "STADTWERK_DEMO_WITHOUT"
"""The environment variable that leaves layers out of the demo city (`stadtwerk/library.py`)."""
RECORDED = Path(__file__).with_name("digests.json")
SCENARIOS = Path(__file__).parents[2] / "scenarios"
TREE = ("t_s", "kind", "subject", "cause", "via", "value", "before", "after")
"""The fields of an event that are no words."""
AUDIT = "audit"
FIGURES = (
    *("case", "group", "subject", "kind", "owner", "value", "method", "worst_sub_system", "worst_level", "depth"),
    *("minimum", "unit", "longest_s", "low_s", "person_hours", "levels_failing", "victims_by_graph"),
    *("single_point_by_graph", "single_point_by_simulation"),
)
"""The fields of an audit's case that are no sentences."""


def names() -> list[str]:
    """The scenarios that ship, by name."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def digest(rows: Iterable[Any]) -> str:
    """SHA-256 over rows as JSON lines."""
    found = hashlib.sha256()
    for row in rows:
        found.update(json.dumps(row, sort_keys=True).encode() + b"\n")
    return found.hexdigest()


def of_run(folder: Path) -> dict[str, str]:
    """One row of the table, from a run folder."""
    digests = json.loads((folder / "run.json").read_text(encoding="utf-8"))["digests"]
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    tree = digest([event.get(field) for field in TREE] for event in events)
    return {part: digests[part] for part in ("levels", "gauges", "readings")} | {"tree": tree}


def of_audit(folder: Path) -> dict[str, str]:
    """The audit's row: one digest over its cases."""
    cases = json.loads((folder / "audit.json").read_text(encoding="utf-8"))["cases"]
    return {"cases": digest([case[field] for field in FIGURES] for case in cases)}


def run(name: str, city: str | None, into: Path) -> dict[str, str]:
    """Run one scenario (or the audit) in a process of its own and give its row. Raises if it came to no verdict."""
    out = into / name
    if name == AUDIT:
        asked = ["audit", city or "demo", "--kinds", "power,data", "--out", str(out)]
    else:
        asked = ["run", str(SCENARIOS / f"{name}.yaml"), "--mqtt", "off", "--no-twin", "--out", str(out)]
        asked += [] if city is None else ["--city", city]
    done = subprocess.run([sys.executable, "-m", "stadtwerk", *asked], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 2):
        raise RuntimeError(f"{name}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return of_audit(out) if name == AUDIT else of_run(out)


def measure(asked: list[str], city: str | None, workers: int) -> dict[str, dict[str, str]]:
    """All rows, by name; progress goes to standard error."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        rows = {}
        for name, row in zip(asked, pool.map(lambda one: run(one, city, Path(folder)), asked), strict=True):
            rows[name] = row
            print(f"{len(rows)}/{len(asked)} {name}", file=sys.stderr, flush=True)
        return rows


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("action", choices=("record", "compare"))
    reader.add_argument("names", nargs="*", help="scenarios, or `audit`; all if none is named")
    reader.add_argument("--city", help="another city folder, as for `stadtwerk run --city`")
    reader.add_argument("--without", help="layers that the demo city is built without, with commas between them")
    reader.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = reader.parse_intermixed_args()
    if options.without:
        os.environ[DEMO_WITHOUT] = options.without
    known = json.loads(RECORDED.read_text(encoding="utf-8"))
    every = [*names(), AUDIT] if options.action == "record" else sorted(known)
    rows = measure(options.names or every, options.city, options.workers)
    if options.action == "record":
        kept = {name: row for name, row in known.items() if options.names}
        RECORDED.write_text(json.dumps(kept | rows, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    unlike = 0
    print(f"{'':28}{'levels':>10}{'gauges':>10}{'readings':>10}{'tree':>10}")
    for name, row in rows.items():
        same = {part: known.get(name, {}).get(part) == found for part, found in row.items()}
        unlike += not all(same.values())
        print(f"{name:28}" + "".join(f"{'equal' if equal else 'DIFFERS':>10}" for equal in same.values()))
    print(f"{len(rows) - unlike} of {len(rows)} rows equal")
    return 1 if unlike else 0


if __name__ == "__main__":
    sys.exit(main())
