"""Whether the secrets of an installation do for a live run on this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gateways.brokers.address import IDENTITIES
from gateways.brokers.mosquitto import NAMES
from gateways.network.proxy import HOST
from gateways.secrets.authority import LIST
from simulator.contracts.problem import BadInput, Problem

_FILES = ("ca.crt", "client.crt", "client.key")
_INIT = "make a folder for this machine with `stadtwerk secrets init`, without --compose, --host-a and --host-b"


def check_secrets(folder: Path, identities: Sequence[str]) -> None:
    """Raises `BadInput` for each identity without a certificate, and each broker that has none for this machine.

    Here all is reached under 127.0.0.1, so that is what a broker's certificate must stand for, among others.
    """
    problems = [
        Problem(
            str(folder), 0, name, "has no certificate there", f"`stadtwerk secrets add --to {folder} --gateway ...`"
        )
        for name in identities
        if not all((folder / IDENTITIES / name / file).is_file() for file in _FILES)
    ]
    for broker in NAMES:
        if not (folder / broker / LIST).is_file():
            mend = f"`stadtwerk secrets revoke --in {folder}` makes one"
            problems.append(Problem(str(folder), 0, broker, f"has no list of revoked certificates ({LIST})", mend))
        try:
            what = _unfit((folder / broker / "server.crt").read_bytes())
        except OSError as error:
            what = f"has a certificate that cannot be read: {error.strerror}"
        except ValueError:
            what = "has a certificate that is none"
        if what:
            problems.append(Problem(str(folder), 0, broker, what, _INIT))
    if problems:
        raise BadInput(problems)


def _unfit(pem: bytes) -> str:
    from cryptography import x509

    certificate = x509.load_pem_x509_certificate(pem)
    if not certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc:
        return "has a certificate that is not valid today"
    try:
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return "has a certificate without a name"
    if ipaddress.ip_address(HOST) not in named.get_values_for_type(x509.IPAddress):
        return f"has a certificate that does not stand for {HOST}"
    return ""
