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

A suite is a YAML file: schema: stadtwerk/suite/1, id, title, scenarios (names or paths), seeds: first or all.
A scenario that says `expected: {verdict: fail, weaknesses: [{findings: [...], cure: ...}]}` shows known weaknesses of
its city. It is reported as such, never as a pass; if it fails otherwise, or not at all, or if with the cure the
findings do not hold, the suite fails. `stadtwerk why RUN` looks for the cure.
A run whose faults made no difference to anything that was judged is not shown. `opt_outs: N` records how many required
levels the scenarios opt out (`not_asked`); with more than that the suite fails.

exit codes: 0 all as expected, 1 something failed that should not, or too many opt-outs, 2 something inconclusive or not
shown, 64 bad input (nothing was run), 70 a run broke down
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
    say.add_lang(parser, _("language of reports and answers"))


def execute(options: argparse.Namespace) -> int:
    from simulator.contracts.problem import BadInput, Problem, reason_of
    from stadtwerk.cli.suite_terminal import show, shrink_failures, tell
    from stadtwerk.library import load_named_suite
    from stadtwerk.studies.suite import SuiteRequest, run_suite
    from stadtwerk.terminal import Terminal

    if options.jobs < 1:
        what, fix = _("{jobs} is below 1", jobs=options.jobs), _("use a whole number from 1")
        raise BadInput([Problem("command line", 0, "--jobs", what, fix)])
    terminal = Terminal(options.lang)
    suite = load_named_suite(options.suite)
    out, twin = options.out or Path("runs") / suite.id, not options.no_twin
    request = SuiteRequest(suite, out, options.city, options.jobs, options.lang, twin, options.cures)
    result = run_suite(request, lambda run, over, all_runs: tell(run, over, all_runs, terminal))
    if options.junit is not None:
        try:
            options.junit.parent.mkdir(parents=True, exist_ok=True)
            options.junit.write_text(result.junit_xml(options.lang), encoding="utf-8")
        except OSError as error:
            what, fix = _("cannot be written ({reason})", reason=reason_of(error)), _("check the path")
            raise BadInput([Problem(str(options.junit), 0, "--junit", what, fix)]) from None
    show(result, terminal)
    if options.shrink:
        shrink_failures(request, result, terminal)
    return result.exit_code
