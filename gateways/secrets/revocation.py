"""Certificates that no longer hold: the list that brokers are given."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from gateways.brokers import mosquitto
from gateways.secrets.authority import Authority, Signed

LIST = "crl.pem"


class UnknownIdentity(Exception):
    """There is no such identity. The message names it."""


def revoked_serials(pem: bytes) -> set[int]:
    """The serial numbers in a list. Raises `ValueError` if it is none."""
    from cryptography import x509

    return {entry.serial_number for entry in x509.load_pem_x509_crl(pem)}


def revoke(folder: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """Take the certificates and passwords of identities out of force; returns the brokers' files that have changed.

    `folder` is one that `init_secrets` made. The lists of both brokers are written anew, with all that was revoked
    before; without a name an installation that has none yet gets an empty one. Their files of passwords lose the names.
    The identity's own folder stays. Raises `UnknownIdentity`, and `ValueError` and `OSError` if this is no folder of
    secrets.
    """
    from cryptography import x509

    kept = folder / "authority"
    authority = Authority(Signed((kept / "ca.crt").read_bytes(), (kept / "ca.key").read_bytes()))
    before = folder / mosquitto.NAMES[0] / LIST
    serials = revoked_serials(before.read_bytes()) if before.is_file() else set()
    for name in names:
        certificate = folder / "identities" / name / "client.crt"
        if not certificate.is_file():
            raise UnknownIdentity(f"there is no identity {name!r}")
        serials.add(x509.load_pem_x509_certificate(certificate.read_bytes()).serial_number)
    content, changed = authority.revocation_list(serials), []
    for broker in mosquitto.NAMES:
        _replace(folder / broker / LIST, content)
        changed.append(folder / broker / LIST)
        passwords = folder / broker / "passwords"
        lines = passwords.read_bytes().splitlines(keepends=True)
        left = [line for line in lines if line.partition(b":")[0].decode() not in names]
        if len(left) < len(lines):
            _replace(passwords, b"".join(left))
            changed.append(passwords)
    return tuple(changed)


def _replace(file: Path, content: bytes) -> None:
    """Whole or not at all, and never open to others."""
    part = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    part.replace(file)
