"""`stadtwerk live`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Text, Words
from stadtwerk.cli.commands.push_command import add_database_arguments

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk live quiet-day --speed 120                 two simulated minutes a second
  stadtwerk live pump-link-cut --gateways 2            with the processes of two gateways only
  stadtwerk live quiet-day --kill broker-a@600 --kill ingest@900 --kill gateway-d1@1200
  stadtwerk live quiet-day --mosquitto secrets         after: stadtwerk secrets init --out secrets --city demo
  stadtwerk live quiet-day --influx http://127.0.0.1:8086 --token-file token --org city --bucket readings
  stadtwerk live quiet-day --influx http://127.0.0.1:8086 --user ingest --password-file password --bucket city
  stadtwerk live quiet-day --influx http://127.0.0.1:8428 --engine victoriametrics --bucket city

Two brokers, ingest and one process a gateway run on this machine. What breaks a gateway or its link in the scenario
kills its process (kill -9) or cuts its connections. At the end every reading that a gateway acknowledged must be in the
store exactly once, those of a sensor in their order; if not, the exit code is 1. With a database it is that which is
asked; order cannot be seen there. With a token it is InfluxDB 2, with a user InfluxDB 1; what stands there under the
run's name, that of its folder, is replaced, and what `stadtwerk push` would write is written as the run goes on, for
Grafana (docs/dashboards.md). The run folder has live.json with the counts and the lag, live.jsonl with every start,
death and cut, and store.sqlite with the readings. What could not be delivered, also after Ctrl-C, is kept:

  stadtwerk live --resume runs/quiet-day-seed1
"""
)


def _instead_of(positional: argparse.Action) -> type[argparse.Action]:
    """An option with which that argument is not asked for."""

    class InsteadOf(argparse.Action):
        def __call__(
            self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
        ) -> None:
            positional.required = False
            setattr(namespace, self.dest, values)

    return InsteadOf


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    scenario = parser.add_argument("scenario", help=say(_("a scenario file, or the name of one that ships")))
    parser.add_argument(
        "--resume",
        metavar="RUN",
        action=_instead_of(scenario),
        help=say(
            _("deliver what an earlier live run could not, by its run folder; with the brokers and database as then")
        ),
    )
    parser.add_argument(
        "--drain",
        type=float,
        default=90.0,
        metavar="SECONDS",
        help=say(_("seconds that readings have to arrive at the end; what has not is kept for --resume (default: 90)")),
    )
    parser.add_argument("--city", help=say(_("a city folder or name, instead of the scenario's own")))
    parser.add_argument("--seed", type=int, help=say(_("seed of all random streams (default: the scenario's first)")))
    parser.add_argument("--out", help=say(_("run folder (default: runs/SCENARIO-seedN)")))
    parser.add_argument("--speed", type=float, default=60.0, help=say(_("simulated seconds a second (default: 60)")))
    parser.add_argument(
        "--gateways", type=int, metavar="N", help=say(_("processes for the first N gateways (default: all)"))
    )
    parser.add_argument("--ingests", type=int, metavar="1|2", help=say(_("ingest processes (default: 1)")))
    parser.add_argument(
        "--kill",
        action="append",
        default=[],
        metavar="PROCESS@SECOND",
        help=say(
            _("a drill: kill -9 at this second of the scenario; up again after 5 s on the wall clock (may be repeated)")
        ),
    )
    parser.add_argument(
        "--mosquitto",
        metavar="DIR",
        help=say(
            _(
                "two Mosquitto brokers with TLS, certificates and topic rights from this folder of `secrets init`, "
                "instead of the embedded ones"
            )
        ),
    )
    add_database_arguments(parser, say, required=False)
    parser.add_argument(
        "--engine",
        choices=("influxdb", "victoriametrics"),
        help=say(_("with --influx: what answers there (default: influxdb)")),
    )
    parser.add_argument(
        "--attach",
        metavar="FILE",
        help=say(_("join gateways, brokers, ingest and a database that run elsewhere, as in docker-compose.yml")),
    )
    parser.add_argument(
        "--alive", metavar="FILE", help=say(_("touch this file while the run goes on, for a health check"))
    )
    parser.add_argument(
        "--now",
        action="store_true",
        help=say(
            _("bear times as if the run began now, so that with --speed 1 alert rules of Grafana see it as it is")
        ),
    )
    parser.add_argument(
        "--report", default="", metavar="URL", help=say(_("address of the report, for a link from Grafana"))
    )
    say.add_lang(parser, _("language of report and answer"))


def execute(options: argparse.Namespace) -> int:
    from simulator.contracts.problem import BadInput, Problem
    from stadtwerk.influx.push import database
    from stadtwerk.live.resume import resume
    from stadtwerk.live.run import FAIL, run_live
    from stadtwerk.live.settings import LiveSettings
    from stadtwerk.runs.run import RunRequest
    from stadtwerk.terminal import Terminal

    terminal = Terminal(options.lang)
    problems: list[Problem] = []
    if (options.scenario is None) == (options.resume is None):
        what, fix = _("a scenario, or --resume, and not both"), _("see stadtwerk live --help")
        raise BadInput([Problem("command line", 0, "scenario", what, fix)])

    def wrong(field: str, what: Text, fix: Text) -> None:
        problems.append(Problem("command line", 0, field, what, fix))

    influx = None
    if options.influx:
        engine = options.engine or "influxdb"
        api = {"api": "v2"} if engine == "victoriametrics" else {}
        influx = database(options, wrong, engine=engine, **api)
    else:
        for field in ("bucket", "org", "token_file", "user", "password_file", "ca_file", "engine"):
            if getattr(options, field):
                wrong(
                    f"--{field.replace('_', '-')}",
                    _("has no meaning without --influx"),
                    _("name the database's address"),
                )
    settings = LiveSettings.from_arguments(
        options.gateways,
        options.ingests,
        options.kill,
        influx,
        options.mosquitto,
        problems,
        options.attach,
        options.alive,
        options.now,
        options.report,
        options.drain,
    )
    if options.resume is not None:
        try:
            resumed = resume(Path(options.resume), settings, terminal)
        except KeyboardInterrupt:
            said = _("stopped by the user; what is left is kept, `stadtwerk live --resume {out}` delivers it.")
            print(said.filled(out=options.resume).of(options.lang), file=sys.stderr)
            return 130
        print(resumed.sentence().of(options.lang))
        return 0 if resumed.holds else FAIL
    request = RunRequest.from_arguments(
        options.scenario, options.city, options.seed, options.out, options.speed, "off", options.lang
    )
    try:
        result = run_live(request, settings, terminal)
    except KeyboardInterrupt:
        # What is kept has been said.
        print(_("stopped by the user.").of(options.lang), file=sys.stderr)
        return 130
    terminal.show_verdict(result.run.verdict, result.run.notes, result.run.folder)
    return result.exit_code
