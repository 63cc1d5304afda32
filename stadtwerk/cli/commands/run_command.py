"""`stadtwerk run`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

if TYPE_CHECKING:
    from stadtwerk.runs.run import RunRequest, RunResult
    from stadtwerk.terminal import Terminal

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk run substation-winter                      by name (see: stadtwerk list scenarios)
  stadtwerk run my.yaml --city mycity --seed 3         by file, on another city
  stadtwerk run substation-winter --speed 600          ten simulated minutes a second, to watch it live
  stadtwerk run substation-winter --mqtt off           without a broker
  stadtwerk run my.yaml --shrink                       if it fails: which faults does it take?
  stadtwerk run damage.csv --city mycity               a list of damage: time, component, fail_perc

The run folder holds report.html, verdict.json, junit.xml, events.jsonl, levels.parquet, gauges.parquet,
readings.parquet, recorded.parquet (`record:`), scenario.yaml as executed, and run.json with the seed, the
versions and the digest.
"""
)


ANSWERS = "closed-loop"
"""Of the three ways of control beside each other the one whose run gives the exit code and is made smaller."""

NO_TWIN = _(
    "do not hold runs beside the same time without their faults: nobody then sees whether the faults made a difference"
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("scenario", help=say(_("a scenario file, or the name of one that ships")))
    parser.add_argument("--city", help=say(_("a city folder or name, instead of the scenario's own")))
    parser.add_argument("--seed", type=int, help=say(_("seed of all random streams (default: the scenario's first)")))
    parser.add_argument("--out", help=say(_("run folder (default: runs/SCENARIO-seedN)")))
    parser.add_argument("--speed", type=float, help=say(_("simulated seconds a second (default: as fast as possible)")))
    parser.add_argument(
        "--mqtt",
        default="auto",
        metavar="auto|off|PORT",
        help=say(_("embedded broker on 127.0.0.1: a free port, none, or this port (default: auto)")),
    )
    parser.add_argument(
        "--shrink",
        action="store_true",
        help=say(
            _("if it fails: look for the smallest timeline that still fails, and leave it as shrunk.yaml in the folder")
        ),
    )
    parser.add_argument(
        "--control",
        choices=("closed-loop", "all-knowing", "blind", "all"),
        help=say(_("who acts on what, instead of what the scenario says; all: the three beside each other")),
    )
    parser.add_argument(
        "--checks-off",
        metavar="NAME",
        help=say(_("kinds of evidence that the control room does without (with --control closed-loop)")),
    )
    parser.add_argument(
        "--progress",
        type=Path,
        metavar="FILE",
        help=say(_("keep in this file how far it is (JSON), for a program that watches")),
    )
    parser.add_argument("--no-twin", action="store_true", help=say(NO_TWIN))
    say.add_lang(parser, _("language of report and answer"))


def execute(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from simulator.contracts.problem import BadInput, Problem
    from stadtwerk.runs.run import RunRequest, run_scenario
    from stadtwerk.terminal import terminal_for

    terminal = terminal_for(options.lang, options.progress)
    request = RunRequest.from_arguments(
        options.scenario, options.city, options.seed, options.out, options.speed, options.mqtt, options.lang
    )
    request = replace(request, twin=not options.no_twin)
    if options.checks_off is not None and options.control != "closed-loop":
        what, fix = _("changes nothing without --control closed-loop"), _("add it, or leave this out")
        raise BadInput([Problem("command line", 0, "--checks-off", what, fix)])
    if options.control is not None:
        from stadtwerk.studies.control import run_modes, with_control

        if options.control == "all":
            result = run_modes(request, terminal)[ANSWERS]
            _shrink(options, with_control(request, ANSWERS, None), result, terminal)
            return result.verdict.exit_code
        request = with_control(request, options.control, options.checks_off)
    result = run_scenario(request, terminal)
    terminal.show_verdict(result.verdict, result.notes, result.folder)
    _shrink(options, request, result, terminal)
    return result.verdict.exit_code


def _shrink(options: argparse.Namespace, request: RunRequest, result: RunResult, terminal: Terminal) -> None:
    if options.shrink:
        from stadtwerk.studies.suite import shrink_run

        shrunk = shrink_run(request, result.folder, result.verdict, terminal)
        if shrunk is not None:
            print(shrunk.told().of(options.lang))
