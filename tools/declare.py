"""Finds the known weaknesses of scenarios anew and writes them: `python -m tools.declare [NAME ...] [--dry] [--keep]`.

NAME is a scenario, or a suite for all of its scenarios; left out, all that ship. For each finding that fails the
smallest cure is looked for, the declared one first, and `expected` in the scenario file is replaced by what was found;
the rest of the file stays as it is written. With `--keep` declared cures that still work stay, whatever their size.
Where no cure was found for one of them nothing is declared, so that the scenario plainly fails; one that no longer
fails loses its declaration. With `--dry` nothing is written. Ends with 1 where something is left uncured, 2 where the
allowed runs did not suffice, 3 where a scenario broke down.

The search for a scenario ends with the first finding that has no cure, unless `--thorough` asks for all, and for the
faults without which they would have held. It may be stopped at any time: every trial is kept under the digest of all
that it depends on, and each file is written as soon as its answer stands, so that the same command goes on from there.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from resilience.judge.verdict import Value
from resilience.study.why.options import merged
from resilience.words.changes import change_words
from stadtwerk.library import find_scenario, load_named_suite, scenario_names
from stadtwerk.studies.declaring import Declared, declare, with_weaknesses


def files(names: list[str]) -> list[Path]:
    """The scenario files that are meant, each once."""
    found: dict[Path, None] = {}
    for name in names or scenario_names():
        if name in scenario_names():
            found[find_scenario(name)] = None
        else:
            found |= dict.fromkeys(load_named_suite(name).scenarios)
    return list(found)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.declare", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenarios or suites (default: all that ship)")
    parser.add_argument("--dry", action="store_true", help="only tell, change no file")
    parser.add_argument("--most-runs", type=int, default=120, help="new runs for each scenario (default: %(default)s)")
    parser.add_argument("--finding", action="append", default=[], help="only these findings; with --dry")
    parser.add_argument("--keep", action="store_true", help="leave declared cures that still work as they are")
    parser.add_argument("--thorough", action="store_true", help="answer every finding, and try faults less too")
    options = parser.parse_args()
    worst = 0
    chosen = files(options.names)
    for number, file in enumerate(chosen, 1):
        start = time.process_time()
        print(f"[{number} of {len(chosen)}] {file.stem} ...", file=sys.stderr, flush=True)
        try:
            found = declare(
                file, options.most_runs, options.finding, options.keep, progress=counted, thorough=options.thorough
            )
        except Exception as error:  # one that breaks down must not keep the others from being looked at
            print(f"{file.stem}: {type(error).__name__}: {error}", flush=True)
            worst = 3
            continue
        show(file, found, time.process_time() - start)
        if not options.dry:
            before = file.read_text(encoding="utf-8")
            after = with_weaknesses(before, found.weaknesses)
            if after != before:
                file.write_text(after, encoding="utf-8")
        if not all(answer.complete for answer in found.answers):
            worst = max(worst, 2)
        elif found.uncured and worst == 0:
            worst = 1
    return worst


@contextmanager
def counted(total: int, done: int) -> Iterator[Callable[[], None]]:
    """A dot for each trial that is run."""
    yield lambda: print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def show(file: Path, found: Declared, cpu_s: float) -> None:
    """What came of one scenario, in lines."""
    print(f"{file.stem}: {found.verdict.value.value}, {found.runs} trials, {cpu_s:.0f} CPU s", flush=True)
    town = found.base.town()
    for weakness in found.kept:
        print(f"  {', '.join(weakness['findings'])}: as declared, {change_words(weakness['cure'], town).en}")
    for answer in found.answers:
        less = "" if answer.complete else " (not everything was tried)"
        if not answer.cured:
            print(
                f"  {answer.finding}: no cure found{less}" + (f"; without: {answer.without}" if answer.without else "")
            )
        for number, cures in enumerate(answer.cured):
            words = change_words(merged(cured.change for cured in cures), town).en
            print(f"  {answer.finding}: {'' if number == 0 else 'or '}{words}{less}")
    if found.left:
        print(f"  not looked for, as nothing is declared then: {', '.join(found.left)}")
    for finding in found.verdict.findings:
        if finding.value is Value.INCONCLUSIVE:
            print(f"  {finding.id}: inconclusive: {finding.reason.en}")


if __name__ == "__main__":
    raise SystemExit(main())
