"""`stadtwerk`: run scenarios, check files, list what exists, import cities."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import errno
import gc
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from simulator.contracts.command_line import BAD_INPUT, LANG, Parser, Speaker, say_places, speaker
from simulator.contracts.words import Text, Verbatim, Words
from stadtwerk import __version__

_ = Words("stadtwerk")
_n = _.plural

INTERNAL_ERROR = 70
TERMINATED = 128 + signal.SIGTERM

EPILOG = _(
    """\
examples:
  stadtwerk run substation-winter          the main scenario, on the demo city
  stadtwerk run my.yaml --seed 7 --out out  one of your own, with another seed
  stadtwerk check my.yaml mycity/          look for mistakes without running anything
  stadtwerk list faults                    what can break, with parameters
  stadtwerk city import --water net.inp --power grid.json --out mycity
  stadtwerk audit mycity                   every link cut, every core component failed, one at a time

examples of a command: stadtwerk COMMAND --help
exit codes: 0 pass, 1 fail, 2 inconclusive, 64 bad input, 70 internal error
"""
)

VERSION = _("show program's version number and exit")

COMMANDS = {
    "run": _("run a scenario and judge it"),
    "live": _("run a scenario against the wall clock, with gateways, brokers and ingest as real processes"),
    "test": _("run a suite of scenarios, for a build server"),
    "campaign": _("run many drawn cases of a scenario, and show what measures would buy"),
    "charter": _("report what a set of runs shows of the Smart City Charter"),
    "compare": _("show two runs or two campaigns side by side"),
    "check": _("check scenario files and city folders for mistakes"),
    "list": _("list scenarios, suites, campaigns, cities, kinds, faults, levels, quantities, norms, rates and more"),
    "city": _("import a city, show one, or write it as a map"),
    "why": _("find what would have kept what failed in a run, and how little of it is enough"),
    "robust": _("vary what a run leans on, and see which of its findings hold"),
    "events": _("print what happened in a finished run, as sentences"),
    "runs": _("list finished runs and what is kept between them, and remove what is not needed any more"),
    "push": _("write a finished run into a database, for Grafana"),
    "audit": _("cut every link, fail every core component, and judge what that does to the town"),
    "contingency": _("take out each line, transformer and infeed of a grid, and see who is left without supply (n-1)"),
    "monitor": _("learn what is normal in recorded readings, and find what is out of the ordinary"),
    "serve": _("open the town in a browser on this machine: look at it on a map, break things, run what-ifs"),
    "secrets": _("make the certificates and passwords of a telemetry installation"),
}


def parser(say: Speaker | None = None) -> argparse.ArgumentParser:
    """The whole command line, in one language; without one, in that of the environment."""
    say = say or speaker(())
    top = Parser(
        prog="stadtwerk",
        description=say(_("Find out, before the storm, whether a town's connected infrastructure holds.")),
        epilog=say(EPILOG),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"stadtwerk {__version__}", help=say(VERSION))
    say.add_lang(top, LANG)
    top.add_argument("--no-color", action="store_true", help=say(_("plain text (the variable NO_COLOR does the same)")))
    top.add_argument("--traceback", action="store_true", help=say(_("on an internal error, print where it happened")))
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for name, text in COMMANDS.items():
        module = importlib.import_module(f"stadtwerk.cli.commands.{name}_command")
        module.add_arguments(
            commands.add_parser(
                name,
                help=say(text),
                description=say(text.begun()) + ".",
                epilog=say(module.EPILOG),
                formatter_class=argparse.RawDescriptionHelpFormatter,
            ),
            say,
        )
    say_places(top, say)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; never lets a traceback reach a user who did not ask for it."""
    if arguments is None:  # this process ends with the command: what is left is not looked through for garbage again
        atexit.register(gc.freeze)
    say = speaker(sys.argv[1:] if arguments is None else arguments)
    options = parser(say).parse_args(arguments)
    if options.no_color:
        os.environ["NO_COLOR"] = "1"
    gc.set_threshold(
        50_000, 20, 20
    )  # what a command loads stays to its end: it is looked through for garbage less often
    os.environ.setdefault(
        "PYDANTIC_DISABLE_PLUGINS", "__all__"
    )  # nothing else that is installed changes how files read
    from simulator.contracts.problem import BadInput

    with contextlib.suppress(ValueError):  # outside the main thread nobody may say what a signal does
        # Ended from outside, a run still takes its broker, with its secrets, and its half-filled folder with it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        code = int(importlib.import_module(f"stadtwerk.cli.commands.{options.command}_command").execute(options))
        _name_broken(say)
        return code
    except BadInput as bad:
        _name_broken(say)
        print(bad.told(say.lang), file=sys.stderr)
        found = _n("{n} problem found; nothing was run.", "{n} problems found; nothing was run.", len(bad.problems))
        print(say(found), file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print(say(_("stopped by the user; nothing was written.")), file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:  # a bug of ours: say so plainly, and keep the details for who asks
        if options.traceback:
            raise
        if (room := _no_room(error)) is not None:
            print(say(_("stopped: {reason}; what was begun was taken back.", reason=room)), file=sys.stderr)
            return BAD_INPUT
        told = f"{type(error).__name__}: {error}"
        plugin = _plugin_behind(error)
        if plugin is None:
            print(say(_("internal error: {error}", error=told)), file=sys.stderr)
            advice = _("This is a fault of the program, not of your input. Run again with --traceback first:")
        else:
            name, origin = plugin
            failed = _("the plug-in {name} ({origin}) failed: {error}", name=name, origin=origin, error=told)
            print(say(failed), file=sys.stderr)
            advice = _("This is a fault of the plug-in, not of your input. To see where, run with --traceback first:")
        print(say(advice), file=sys.stderr)
        shown = list(sys.argv[1:] if arguments is None else arguments)
        print(f"  stadtwerk --traceback {' '.join(shown)}", file=sys.stderr)
        return INTERNAL_ERROR


def _opened() -> Any:
    """The registry, if anybody opened it."""
    module = sys.modules.get("simulator.contracts.registry")
    return module.registry() if module is not None and module.registry.cache_info().currsize else None


NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.ENAMETOOLONG)
"""What the system says where it takes no more of what is written: no fault of the program."""


def _no_room(error: Exception) -> Text | None:
    """Why the machine could not do it, if that is all that went wrong."""
    if isinstance(error, MemoryError):
        return _("there is not enough memory for this")
    if not isinstance(error, OSError) or error.errno not in NO_ROOM:
        return None
    from simulator.contracts.problem import reason_of

    return reason_of(error) + Verbatim("" if error.filename is None else f" ({str(error.filename)[:200]})")


def _plugin_behind(error: Exception) -> tuple[str, str] | None:
    """Name and origin of the plug-in of somebody else that an error comes from."""
    opened = _opened()
    plugin = opened and opened.behind(error)
    return (plugin.name, plugin.origin) if plugin else None


def _name_broken(say: Speaker) -> None:
    """Say which plug-ins were left out, if anybody asked for any."""
    opened = _opened()
    if opened is not None:
        for one in opened.broken:
            left_out = _(
                "plug-in {name} ({origin}) is left out: {error}", name=one.name, origin=one.origin, error=one.error
            )
            print(say(left_out), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
