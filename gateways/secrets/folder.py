"""Secrets as files: one folder for each machine, so that it gets its own and no other."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gateways.brokers import mosquitto
from gateways.brokers.address import BrokerAddress
from gateways.brokers.rights import INGESTS, VIEWERS, Identity, Role, identities
from gateways.secrets.authority import LEAF_DAYS, Authority, Signed
from gateways.secrets.compose import add_compose
from gateways.secrets.passwords import password_file, random_password

LOCAL = ("127.0.0.1", "localhost")
"""Under which names the brokers are reached, if nothing is said."""

AUTHORITY = "authority"
IDENTITIES = "identities"


class SecretsExist(Exception):
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
        mosquitto-a/, -b/   ca.crt, crl.pem (what was revoked: nothing yet), server.crt, server.key, passwords, acl,
                            mosquitto.conf
        identities/NAME/    ca.crt, client.crt, client.key, password

    Folders are open to this user only (0700), as are files (0600). Raises `SecretsExist`, and `ValueError` for a name,
    a host or a number of days that cannot be.
    """
    known = identities(gateways, ingests, viewers)
    reached = {name: tuple((hosts or {}).get(name) or LOCAL) for name in mosquitto.NAMES}
    if strangers := sorted((hosts or {}).keys() - reached.keys()):
        raise ValueError(f"there is no broker {', '.join(strangers)}, only {' and '.join(reached)}")
    if folder.exists() or folder.is_symlink():
        raise SecretsExist(f"{folder} exists, and secrets are never overwritten")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Open to this user only; it gets its name when everything is in it.
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        authority = Authority()
        _write(partial / ".gitignore", b"*\n")
        _folder(partial / AUTHORITY, {"ca.crt": authority.signed.certificate, "ca.key": authority.signed.key})
        (partial / IDENTITIES).mkdir(mode=0o700)
        passwords = _add(partial, authority, known, days)
        for name, names in reached.items():
            signed = authority.server(name, names, days)
            files = {
                "ca.crt": authority.signed.certificate,
                "crl.pem": authority.revocation_list(()),
                "server.crt": signed.certificate,
                "server.key": signed.key,
                "passwords": password_file(passwords).encode(),
                "acl": mosquitto.mosquitto_acl(known).encode(),
                "mosquitto.conf": mosquitto.mosquitto_config(replace(mosquitto.installed(name), host=listen)).encode(),
            }
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

    Their certificates are valid at the brokers at once. Their passwords are added to the brokers' files, which have to
    be brought there. Raises `SecretsExist` for a name that is taken, `ValueError` and `OSError` if `folder` is no
    folder of secrets.
    """
    added = tuple(Identity(name, Role.GATEWAY) for name in gateways)
    present = {path.name.lower() for path in (folder / IDENTITIES).iterdir()}
    for identity in added:
        if identity.name.lower() in present:
            raise SecretsExist(f"{identity.name!r} has its secrets already")
        present.add(identity.name.lower())
    kept = folder / AUTHORITY
    authority = Authority(Signed((kept / "ca.crt").read_bytes(), (kept / "ca.key").read_bytes()))
    lines = password_file(_add(folder, authority, added, days)).encode()
    for name in mosquitto.NAMES:
        path = folder / name / "passwords"
        changed = path.with_name("passwords.new")
        _write(changed, path.read_bytes() + lines)
        changed.replace(path)
    return SecretsMade(folder, (), added)


def by_certificate(folder: Path, identity: str, host: str, port: int) -> BrokerAddress:
    """How `identity` reaches a broker by its certificate."""
    own = folder / IDENTITIES / identity
    return BrokerAddress(host, port, ca_file=own / "ca.crt", cert_file=own / "client.crt", key_file=own / "client.key")


def by_password(folder: Path, identity: str, host: str, port: int) -> BrokerAddress:
    """How `identity` reaches a broker's second door, by name and password over an encrypted line."""
    own = folder / IDENTITIES / identity
    return BrokerAddress(host, port, identity, own / "password", own / "ca.crt")


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


def _folder(path: Path, files: Mapping[str, bytes]) -> None:
    path.mkdir(mode=0o700)
    for name, content in files.items():
        _write(path / name, content)


def _write(path: Path, content: bytes) -> None:
    """A new file that was never open to others, whatever the umask."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
