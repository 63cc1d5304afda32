"""What short commands cost beside a bare interpreter: `python -m benchmarks.startup [--before COMMIT]`.

Each command is run as a process of its own, in turns with `python -c pass`, so that all meet the same machine. The
figure is the least CPU time (user and system) of all rounds, divided by that of the bare interpreter in the same run;
only the ratio means anything. With `--before`, the tree of that commit is unpacked into a temporary folder and runs in
the same turns. The first round is thrown away: it fills the caches, among them that of the demo city.

Ends with exit code 1, and names the commands, where one costs more than is recorded here, or more than before.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RECORDED = {
    "--help": 1.7,
    "run --help": 1.7,
    "list scenarios": 17.5,
    "list faults": 6.8,
    "check substation-winter": 22.5,
    "check scenarios/road-closed.yaml": 22.5,
}
"""How many times the CPU seconds of a bare interpreter each command takes; lowered whenever it gets faster."""

MARGIN, MARGIN_BEFORE = 1.2, 1.03
"""What is no loss yet: ratios to a process of 20 ms spread more than those of two trees that ran in the same turns."""

BARE = "python -c pass"


def spent(command: list[str], tree: Path, compiled: Path) -> float:
    """CPU seconds of one process and all it waited for. Compiled modules are kept aside, as an installation does."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(compiled)}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=tree, stdout=quiet, stderr=quiet, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} in {tree} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def unpack(commit: str, folder: Path) -> Path:
    """The tree of a commit."""
    packed = subprocess.run(["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def measure(trees: dict[str, Path], rounds: int, compiled: Path) -> dict[tuple[str, str], float]:
    """Least CPU seconds by tree and command."""
    least: dict[tuple[str, str], float] = {}
    for turn in range(rounds + 1):
        jobs = [("", BARE, ROOT, [sys.executable, "-c", "pass"])]
        for tree, folder in trees.items():
            jobs += [(tree, c, folder, [sys.executable, "-m", "stadtwerk", *c.split()]) for c in RECORDED]
        for tree, command, folder, line in jobs:
            cpu_s = spent(line, folder, compiled)
            if turn:
                least[tree, command] = min(cpu_s, least.get((tree, command), cpu_s))
    return least


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--before", metavar="COMMIT", help="measure the tree of a commit beside this one")
    reader.add_argument("--rounds", type=int, default=15, help="how often each command is run (default 15)")
    chosen = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="stadtwerk-startup-") as folder:
        trees = {"before": unpack(chosen.before, Path(folder, "before"))} if chosen.before else {}
        trees["now"] = ROOT
        least = measure(trees, chosen.rounds, Path(folder, "compiled"))
    bare = least["", BARE]
    print(f"{BARE}: {bare * 1000:.1f} ms CPU")
    print(f"{'times as much CPU':<34}" + "".join(f"{tree:>10}" for tree in trees))
    lost = []
    for command, recorded in RECORDED.items():
        times = {tree: least[tree, command] / bare for tree in trees}
        print(f"{command:<34}" + "".join(f"{times[tree]:>10.1f}" for tree in trees))
        if times["now"] > recorded * MARGIN:
            lost.append(f"{command}: {times['now']:.1f} times, recorded are {recorded:g}")
        if times["now"] > times.get("before", times["now"]) * MARGIN_BEFORE:
            lost.append(f"{command}: {100 * (times['now'] / times['before'] - 1):.0f} % more than at {chosen.before}")
    if lost:
        raise SystemExit("slower than it was:\n  " + "\n  ".join(lost))


if __name__ == "__main__":
    main()
