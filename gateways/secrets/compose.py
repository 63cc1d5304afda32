"""What an installation in containers needs beside certificates for the brokers: doors, a database and dashboards."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateways.brokers import mosquitto
from gateways.secrets.authority import LEAF_DAYS, Authority
from gateways.secrets.passwords import random_password

SIMULATOR = "simulator"
"""Plays the town: it hands readings to gateways, and the ways from gateways to brokers lead over it, so that they can
be cut. It may neither publish nor subscribe."""

DATABASE = "influxdb"
DASHBOARDS = "grafana"

DATABASE_USERS = ("ingest", SIMULATOR, DASHBOARDS)
"""Logins of the database, each with rights of its own: what writes readings, what writes a run, what only reads."""

BROKER_HOSTS: dict[str, tuple[str, ...]] = {name: (name, SIMULATOR, "localhost") for name in mosquitto.NAMES}
"""Under which names clients reach the brokers: ingest directly, gateways over the simulator."""

ENVIRONMENT = "compose.env"


def add_compose(folder: Path, authority: Authority, gateways: Sequence[str], days: int = LEAF_DAYS) -> None:
    """Write to a new folder of secrets what the services of docker-compose.yml mount.

    identities/GATEWAY/   door.crt, door.key beside the rest: the gateway's side towards the sensors
    simulator/            ca.crt, client.crt, client.key: who may hand readings to gateways; its database password
    influxdb/             certificate, first administrator with a token, and the passwords of its users
    grafana/              certificate, administrator's password, key for stored secrets, login of the database
    compose.env           the user that containers run as, who is the owner of these files
    """
    root = authority.signed.certificate
    for gateway in gateways:
        own = folder / "identities" / gateway
        door = authority.server(gateway, [gateway, "localhost"], days)
        _files(own, {"door.crt": door.certificate, "door.key": door.key})
    passwords = {user: random_password() for user in DATABASE_USERS}
    client = authority.client(SIMULATOR, days)
    _files(
        folder / SIMULATOR,
        {
            "ca.crt": root,
            "client.crt": client.certificate,
            "client.key": client.key,
            "database-password": _line(passwords[SIMULATOR]),
        },
    )
    _files(folder / "identities" / "ingest-1", {"database-password": _line(passwords["ingest"])})
    _files(folder / "identities" / "ingest-2", {"database-password": _line(passwords["ingest"])})
    served = authority.server(DATABASE, [DATABASE, "localhost", "127.0.0.1"], days)
    _files(
        folder / DATABASE,
        {
            "ca.crt": root,
            "server.crt": served.certificate,
            "server.key": served.key,
            "admin-password": _line(random_password()),
            "admin-token": _line(random_password()),
            **{f"{user}-password": _line(password) for user, password in passwords.items()},
        },
    )
    shown = authority.server(DASHBOARDS, [DASHBOARDS, "localhost", "127.0.0.1"], days)
    _files(
        folder / DASHBOARDS,
        {
            "ca.crt": root,
            "server.crt": shown.certificate,
            "server.key": shown.key,
            "admin-password": _line(random_password()),
            "secret-key": _line(random_password()),
            # The interface for InfluxQL takes a login in place of a token; a header cannot hold a line's end.
            "influx-token": f"{DASHBOARDS}:{passwords[DASHBOARDS]}".encode(),
        },
    )
    owner = (os.getuid(), os.getgid()) if hasattr(os, "getuid") else (1000, 1000)
    text = f"STADTWERK_UID={owner[0]}\nSTADTWERK_GID={owner[1]}\n"
    _files(folder, {ENVIRONMENT: text.encode()})


def _line(secret: str) -> bytes:
    return f"{secret}\n".encode()


def _files(folder: Path, files: Mapping[str, bytes]) -> None:
    """New files that were never open to others, whatever the umask."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, content in files.items():
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
