"""What it costs to hold runs beside their twins without the faults: `python -m benchmarks.twins [SUITE]`.

The suite (`charter` if left out) is run twice in processes of its own, with twins and with `--no-twin`, each with a
cache of its own that holds the demo city and nothing else, so that every twin is lived through. The figure is the CPU
time (user and system) of the suite with twins divided by that without; only the ratio means anything. Cures of known
weaknesses are not run, as they cost the same both times and would make the ratio look better than it is.

Ends with exit code 1 where the ratio is above what is recorded here.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST = 1.6
"""How many times the CPU seconds of a suite without twins one with them may cost."""
JUDGED = (0, 1, 2)
"""The exit codes of a suite that was run to its end, whatever it came to."""


def spent(command: list[str], cache: Path, allowed: tuple[int, ...]) -> float:
    """CPU seconds of one process and all it waited for."""
    quiet = subprocess.DEVNULL
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def measure(suite: str, place: Path) -> tuple[float, float]:
    """CPU seconds of the suite with twins and without."""
    cost = {}
    for name, more in (("with", []), ("without", ["--no-twin"])):
        cache = place / name
        spent([sys.executable, "-m", "stadtwerk", "check", "quiet-day"], cache, (0,))  # builds the demo city
        out = str(place / f"runs-{name}")
        command = [sys.executable, "-m", "stadtwerk", "test", suite, "--jobs", "1", "--no-cures", "--out", out, *more]
        cost[name] = spent(command, cache, JUDGED)
        print(f"{suite} {name} twins: {cost[name]:.1f} CPU s", flush=True)
    return cost["with"], cost["without"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.twins", description=__doc__.partition("\n")[0])
    parser.add_argument("suite", nargs="?", default="charter", help="a suite by name or file (default: charter)")
    suite = parser.parse_args().suite
    with tempfile.TemporaryDirectory(prefix="stadtwerk-twins-") as place:
        beside, alone = measure(suite, Path(place))
    ratio = beside / alone
    print(f"{suite}: {beside:.1f} CPU s with twins, {alone:.1f} without: {ratio:.2f} (at most {MOST:.2f})")
    return 1 if ratio > MOST else 0


if __name__ == "__main__":
    raise SystemExit(main())
