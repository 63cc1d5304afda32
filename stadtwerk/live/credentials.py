"""Certificates and passwords: whether an installation's do for a live run here, and how they run out, for real.

What has run out is no longer taken at the next login.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gateways.brokers.address import IDENTITIES, BrokerAddress
from gateways.brokers.mosquitto import NAMES, RIGHTS
from gateways.network.proxy import HOST
from gateways.secrets.authority import LIST
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Text, Words

if TYPE_CHECKING:
    from gateways.secrets.authority import Authority, Signed

_ = Words("stadtwerk.live")

AGO = timedelta(days=800)
VALID_DAYS = 30
"""A certificate that ran out was made so long ago, and for so long (any numbers do)."""


def private_copy(installed: Path, folder: Path) -> Path:
    """The brokers' and identities' secrets of an installation, as a copy that may be changed. The authority stays."""
    copy = folder / "secrets"
    shutil.copytree(installed, copy, ignore=shutil.ignore_patterns("authority"))
    return copy


class Credentials:
    """Swaps the secrets of those who log in, in files that belong to one live run, for ones that have run out.

    Where there are certificates, one takes their place that the installation's authority `installed` would have signed
    long ago; if its key is kept elsewhere, as it should be, it is one of another authority, which is refused as well.
    Embedded brokers know no certificates: there it is the password that no longer holds.
    """

    def __init__(self, installed: Path | None) -> None:
        self._installed = installed
        self._kept: dict[Path, bytes] = {}
        self._authority: Authority | None = None

    def expire(self, name: str, addresses: Iterable[BrokerAddress]) -> None:
        for address in addresses:
            if address.password_file is not None:
                self._swap(address.password_file, secrets.token_urlsafe(24).encode())
            if address.cert_file is not None and address.key_file is not None:
                self._swap_pair(address.cert_file, address.key_file, self._signer().client(name, VALID_DAYS))

    def expire_server(self, name: str, folder: Path, host: str) -> None:
        """Swap a broker's own certificate in its folder."""
        signed = self._signer().server(name, [host], VALID_DAYS)
        self._swap_pair(folder / "server.crt", folder / "server.key", signed)

    def renew(self, files: Iterable[Path | None]) -> None:
        """Put back what was there."""
        for file in files:
            if file is not None and file in self._kept:
                _write(file, self._kept.pop(file))

    def _swap_pair(self, certificate: Path, key: Path, signed: Signed) -> None:
        if certificate not in self._kept:
            self._swap(certificate, signed.certificate)
            self._swap(key, signed.key)

    def _swap(self, file: Path, content: bytes) -> None:
        if file not in self._kept:
            self._kept[file] = file.read_bytes()
            _write(file, content)

    def _signer(self) -> Authority:
        from gateways.secrets.authority import Authority, Signed

        if self._authority is None:
            kept = None if self._installed is None else self._installed / "authority"
            known = None
            if kept is not None and (kept / "ca.key").is_file():
                known = Signed((kept / "ca.crt").read_bytes(), (kept / "ca.key").read_bytes())
            self._authority = Authority(known, now=datetime.now(UTC) - AGO)
        return self._authority


def files_of(addresses: Iterable[BrokerAddress]) -> list[Path | None]:
    """What an identity shows at a login."""
    return [file for a in addresses for file in (a.password_file, a.cert_file, a.key_file)]


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, and for this user only: it may be read at any moment."""
    part = file.with_name(f"{file.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    part.replace(file)


_FILES = ("ca.crt", "client.crt", "client.key")
_INIT = _("make a folder for this machine with `stadtwerk secrets init`, without --compose, --host-a and --host-b")


def check_secrets(folder: Path, identities: Sequence[str]) -> None:
    """Raises `BadInput` for each identity without a certificate, and each broker that has none for this machine.

    Here all is reached under 127.0.0.1, so that is what a broker's certificate must stand for, among others.
    """
    problems = [
        Problem(
            str(folder),
            0,
            name,
            _("has no certificate there"),
            _("`stadtwerk secrets add --to {folder} --gateway ...`", folder=str(folder)),
        )
        for name in identities
        if not all((folder / IDENTITIES / name / file).is_file() for file in _FILES)
    ]
    for broker in NAMES:
        if not (folder / broker / RIGHTS).is_file():
            problems.append(Problem(str(folder), 0, broker, _("has no file of rights ({file})", file=RIGHTS), _INIT))
        if not (folder / broker / LIST).is_file():
            fix = _("`stadtwerk secrets revoke --in {folder}` makes one", folder=str(folder))
            problems.append(
                Problem(str(folder), 0, broker, _("has no list of revoked certificates ({list})", list=LIST), fix)
            )
        try:
            what = _unfit((folder / broker / "server.crt").read_bytes())
        except OSError as error:
            what = _("has a certificate that cannot be read: {reason}", reason=reason_of(error))
        except ValueError:
            what = _("has a certificate that is none")
        if what is not None:
            problems.append(Problem(str(folder), 0, broker, what, _INIT))
    if problems:
        raise BadInput(problems)


def _unfit(pem: bytes) -> Text | None:
    from cryptography import x509

    certificate = x509.load_pem_x509_certificate(pem)
    if not certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc:
        return _("has a certificate that is not valid today")
    try:
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return _("has a certificate without a name")
    if ipaddress.ip_address(HOST) not in named.get_values_for_type(x509.IPAddress):
        return _("has a certificate that does not stand for {host}", host=HOST)
    return None
