"""The options that name a database."""

from __future__ import annotations

import argparse

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words, number

_ = Words("stadtwerk")


def add_database_arguments(parser: argparse.ArgumentParser, say: Speaker, required: bool) -> None:
    parser.add_argument("--influx", metavar="URL", required=required, help=say(_("address of the database")))
    parser.add_argument("--bucket", required=required, help=say(_("the bucket, or the database of InfluxDB 1")))
    parser.add_argument("--org", default="", help=say(_("the organisation (InfluxDB 2)")))
    parser.add_argument("--token-file", metavar="FILE", help=say(_("the file that holds the token (InfluxDB 2)")))
    parser.add_argument("--user", default="", help=say(_("the user (InfluxDB 1)")))
    parser.add_argument(
        "--password-file", metavar="FILE", help=say(_("the file that holds the user's password (InfluxDB 1)"))
    )
    parser.add_argument("--ca-file", metavar="FILE", help=say(_("the authority behind an https address")))


EPILOG = _(
    """\
examples:
  stadtwerk push runs/substation-winter-seed1 --influx http://127.0.0.1:8086 --org city --bucket city --token-file token
  stadtwerk push runs/demo --influx http://127.0.0.1:8086 --bucket city --user ingest --password-file password
  stadtwerk push runs/demo --influx ... --now          moved so that it ends now, to see alerts and "last 24 hours"
  stadtwerk push runs/after --influx ... --name after --replace

Writes a finished run with its own time stamps: service levels, states, modes, faults, events as annotations, people
affected, findings, forecasts of depletion, gateways, and every reading that arrived. Written twice it is there once.
With a token it is InfluxDB 2, with a user InfluxDB 1. The dashboards are described in docs/dashboards.md.
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    parser.add_argument("folder", metavar="RUN", help=say(_("the folder of a finished run")))
    add_database_arguments(parser, say, required=True)
    parser.add_argument(
        "--name", default="", help=say(_("name of the run in the database (default: that of the folder)"))
    )
    parser.add_argument(
        "--city", help=say(_("the city's folder or name, where the scenario's own does not lead there"))
    )
    parser.add_argument("--now", action="store_true", help=say(_("move the run so that it ends now")))
    parser.add_argument(
        "--replace", action="store_true", help=say(_("delete what the database holds of a run of this name"))
    )
    parser.add_argument(
        "--no-readings", action="store_true", help=say(_("leave out single readings: smaller and faster"))
    )
    parser.add_argument(
        "--report", default="", metavar="URL", help=say(_("address of the report, for a link from Grafana"))
    )
    say.add_lang(parser, _("language of the link to the dashboards"))


def execute(options: argparse.Namespace) -> int:
    from stadtwerk.influx.push import dashboard_link, push, push_request
    from stadtwerk.terminal import Terminal

    terminal = Terminal(options.lang)
    request = push_request(options)
    with terminal.counting(_("lines")) as progress:
        result = push(request, progress)
    terminal.say(
        _(
            "{lines} lines written, {readings} of them readings and gateways; run {run}",
            lines=number(result.lines),
            readings=number(result.readings),
            run=repr(result.name),
        )
    )
    print(dashboard_link(result.name, result.begin_ms, result.end_ms, options.lang))
    return 0
