"""Secrets as files: one folder for each machine, so that it gets its own and no other.

An installation in containers needs more than certificates for the brokers: TLS proxies, a database and dashboards.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gateways.brokers import front, mosquitto
from gateways.brokers.address import IDENTITIES
from gateways.brokers.rights import INGESTS, VIEWERS, Identity, Role, identities
from gateways.secrets.authority import LEAF_DAYS, Authority, Signed, replace_secret
from simulator.contracts.problem import Reason, Unable
from simulator.contracts.words import Words

_ = Words("gateways")


def random_password() -> str:
    """256 random bits in letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(32)


LOCAL = ("127.0.0.1", "localhost")
"""Under which names the brokers are reached, if nothing is said."""

AUTHORITY = "authority"


class SecretsExist(Reason):
    """There is something already, and secrets are never overwritten. The message names it."""


@dataclass(frozen=True, slots=True)
class SecretsMade:
    """What was written: the folder, the brokers' names and the identities. No secret is in it."""

    folder: Path
    brokers: tuple[str, ...]
    identities: tuple[Identity, ...]


def init_secrets(
    folder: Path,
    gateways: Sequence[str],
    hosts: Mapping[str, Sequence[str]] | None = None,
    *,
    ingests: Sequence[str] = INGESTS,
    viewers: Sequence[str] = VIEWERS,
    listen: str = LOCAL[0],
    days: int = LEAF_DAYS,
    compose: bool = False,
) -> SecretsMade:
    """Make all certificates and passwords of a new installation in `folder`, which must not exist.

    `hosts` gives for each broker (`mosquitto-a`, `mosquitto-b`) the names and addresses that clients reach it under;
    `listen` is the address that the brokers' configuration binds; certificates are valid for `days`. Everything is
    there at the end or nothing is. With `compose` there is also what `docker-compose.yml` needs, see `compose`.

        authority/          ca.crt, ca.key: only needed to make more identities, keep it offline
        mosquitto-a/, -b/   ca.crt, crl.pem (what was revoked: nothing yet), server.crt, server.key, rights.json,
                            mosquitto.conf, haproxy.cfg (what stands before it)
        identities/NAME/    ca.crt, client.crt, client.key, password

    Folders are open to this user only (0700), as are files (0600). Raises `SecretsExist`, and `ValueError` for a name,
    a host or a number of days that cannot be.
    """
    known = identities(gateways, ingests, viewers)
    reached = {name: tuple((hosts or {}).get(name) or LOCAL) for name in mosquitto.NAMES}
    if strangers := sorted((hosts or {}).keys() - reached.keys()):
        raise Unable(
            _("there is no broker {names}, only {known}", names=", ".join(strangers), known=", ".join(reached))
        )
    if folder.exists() or folder.is_symlink():
        raise SecretsExist(_("{folder} exists, and secrets are never overwritten", folder=str(folder)))
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Open to this user only; it gets its name when everything is in it.
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        authority = Authority()
        _write(partial / ".gitignore", b"*\n")
        _folder(partial / AUTHORITY, {"ca.crt": authority.signed.certificate, "ca.key": authority.signed.key})
        (partial / IDENTITIES).mkdir(mode=0o700)
        passwords = _add(partial, authority, known, days)
        granted = mosquitto.mosquitto_rights(known, passwords)
        for name, names in reached.items():
            signed = authority.server(name, names, days)
            settings = replace(mosquitto.installed(name), host=listen)
            if compose:
                # In containers gateways come over the simulator alone, which bounds their connections.
                port = front.FRONT_PORTS[mosquitto.NAMES.index(name)]
                settings = replace(settings, outer_host=listen, port=port, plugin=mosquitto.IMAGE_PLUGIN)
            files = {
                "ca.crt": authority.signed.certificate,
                "crl.pem": authority.revocation_list(()),
                "server.crt": signed.certificate,
                "server.key": signed.key,
                mosquitto.RIGHTS: granted,
                "mosquitto.conf": mosquitto.mosquitto_config(settings).encode(),
            }
            if not compose:
                files["haproxy.cfg"] = front.front_config(settings, listen).encode()
            _folder(partial / name, files)
        if compose:
            add_compose(partial, authority, gateways, days)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return SecretsMade(folder, mosquitto.NAMES, known)


