"""`python -m tests.fuzz [READER…] --count N --first SEED`: tries mutants, prints the seeds of those that are not taken.

With --keep FOLDER what is found is written there, one folder each, to become a case in `found`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from tests.fuzz.mutate import KINDS, TRAP, Change, drawn, mutant
from tests.fuzz.readers import READERS, Files, Reader, written
from tests.fuzz.trial import Outcome, tried, watch

FOUND = Path(__file__).parent / "found"


@contextmanager
def arena(whole: bool) -> Iterator[Path]:
    """Everything loaded, the trap and the bait laid, and the watch on. `whole`: imports run the weeks of their water
    network, too, which takes longest."""
    with tempfile.TemporaryDirectory() as aside:
        base = Path(aside).resolve()
        trap, ground = base / "trap", base / "ground"
        trap.mkdir()
        ground.mkdir()
        (trap / f"{TRAP}.py").write_text("raise SystemExit(97)\n", encoding="utf-8")
        os.mkfifo(base / "bait")  # whoever opens it waits for ever, also where no Python looks
        sys.path.append(str(trap))
        os.environ["XDG_CACHE_HOME"] = str(base / "cache")
        if not whole:
            import simulator.domains.water.as_written
            import simulator.domains.water.balance

            simulator.domains.water.balance.in_balance = lambda trial: trial.draft
            simulator.domains.water.as_written.settings_told = lambda trial: trial.draft
        for reader in READERS.values():
            for files in reader.bases()[:1]:
                name, content = next((n, c) for n, c in files.items() if n in reader.mutable)
                for text in (content, content[: len(content) // 2]):
                    folder = ground / "warm"
                    folder.mkdir()
                    written(files, folder, name, text)
                    _silently(reader, folder)
                    shutil.rmtree(folder)
        watch(ground)
        yield ground


def _silently(reader: Reader, folder: Path) -> None:
    """Read once in this process, so that everything is loaded before the watch begins."""
    kept = os.dup(1), os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 1)
        os.dup2(null, 2)
        reader.call(folder)
    except Exception:  # it is looked at when its turn comes
        pass
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for fd, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, fd)
            os.close(copy)
        os.close(null)


def chosen(reader: Reader, seed: str, which: int) -> tuple[Files, str, tuple[Change, ...]]:
    bases = reader.bases()
    files = bases[which % len(bases)]
    names = [name for name in reader.mutable if name in files]
    name = names[which // len(bases) % len(names)]
    return files, name, drawn(seed, files[name].lstrip()[:1] in (b"{", b"["))


def survives(reader: Reader, ground: Path, files: Files, name: str, changes: tuple[Change, ...]) -> Outcome:
    """What comes of one mutant."""
    with tempfile.TemporaryDirectory(dir=ground) as aside:
        folder = Path(aside)
        written(files, folder, name, mutant(files[name], changes, str(ground.parent / "bait")))
        return tried(lambda: reader.call(folder), folder)


def _drawn(reader: Reader, ground: Path, count: int) -> None:
    """Mutants drawn by Hypothesis, always the same ones; raises for the smallest that is not taken."""
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    places, picks = st.floats(0.0, 1.0, allow_nan=False), st.integers(0, (1 << 16) - 1)
    change = st.builds(Change, st.sampled_from(list(KINDS)), places, picks)

    @settings(
        max_examples=count, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.lists(change, min_size=1, max_size=5), st.integers(0, 63))
    def holds(changes: list[Change], which: int) -> None:
        files, name, _changes = chosen(reader, "", which)
        outcome = survives(reader, ground, files, name, tuple(changes))
        assert outcome.good, f"{reader.name}: {name}: exit {outcome.code}: {outcome.said[-500:]}"

    holds()


def _again(ground: Path) -> int:
    """How many of the files that were found once are not taken."""
    bad = 0
    for folder in sorted(path for path in FOUND.glob("*/*") if path.is_dir() and path.parent.name in READERS):
        with tempfile.TemporaryDirectory(dir=ground) as aside:
            case = Path(aside) / "case"
            shutil.copytree(folder, case)
            reader = READERS[folder.parent.name]
            outcome = tried(lambda reader=reader, case=case: reader.call(case), Path(aside))  # type: ignore[misc]
        if not outcome.good:
            bad += 1
            print(f"{folder.relative_to(FOUND)}: exit {outcome.code}: {outcome.said[-300:]}")
    return bad


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help=", ".join(READERS))
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--whole", action="store_true", help="also the weeks of a water network without faults")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--hypothesis", action="store_true", help="mutants drawn by Hypothesis, made small when found")
    parser.add_argument("--found", action="store_true", help="the files that were found once, no mutants")
    asked = parser.parse_args(arguments)
    bad = 0
    with arena(asked.whole) as ground:
        if asked.found:
            bad += _again(ground)
        if asked.hypothesis:
            for name in asked.readers or READERS:
                _drawn(READERS[name], ground, asked.count)
                print(f"{name}: {asked.count} drawn", flush=True)
        if asked.found or asked.hypothesis:
            return 1 if bad else 0
        for name in asked.readers or READERS:
            begin, counted = monotonic(), Counter[int]()
            for seed in range(asked.first, asked.first + asked.count):
                files, changed, changes = chosen(READERS[name], f"{name}-{seed}", seed)
                outcome = survives(READERS[name], ground, files, changed, changes)
                counted[outcome.code] += 1
                if outcome.good:
                    continue
                bad += 1
                last = outcome.said.splitlines()[-4:]
                print(f"{name} seed {seed}: {changed}: exit {outcome.code}: {' / '.join(last)[:700]}", flush=True)
                if asked.keep:
                    case = asked.keep / name / str(seed)
                    written(files, case, changed, mutant(files[changed], changes, "/bait"))
            counts = ", ".join(f"{code}: {n}" for code, n in sorted(counted.items()))
            print(f"{name}: {asked.count} mutants in {monotonic() - begin:.0f} s: exit {counts}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
