"""A certificate authority of our own, the certificates it signs, and the list of those that no longer hold."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateways.brokers import mosquitto
from simulator.contracts.problem import Reason, Unable
from simulator.contracts.words import Words

_ = Words("gateways")

AUTHORITY_DAYS = 3650
LEAF_DAYS = 730
"""Ten years and two years (assumptions): gateways in the field are visited about once a year."""

_EARLIER = timedelta(days=1)
"""A certificate is valid from a day ago, as the clock of a gateway may be slow (assumption)."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate and its private key, both in PEM. The key is not shown."""

    certificate: bytes
    key: bytes = field(repr=False)


class Authority:
    """Signs certificates with keys on the curve P-256. Made with a fresh key, or from what an earlier one gave out.

    `now` is when it signs, today unless something else is given. Raises `ValueError` if that is no certificate with its
    key.
    """

    def __init__(
        self, signed: Signed | None = None, title: str = "Stadtwerk telemetry", *, now: datetime | None = None
    ) -> None:
        self._now = now or datetime.now(UTC)
        if signed is not None:
            key = serialization.load_pem_private_key(signed.key, None)
            self._certificate = x509.load_pem_x509_certificate(signed.certificate)
            if not isinstance(key, ec.EllipticCurvePrivateKey) or self._certificate.public_key() != key.public_key():
                raise Unable(_("the authority's key is not the one of its certificate"))
            self._key, self._name = key, self._certificate.subject
            return
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
        builder = self._builder(self._name, self._key.public_key(), AUTHORITY_DAYS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = _usage(signs_certificates=True)
        self._certificate = builder.add_extension(usage, critical=True).sign(self._key, hashes.SHA256())

    @property
    def signed(self) -> Signed:
        """The authority's own certificate and key. Whoever has the key can make new identities: keep it offline."""
        return _pem(self._certificate, self._key)

    def server(self, name: str, hosts: Sequence[str], days: int = LEAF_DAYS) -> Signed:
        """A certificate for a broker that clients reach under `hosts`: names or addresses.

        Raises `ValueError` for a host that is neither.
        """
        names = x509.SubjectAlternativeName([_host(host) for host in hosts])
        return self._leaf(name, days, ExtendedKeyUsageOID.SERVER_AUTH, names)

    def client(self, name: str, days: int = LEAF_DAYS) -> Signed:
        """A certificate with which the identity `name` logs in at a broker. It cannot pose as a broker."""
        return self._leaf(name, days, ExtendedKeyUsageOID.CLIENT_AUTH)

    def revocation_list(self, revoked: Iterable[int]) -> bytes:
        """A list, in PEM, of the serial numbers that no longer hold.

        It is valid as long as the authority: a broker lets nobody in once its list has run out.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(self._now - _EARLIER)
            .next_update(self._now + timedelta(days=AUTHORITY_DAYS))
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(x509.CRLNumber(int(self._now.timestamp())), critical=False)
        )
        for serial in sorted(set(revoked)):
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(self._now).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def _leaf(
        self,
        name: str,
        days: int,
        purpose: x509.ObjectIdentifier,
        names: x509.SubjectAlternativeName | None = None,
    ) -> Signed:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(subject, key.public_key(), days)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        return _pem(builder.sign(self._key, hashes.SHA256()), key)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
        if not 0 < days <= AUTHORITY_DAYS:
            raise Unable(_("a certificate is valid for 1 to {most} days, not {days}", most=AUTHORITY_DAYS, days=days))
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _EARLIER)
            .not_valid_after(self._now + timedelta(days=days))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(issuer, critical=False)
        )


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        plain = host.isascii() and host.replace("-", "").replace(".", "").isalnum() and len(host) <= 253
        if not plain or host[0] in "-." or host[-1] in "-.":
            raise Unable(_("{host} is neither the name nor the address of a machine", host=repr(host))) from None
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Signed:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Signed(certificate.public_bytes(serialization.Encoding.PEM), private)


LIST = "crl.pem"


class UnknownIdentity(Reason):
    """There is no such identity. The message names it."""


def revoked_serials(pem: bytes) -> set[int]:
    """The serial numbers in a list. Raises `ValueError` if it is none."""
    from cryptography import x509

    return {entry.serial_number for entry in x509.load_pem_x509_crl(pem)}


def revoke(folder: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """Take identities out of force; returns the brokers' files that have changed.

    `folder` is one that `init_secrets` made. The lists of both brokers are written anew, with all that was revoked
    before; without a name an installation that has none yet gets an empty one. Their files of rights lose the names:
    either alone would leave a way, as the list does not end connections and rights hold for every certificate of a
    name. The identity's own folder stays. Raises `UnknownIdentity`, and `ValueError` and `OSError` if this is no folder
    of secrets.
    """
    from cryptography import x509

    kept = folder / "authority"
    authority = Authority(Signed((kept / "ca.crt").read_bytes(), (kept / "ca.key").read_bytes()))
    before = folder / mosquitto.NAMES[0] / LIST
    serials = revoked_serials(before.read_bytes()) if before.is_file() else set()
    for name in names:
        certificate = folder / "identities" / name / "client.crt"
        if not certificate.is_file():
            raise UnknownIdentity(_("there is no identity {name}", name=repr(name)))
        serials.add(x509.load_pem_x509_certificate(certificate.read_bytes()).serial_number)
    content, changed = authority.revocation_list(serials), []
    for broker in mosquitto.NAMES:
        replace_secret(folder / broker / LIST, content)
        changed.append(folder / broker / LIST)
        rights = folder / broker / mosquitto.RIGHTS
        known = rights.read_bytes()
        left = mosquitto.rights_without(known, names)
        if left != known:
            replace_secret(rights, left)
            changed.append(rights)
    return tuple(changed)


def replace_secret(file: Path, content: bytes) -> None:
    """Whole or not at all, and never open to others."""
    part = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    part.replace(file)
