"""`stadtwerk`: run scenarios, check files, list what exists, import cities."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Sequence

from stadtwerk import __version__

BAD_INPUT, INTERNAL_ERROR = 64, 70
TERMINATED = 128 + signal.SIGTERM

EPILOG = """\
examples:
  stadtwerk run substation-winter          the main scenario, on the demo city
  stadtwerk run my.yaml --seed 7 --out out one of your own, with another seed
  stadtwerk check my.yaml mycity/          look for mistakes without running anything
  stadtwerk list faults                    what can break, with parameters
  stadtwerk city import --water net.inp --power grid.json --out mycity
  stadtwerk audit mycity                   every link cut, every core component failed, one at a time

examples of a command: stadtwerk COMMAND --help
exit codes: 0 pass, 1 fail, 2 inconclusive, 64 bad input, 70 internal error
"""

COMMANDS = {
    "run": "run a scenario and judge it",
    "live": "run a scenario against the wall clock, with gateways, brokers and ingest as real processes",
    "test": "run a suite of scenarios, for a build server",
    "campaign": "run many drawn cases of a scenario, and show what measures would buy",
    "charter": "report what a set of runs shows of the Smart City Charter",
    "compare": "show two runs or two campaigns side by side",
    "check": "check scenario files and city folders for mistakes",
    "list": "list scenarios, suites, campaigns, cities, kinds, faults, levels, quantities, norms, rates and more",
    "city": "import a city, show one, or write it as a map",
    "events": "print what happened in a finished run, as sentences",
    "push": "write a finished run into a database, for Grafana",
    "audit": "cut every link, fail every core component, and judge what that does to the town",
    "secrets": "make the certificates and passwords of a telemetry installation",
}


class _Parser(argparse.ArgumentParser):
    """Ends with the exit code for bad input, not with argparse's 2, which means inconclusive here."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.print_usage(sys.stderr)
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    top = _Parser(
        prog="stadtwerk",
        description="Find out, before the storm, whether a town's connected infrastructure holds.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"stadtwerk {__version__}")
    top.add_argument("--no-color", action="store_true", help="plain text (the variable NO_COLOR does the same)")
    top.add_argument("--traceback", action="store_true", help="on an internal error, print where it happened")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for name, text in COMMANDS.items():
        module = importlib.import_module(f"stadtwerk.cli.commands.{name}_command")
        module.add_arguments(
            commands.add_parser(
                name,
                help=text,
                description=f"{text[0].upper()}{text[1:]}.",
                epilog=module.EPILOG,
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )
        )
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; never lets a traceback reach a user who did not ask for it."""
    options = parser().parse_args(arguments)
    if options.no_color:
        os.environ["NO_COLOR"] = "1"
    from simulator.contracts.problem import BadInput

    with contextlib.suppress(ValueError):  # outside the main thread nobody may say what a signal does
        # Ended from outside, a run still takes its broker, with its secrets, and its half-filled folder with it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        code = int(importlib.import_module(f"stadtwerk.cli.commands.{options.command}_command").execute(options))
        _name_broken()
        return code
    except BadInput as bad:
        _name_broken()
        print(bad, file=sys.stderr)
        many = len(bad.problems)
        print(f"{many} problem{'s' if many != 1 else ''} found; nothing was run.", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("stopped by the user; nothing was written.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:  # a bug of ours: say so plainly, and keep the details for who asks
        if options.traceback:
            raise
        print(f"internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("This is a fault of the program, not of your input. Run again with --traceback first:", file=sys.stderr)
        shown = list(sys.argv[1:] if arguments is None else arguments)
        print(f"  stadtwerk --traceback {' '.join(shown)}", file=sys.stderr)
        return INTERNAL_ERROR


def _name_broken() -> None:
    """Say which plug-ins were left out, if anybody asked for any."""
    opened = sys.modules.get("simulator.contracts.registry")
    if opened is not None and opened.registry.cache_info().currsize:
        for one in opened.registry().broken:
            print(f"plug-in {one.name} ({one.origin}) is left out: {one.error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
