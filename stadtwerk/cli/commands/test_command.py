"""`stadtwerk test`."""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words
from stadtwerk.cli.commands.run_command import NO_TWIN

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk test smoke                           a few short scenarios, under two minutes
  stadtwerk test nightly --jobs 2                all that ship, two at a time
  stadtwerk test charter --out runs/charter      the scenarios behind the charter report
  stadtwerk test my-suite.yaml --junit out.xml   a suite of your own, for a build server
  stadtwerk test charter --record-baseline known.yaml   write down what fails today, once
  stadtwerk test charter --baseline known.yaml   fail for what is new only
  stadtwerk test charter --within 10min          as much as there is time for; the rest is not run, which is exit code 2
  stadtwerk test charter --changed-from runs/charter    run again only what a change touches

A suite is a YAML file: schema: stadtwerk/suite/1, id, title, scenarios (names or paths), seeds: first or all.
A scenario that says `expected: {verdict: fail, weaknesses: [{findings: [...], cure: ...}]}` shows known weaknesses of
its city. It is reported as such, never as a pass; if it fails otherwise, or not at all, or if with the cure the
findings do not hold, the suite fails. `stadtwerk why RUN` looks for the cure.
A run whose faults made no difference to anything that was judged is not shown. `opt_outs: N` records how many required
levels the scenarios opt out (`not_asked`); with more than that the suite fails.

exit codes: 0 all as expected, 1 something failed that should not, or too many opt-outs, 2 something inconclusive, not
shown or not run, 64 bad input (nothing was run), 70 a run broke down
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument(
        "suite", help=say(_("a suite file, or the name of one that ships (see: stadtwerk list suites)"))
    )
    parser.add_argument(
        "--city", help=say(_("run in this city instead of the scenarios' own; no known weakness counts then"))
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help=say(_("folder for the run folders (default: runs/SUITE)"))
    )
    parser.add_argument("--junit", type=Path, metavar="FILE", help=say(_("write the JUnit file here as well")))
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help=say(_("runs at once, each a process (default: 1)"))
    )
    parser.add_argument(
        "--shrink",
        action="store_true",
        help=say(
            _("for each run that fails unexpectedly: look for the smallest timeline that still fails (shrunk.yaml)")
        ),
    )
    parser.add_argument("--no-twin", action="store_true", help=say(NO_TWIN))
    parser.add_argument(
        "--no-cures",
        dest="cures",
        action="store_false",
        help=say(_("do not run known weaknesses again with their cures")),
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help=say(_("what fails or is open as this file records it counts as known: the suite fails for what is new")),
    )
    parser.add_argument(
        "--record-baseline",
        type=Path,
        metavar="FILE",
        help=say(_("write down there what failed or stayed open this time, run by run and finding by finding")),
    )
    parser.add_argument(
        "--within",
        metavar="DURATION",
        help=say(_("begin no further run after this time, as 10min; what is left is told, and the exit code is 2")),
    )
    parser.add_argument(
        "--changed-from",
        type=Path,
        metavar="DIR",
        help=say(
            _(
                "folder of an earlier run of the suite: what passed there, or was a known weakness, is not run again "
                "where scenario, city, seed and program are the same"
            )
        ),
    )
    say.add_lang(parser, _("language of reports and answers"))


def execute(options: argparse.Namespace) -> int:
    from resilience.study.baseline import baseline_yaml, load_baseline
    from stadtwerk.cli.suite_terminal import show, shrink_failures, tell
    from stadtwerk.library import load_named_suite
    from stadtwerk.studies.suite import SuiteRequest, run_suite
    from stadtwerk.terminal import Terminal

    within_s = _checked(options)
    terminal = Terminal(options.lang)
    suite = load_named_suite(options.suite)
    baseline = None if options.baseline is None else load_baseline(options.baseline, suite.id)
    out = options.out or Path("runs") / suite.id
    request = SuiteRequest(
        suite,
        out,
        options.city,
        options.jobs,
        options.lang,
        not options.no_twin,
        options.cures,
        baseline,
        within_s,
        options.changed_from,
    )
    result = run_suite(request, lambda run, over, all_runs: tell(run, over, all_runs, terminal), terminal.say)
    if options.junit is not None:
        _write("--junit", options.junit, result.junit_xml(options.lang))
    if options.record_baseline is not None:
        _write("--record-baseline", options.record_baseline, baseline_yaml(suite.id, result.runs))
    show(result, terminal)
    if options.shrink:
        shrink_failures(request, result, terminal)
    return result.exit_code


def _checked(options: argparse.Namespace) -> float | None:
    """The time given, in seconds. Raises `BadInput` with every problem of the command line."""
    from simulator.contracts.duration import seconds
    from simulator.contracts.problem import BadInput, Problem, reason_of

    problems, within_s = [], None
    if options.jobs < 1:
        what, fix = _("{jobs} is below 1", jobs=options.jobs), _("use a whole number from 1")
        problems.append(Problem("command line", 0, "--jobs", what, fix))
    try:
        within_s = None if options.within is None else seconds(options.within)
    except ValueError as error:
        problems.append(Problem("command line", 0, "--within", reason_of(error), _("write it as 10min or 1h")))
    if options.within is not None and options.record_baseline is not None:
        what = _("would leave out of the record what there was no time for")
        problems.append(Problem("command line", 0, "--within", what, _("leave it out with --record-baseline")))
    if problems:
        raise BadInput(problems)
    return within_s


def _write(option: str, path: Path, text: str) -> None:
    from simulator.contracts.problem import BadInput, Problem, reason_of

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        what, fix = _("cannot be written ({reason})", reason=reason_of(error)), _("check the path")
        raise BadInput([Problem(str(path), 0, option, what, fix)]) from None
