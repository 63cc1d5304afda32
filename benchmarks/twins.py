"""What it costs to hold runs beside their twins without the faults: `python -m benchmarks.twins [SUITE]`.

Two processes, each with a cache of its own that holds the demo city and nothing else, take turns: a scenario of the
suite (`charter` if left out) with twins, then the same with `--no-twin`, so that what else the machine does meets both
alike. The figure is the CPU time (user and system, children too) with twins divided by that without; only the ratio
means anything. Cures of known weaknesses are not run, as they cost the same both times and would make the ratio look
better than it is.

With `--keep FOLDER` what was measured is kept there with caches and runs, and the same command goes on where it was
stopped, as long as the source is the same. The scenarios come in an order that is drawn, always the same, so that the
first ones are a fair sample: `--most N` stops after so many. A part has fewer scenarios that share a twin than the
whole, so that its ratio is rather too high.

Ends with exit code 1 where the ratio is above what is recorded here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from contextlib import nullcontext, redirect_stdout
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST = 1.6
"""How many times the CPU seconds of a suite without twins one with them may cost."""
MEASURED = "measured.jsonl"
WITH, WITHOUT = "with", "without"


def spent() -> float:
    """CPU seconds of this process and of all that it has waited for."""
    parts = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in parts)


def work(mode: str) -> None:
    """One of the two processes: runs each scenario that it is told of, and says what it cost."""
    from dataclasses import replace

    from stadtwerk.library import demo_folder, load_named_suite
    from stadtwerk.studies.suite import SuiteRequest, run_suite

    demo_folder()
    for line in sys.stdin:
        suite_name, scenario = line.split()
        suite = load_named_suite(suite_name)
        file = next(file for file in suite.scenarios if file.stem == scenario)
        before = spent()
        with tempfile.TemporaryDirectory() as out, redirect_stdout(sys.stderr):
            asked = SuiteRequest(replace(suite, scenarios=(file,)), Path(out), twin=mode == WITH, cures=False)
            result = run_suite(asked)
        broken = [run.judged.reason.en for run in result.runs if run.verdict is None]
        print(json.dumps({"cpu_s": round(spent() - before, 2), "broken": broken}), flush=True)


class Worker:
    """A process that runs scenarios with twins, or without."""

    def __init__(self, mode: str, place: Path) -> None:
        self.mode = mode
        environment = {**os.environ, "XDG_CACHE_HOME": str(place / mode)}
        command = [sys.executable, "-m", "benchmarks.twins", "--work", mode]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, env=environment)

    def run(self, suite: str, scenario: str) -> float:
        assert self._process.stdin is not None and self._process.stdout is not None
        print(suite, scenario, file=self._process.stdin, flush=True)
        said = self._process.stdout.readline()
        if not said:
            raise SystemExit(f"{scenario} {self.mode} twins ended with {self._process.wait()}")
        answer = json.loads(said)
        if answer["broken"]:
            raise SystemExit(f"{scenario} {self.mode} twins: {answer['broken'][0]}")
        return float(answer["cpu_s"])

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def measure(suite: str, place: Path, most: int | None) -> tuple[dict[str, tuple[float, float]], int]:
    """CPU seconds of each scenario with twins and without, and how many scenarios there are."""
    from stadtwerk.library import load_named_suite
    from stadtwerk.runs.basis import basis

    names = [file.stem for file in load_named_suite(suite).scenarios]
    drawn = sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())
    known = known_of(place / MEASURED, basis())
    cost: dict[str, tuple[float, float]] = {}
    workers = [Worker(mode, place) for mode in (WITH, WITHOUT)]
    try:
        for name in drawn[:most]:
            if name not in known:
                beside, alone = (worker.run(suite, name) for worker in workers)
                known[name] = (beside, alone)
                with (place / MEASURED).open("a") as file:
                    print(json.dumps([basis(), name, beside, alone]), file=file)
            cost[name] = known[name]
            beside, alone = cost[name]
            total = tuple(map(sum, zip(*cost.values(), strict=True)))
            print(
                f"[{len(cost)} of {len(drawn)}] {name}: {beside:.1f} CPU s with twin, {alone:.1f} without: "
                f"{beside / alone:.2f}; so far {total[0] / total[1]:.2f}",
                flush=True,
            )
    finally:
        for worker in workers:
            worker.close()
    return cost, len(names)


def known_of(file: Path, source: str) -> dict[str, tuple[float, float]]:
    """What was measured with this very source."""
    if not file.exists():
        return {}
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return {name: (beside, alone) for basis, name, beside, alone in rows if basis == source}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.twins", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("suite", nargs="?", default="charter", help="a suite by name or file (default: charter)")
    parser.add_argument("--most", type=int, metavar="N", help="stop after so many scenarios (default: all)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep it there, and go on from what is there")
    parser.add_argument("--work", choices=(WITH, WITHOUT), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work)
        return 0
    kept = None if options.keep is None else nullcontext(str(options.keep))
    with kept or tempfile.TemporaryDirectory(prefix="stadtwerk-twins-") as place:
        Path(place).mkdir(parents=True, exist_ok=True)
        cost, of = measure(options.suite, Path(place).resolve(), options.most)
    beside, alone = (sum(one[i] for one in cost.values()) for i in (0, 1))
    print(
        f"{options.suite}, {len(cost)} of {of} scenarios: {beside:.1f} CPU s with twins, {alone:.1f} without: "
        f"{beside / alone:.2f} (at most {MOST:.2f})"
    )
    return 1 if beside / alone > MOST else 0


if __name__ == "__main__":
    raise SystemExit(main())
