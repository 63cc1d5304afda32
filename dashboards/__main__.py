"""`python -m dashboards`: builds what Grafana reads."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.contracts.command_line import program, say_places
from simulator.contracts.words import Words

_ = Words("dashboards")

EPILOG = _(
    """\
examples:
  python -m dashboards                 write deploy/grafana anew
  python -m dashboards --check         exit code 1 if deploy/grafana is not what the code builds
  python -m dashboards --out /tmp/g    write it somewhere else

The Grafana Foundation SDK is needed: pip install 'stadtwerk[dashboards]'. See docs/dashboards.md.
"""
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser, say = program("dashboards", _("Build Grafana dashboards, alert rules and provisioning."), arguments, EPILOG)
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help=say(_("the folder to write (default: deploy/grafana)"))
    )
    parser.add_argument("--check", action="store_true", help=say(_("write nothing, say what differs")))
    say_places(parser, say)
    options = parser.parse_args(arguments)
    from dashboards.build import DEFAULT, differences, write

    folder: Path = options.out or DEFAULT
    if options.check:
        found = differences(folder)
        for line in found:
            print(say(line), file=sys.stderr)
        return 1 if found else 0
    print(say(_("{n} files written below {folder}", n=len(write(folder)), folder=str(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
