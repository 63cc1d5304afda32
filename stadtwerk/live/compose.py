"""What stands in deploy/compose, made from the names of the services in docker-compose.yml."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import orjson

from gateways.brokers.front import FRONT_PORTS
from gateways.brokers.mosquitto import NAMES, installed
from gateways.secrets.folder import DATABASE, SIMULATOR
from simulator.contracts.command_line import BAD_INPUT, program, say_places
from simulator.contracts.problem import BadInput, reason_of
from simulator.contracts.words import Words
from stadtwerk.library import load_named_city
from stadtwerk.live.settings import SCHEMA

_ = Words("stadtwerk.live")

DOOR, FIRST_LINK = 7000, (17001, 18001)
_SECRETS = "/etc/stadtwerk/identity"
_STATE = "/var/lib/stadtwerk"


def compose_files(gateways: Iterable[str]) -> dict[str, bytes]:
    """The configurations that docker-compose.yml mounts, by file name, for these gateways."""
    names = tuple(gateways)
    stations = {
        name: {"host": name, "port": DOOR, "links": [first + i for first in FIRST_LINK]} for i, name in enumerate(names)
    }
    inner = {broker: installed(broker).inner_port for broker in NAMES}
    influx = {"url": f"https://{DATABASE}:8086", "bucket": "city", "org": "town", "api": "v1"}
    files: dict[str, object] = {
        "installation.json": {
            "schema": SCHEMA,
            "gateways": stations,
            "brokers": [_broker(host, port, "/etc/stadtwerk/control") for host, port in inner.items()],
            "watching": [_broker(host, port, "/etc/stadtwerk/watch") for host, port in inner.items()],
            "uplinks": [{"host": broker, "port": port} for broker, port in zip(NAMES, FRONT_PORTS, strict=True)],
            "links_host": "0.0.0.0",
            "identity": _certificate(_SECRETS),
            "database": influx
            | {"user": SIMULATOR, "password_file": f"{_SECRETS}/database-password", "ca_file": f"{_SECRETS}/ca.crt"},
        }
    }
    for number in (1, 2):
        files[f"ingest-{number}.json"] = {
            "name": f"ingest-{number}",
            "brokers": [_broker(host, port, _SECRETS) for host, port in inner.items()],
            "store": {"kind": "influx", "outbox": f"{_STATE}/outbox.db"}
            | influx
            | {"user": "ingest", "password_file": f"{_SECRETS}/database-password", "ca_file": f"{_SECRETS}/ca.crt"},
            "dead_letters": f"{_STATE}/dead-ingest-{number}.jsonl",
        }
    for name, station in stations.items():
        links = station["links"]
        assert isinstance(links, list)
        files[f"{name}.json"] = {
            "gateway": name,
            "brokers": [_broker(SIMULATOR, port, _SECRETS) for port in links],
            "outbox": f"{_STATE}/outbox.db",
            "dies_with_parent": False,
            "drills": True,
            "door": {
                "host": "0.0.0.0",
                "port": DOOR,
                "ca_file": f"{_SECRETS}/ca.crt",
                "cert_file": f"{_SECRETS}/door.crt",
                "key_file": f"{_SECRETS}/door.key",
                "peers": [SIMULATOR],
            },
        }
    return {name: orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n" for name, content in files.items()}


def _certificate(folder: str) -> dict[str, str]:
    return {"ca_file": f"{folder}/ca.crt", "cert_file": f"{folder}/client.crt", "key_file": f"{folder}/client.key"}


def _broker(host: str, port: int, folder: str) -> dict[str, object]:
    return {"host": host, "port": port, **_certificate(folder)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files for the gateways of a city into a folder. Returns the exit code: 0, or 64 for bad input."""
    about = _("Write what docker-compose.yml mounts for the gateways of a city.")
    example = _("example: python -m stadtwerk.live.compose demo deploy/compose")
    parser, say = program("stadtwerk.live.compose", about, arguments, example)
    parser.add_argument("city", help=say(_("a city folder, or the name of one that ships")))
    parser.add_argument("folder", type=Path, help=say(_("where to write; the files there are replaced")))
    say_places(parser, say)
    given = parser.parse_args(arguments)
    try:
        gateways = dict.fromkeys(cohort.gateway for cohort in load_named_city(given.city).cohorts)
        for name, content in compose_files(gateways).items():
            (given.folder / name).write_bytes(content)
    except BadInput as bad:
        print(bad.told(given.lang), file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        failed = _("cannot be written: {reason}", reason=reason_of(error))
        print(f"{given.folder}: {say(failed)}", file=sys.stderr)
        return BAD_INPUT
    return 0


if __name__ == "__main__":
    sys.exit(main())