def add_gateways(folder: Path, gateways: Sequence[str], *, days: int = LEAF_DAYS) -> SecretsMade:
    """Make further gateways known to an installation; all that exists stays as it is.

    They are added to the brokers' files of rights, which have to be brought there. Raises `SecretsExist` for a name
    that is taken, `ValueError` and `OSError` if `folder` is no folder of secrets.
    """
    added = tuple(Identity(name, Role.GATEWAY) for name in gateways)
    present = {path.name.lower() for path in (folder / IDENTITIES).iterdir()}
    for identity in added:
        if identity.name.lower() in present:
            raise SecretsExist(_("{name} has its secrets already", name=repr(identity.name)))
        present.add(identity.name.lower())
    kept = folder / AUTHORITY
    authority = Authority(Signed((kept / "ca.crt").read_bytes(), (kept / "ca.key").read_bytes()))
    before = {name: (folder / name / mosquitto.RIGHTS).read_bytes() for name in mosquitto.NAMES}
    passwords = _add(folder, authority, added, days)
    for name, known in before.items():
        replace_secret(folder / name / mosquitto.RIGHTS, mosquitto.rights_with(known, added, passwords))
    return SecretsMade(folder, (), added)


def _add(folder: Path, authority: Authority, known: Sequence[Identity], days: int) -> dict[str, str]:
    """Write the folders of identities, and return their passwords."""
    passwords = {}
    for identity in known:
        password = passwords[identity.name] = random_password()
        signed = authority.client(identity.name, days)
        files = {
            "ca.crt": authority.signed.certificate,
            "client.crt": signed.certificate,
            "client.key": signed.key,
            "password": f"{password}\n".encode(),
        }
        _folder(folder / IDENTITIES / identity.name, files)
    return passwords


def _folder(path: Path, files: Mapping[str, bytes], exist_ok: bool = False) -> None:
    path.mkdir(mode=0o700, exist_ok=exist_ok)
    for name, content in files.items():
        _write(path / name, content)


def _write(path: Path, content: bytes) -> None:
    """A new file that was never open to others, whatever the umask."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


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
        _folder(own, {"door.crt": door.certificate, "door.key": door.key}, exist_ok=True)
    passwords = {user: random_password() for user in DATABASE_USERS}
    client = authority.client(SIMULATOR, days)
    _folder(
        folder / SIMULATOR,
        {
            "ca.crt": root,
            "client.crt": client.certificate,
            "client.key": client.key,
            "database-password": _line(passwords[SIMULATOR]),
        },
        exist_ok=True,
    )
    _folder(folder / "identities" / "ingest-1", {"database-password": _line(passwords["ingest"])}, exist_ok=True)
    _folder(folder / "identities" / "ingest-2", {"database-password": _line(passwords["ingest"])}, exist_ok=True)
    served = authority.server(DATABASE, [DATABASE, "localhost", "127.0.0.1"], days)
    _folder(
        folder / DATABASE,
        {
            "ca.crt": root,
            "server.crt": served.certificate,
            "server.key": served.key,
            "admin-password": _line(random_password()),
            "admin-token": _line(random_password()),
            **{f"{user}-password": _line(password) for user, password in passwords.items()},
        },
        exist_ok=True,
    )
    shown = authority.server(DASHBOARDS, [DASHBOARDS, "localhost", "127.0.0.1"], days)
    _folder(
        folder / DASHBOARDS,
        {
            "ca.crt": root,
            "server.crt": shown.certificate,
            "server.key": shown.key,
            "admin-password": _line(random_password()),
            "secret-key": _line(random_password()),
            "influx-password": passwords[DASHBOARDS].encode(),  # Grafana would take a line's end as part of it
        },
        exist_ok=True,
    )
    user, group = container_user()
    text = f"STADTWERK_UID={user}\nSTADTWERK_GID={group}\n"
    _folder(folder, {ENVIRONMENT: text.encode()}, exist_ok=True)


OTHER_USER = (1000, 1000)
"""As whom containers run where the owner of the secrets is root."""


def rootless() -> bool:
    """Whether Docker runs as this user: then root of a container is this user, and no other number is."""
    return os.environ.get("DOCKER_HOST", "").startswith(f"unix:///run/user/{os.getuid()}/")


def container_user() -> tuple[int, int]:
    """User and group under which containers can read what this user owns, and are not root of the machine."""
    if not hasattr(os, "getuid"):
        return OTHER_USER
    if rootless() and os.getuid() != 0:
        return 0, 0
    return (os.getuid(), os.getgid()) if os.getuid() != 0 else OTHER_USER


def _line(secret: str) -> bytes:
    return f"{secret}\n".encode()
