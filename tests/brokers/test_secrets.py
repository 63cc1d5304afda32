"""Secrets: made once, open to nobody else, of the right form, and never in the repository."""

from __future__ import annotations

import base64
import json
import os
import shutil
import ssl
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from gateways.brokers.address import (
    BrokerAddress,
    UnsafeSecret,
    by_certificate,
    configure_client,
    read_secret,
)
from gateways.brokers.mosquitto import NAMES, MosquittoSettings, hashed
from gateways.secrets.authority import Authority, Signed
from gateways.secrets.folder import SecretsExist, add_gateways, init_secrets
from simulator.contracts.problem import BadInput
from simulator.contracts.settings import settings_of, settings_text
from stadtwerk.__main__ import main
from tests.brokers.clients import by_password
from tests.brokers.conftest import GATEWAYS

ROOT = Path(__file__).resolve().parents[2]
posix_only = pytest.mark.skipif(os.name != "posix", reason="modes of files")
EVERYONE = {*GATEWAYS, "ingest-1", "ingest-2", "viewer", "control", "watch", "probe"}


def secrets_of(folder: Path) -> list[str]:
    return [path.read_text().strip() for path in folder.glob("identities/*/password")]


@posix_only
def test_all_of_it_is_open_to_this_user_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        init_secrets(tmp_path / "s", GATEWAYS)
        add_gateways(tmp_path / "s", ["late"])
    finally:
        os.umask(before)
    for path in (tmp_path / "s", *(tmp_path / "s").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_each_machine_gets_a_folder_of_its_own(installation: Path) -> None:
    assert {path.name for path in installation.iterdir()} == {".gitignore", "authority", "identities", *NAMES}
    assert {path.name for path in (installation / "identities").iterdir()} == EVERYONE
    for own in (installation / "identities").iterdir():
        assert {path.name for path in own.iterdir()} == {"ca.crt", "client.crt", "client.key", "password"}
    for name in NAMES:
        assert {path.name for path in (installation / name).iterdir()} == {
            *("ca.crt", "crl.pem", "server.crt", "server.key", "rights.json", "mosquitto.conf", "haproxy.cfg")
        }
    keys = [path.read_bytes() for path in installation.rglob("*.key")]
    assert len(set(keys)) == len(keys) == 1 + len(EVERYONE) + 2
    assert len(set(secrets_of(installation))) == len(EVERYONE)
    assert min(map(len, secrets_of(installation))) >= 43, "256 bits in base 64"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    init_secrets(tmp_path / "s", GATEWAYS)
    before = {path: path.read_bytes() for path in (tmp_path / "s").rglob("*") if path.is_file()}
    with pytest.raises(SecretsExist, match="exists"):
        init_secrets(tmp_path / "s", GATEWAYS)
    with pytest.raises(SecretsExist, match="has its secrets"):
        add_gateways(tmp_path / "s", ["new", "gateway-d1"])
    assert before == {path: path.read_bytes() for path in (tmp_path / "s").rglob("*") if path.is_file()}
    (tmp_path / "empty").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("empty", "dangling"):
        with pytest.raises(SecretsExist):
            init_secrets(tmp_path / name, GATEWAYS)


@pytest.mark.parametrize(
    ("gateways", "hosts", "days"),
    [
        (("a b",), None, 1),
        (("a", "a"), None, 1),
        (("a",), {"mosquitto-a": ("not a host",)}, 1),
        (("a",), {"mosquitto-c": ("c",)}, 1),
        (("a",), None, 0),
        (("a",), None, 100_000),
    ],
)
def test_bad_input_leaves_nothing_behind(
    tmp_path: Path, gateways: tuple[str, ...], hosts: dict[str, tuple[str, ...]] | None, days: int
) -> None:
    with pytest.raises(ValueError, match=r"."):
        init_secrets(tmp_path / "s", gateways, hosts, days=days)
    assert list(tmp_path.iterdir()) == []


def test_certificates_verify_and_say_what_they_are_for(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    init_secrets(folder, GATEWAYS, {"mosquitto-a": ("mqtt-a.example.org", "192.0.2.1", "2001:db8::1")})
    root = x509.load_pem_x509_certificate((folder / "authority" / "ca.crt").read_bytes())
    store = PolicyBuilder().store(Store([root]))
    for name in EVERYONE:
        leaf = x509.load_pem_x509_certificate((folder / "identities" / name / "client.crt").read_bytes())
        assert [a.value for a in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == [name]
        leaf.verify_directly_issued_by(root)
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH], "a gateway cannot pose as a broker"
        assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    broker = x509.load_pem_x509_certificate((folder / "mosquitto-a" / "server.crt").read_bytes())
    store.build_server_verifier(x509.DNSName("mqtt-a.example.org")).verify(broker, [])
    with pytest.raises(VerificationError):
        store.build_server_verifier(x509.DNSName("mqtt-b.example.org")).verify(broker, [])
    other = PolicyBuilder().store(Store([x509.load_pem_x509_certificate(Authority().signed.certificate)]))
    with pytest.raises(VerificationError):
        other.build_server_verifier(x509.DNSName("mqtt-a.example.org")).verify(broker, [])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_takes_the_chain(installation: Path) -> None:
    authority = str(installation / "authority" / "ca.crt")
    for purpose, path in (("sslserver", "mosquitto-a/server.crt"), ("sslclient", "identities/viewer/client.crt")):
        command = ["openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", authority]
        said = subprocess.run([*command, str(installation / path)], capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stderr


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    """A TLS handshake in memory. Raises what either side raises."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(back, there, server_hostname=name),
        server.wrap_bio(there, back, server_side=True),
    ]
    for _ in range(6):
        for side in list(sides):
            try:
                side.do_handshake()
                sides.remove(side)
            except ssl.SSLWantReadError:
                pass
    assert not sides


def test_python_s_strictest_check_takes_both_ends_and_no_other_name(installation: Path) -> None:
    own, broker = installation / "identities" / "viewer", installation / "mosquitto-a"
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(broker / "ca.crt"))
    server.load_cert_chain(broker / "server.crt", broker / "server.key")
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.create_default_context(cafile=str(own / "ca.crt"))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    client.load_cert_chain(own / "client.crt", own / "client.key")
    handshake(server, client, "localhost")
    handshake(server, client, "127.0.0.1")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, client, "elsewhere.example.org")
    posing = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    posing.load_cert_chain(own / "client.crt", own / "client.key")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(posing, client, "localhost")


def test_a_gateway_that_comes_later_has_the_same_authority(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    init_secrets(folder, GATEWAYS)
    made = add_gateways(folder, ["late-1", "late-2"])
    assert [identity.name for identity in made.identities] == ["late-1", "late-2"]
    root = x509.load_pem_x509_certificate((folder / "authority" / "ca.crt").read_bytes())
    leaf = (folder / "identities" / "late-1" / "client.crt").read_bytes()
    x509.load_pem_x509_certificate(leaf).verify_directly_issued_by(root)
    for name in NAMES:
        users = [of["username"] for of in json.loads((folder / name / "rights.json").read_bytes())["clients"]]
        assert len(users) == len(set(users)) == len(EVERYONE) + 2
    with pytest.raises(OSError, match=r"."):
        add_gateways(tmp_path / "nowhere", ["late"])


def test_a_key_that_is_not_the_authority_s_is_refused() -> None:
    one, other = Authority().signed, Authority().signed
    Authority(one)
    with pytest.raises(ValueError, match="not the one"):
        Authority(Signed(one.certificate, other.key))
    assert b"PRIVATE" in one.key
    assert "PRIVATE" not in repr(one)


def test_the_hash_is_pbkdf2_as_another_program_computes_it() -> None:
    """The vector is what `mosquitto_passwd` 2.0.11 wrote for the password `change-me`."""
    salt = base64.b64decode("76A203QyNsKY2Z35")
    digest = "kZLkUzzRAxxS470k/hkIvI2Zw/Fd5LiQhVnKIfymOn5wi0wUI1SQcEiuuxWxrghno7bFp9uZmfYSXa3aeuJzHw=="
    assert hashed("change-me", salt) == {"password": digest, "salt": "76A203QyNsKY2Z35", "iterations": 101}


@pytest.mark.parametrize("text", ["", "a\nallow_anonymous true", " a"])
def test_a_value_that_would_break_the_configuration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot stand"):
        MosquittoSettings("a", text, "data")


def test_an_address_goes_through_json_and_back(installation: Path) -> None:
    for address in (
        BrokerAddress("127.0.0.1", 1883),
        by_certificate(installation, "viewer", "mqtt.example.org", 8883),
        by_password(installation, "viewer", "mqtt.example.org", 8884),
    ):
        assert settings_of(settings_text(address), BrokerAddress) == address
    assert not any(secret in repr(by_password(installation, "viewer", "h", 1)) for secret in secrets_of(installation))
    text = b'{"host": "localhost", "port": 1, "user": "u", "password_file": "p"}'
    relative = settings_of(text, BrokerAddress, Path("/etc/x"))
    assert relative.password_file == Path("/etc/x/p")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"host": "h"},
        {"host": "", "port": 1},
        {"host": "h", "port": "1"},
        {"host": "h", "port": True},
        {"host": "h", "port": 65536},
        {"host": "h", "port": 1, "password": "p"},
        {"host": "h", "port": 1, "password_file": "p"},
        {"host": "h", "port": 1, "user": "u", "password_file": "p"},
        {"host": "h", "port": 1, "user": "u", "password_file": 3},
        {"host": "h", "port": 1, "cert_file": "c", "key_file": "k"},
        {"host": "h", "port": 1, "ca_file": "a", "cert_file": "c"},
    ],
)
def test_what_is_no_address_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=r"."):
        settings_of(json.dumps(data).encode(), BrokerAddress)


@posix_only
def test_a_secret_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    import paho.mqtt.client as mqtt

    secret = tmp_path / "password"
    secret.write_text("hidden\n")
    secret.chmod(0o600)
    assert read_secret(secret) == "hidden"
    for mode in (0o640, 0o604, 0o660):
        secret.chmod(mode)
        with pytest.raises(UnsafeSecret, match="chmod 600") as refused:
            configure_client(
                mqtt.Client(mqtt.CallbackAPIVersion.VERSION2), BrokerAddress("localhost", 1, "u", password_file=secret)
            )
        assert "hidden" not in str(refused.value)
    secret.chmod(0o600)
    secret.write_text("\n")
    with pytest.raises(UnsafeSecret, match="empty"):
        read_secret(secret)
    with pytest.raises(UnsafeSecret, match="cannot be read"):
        read_secret(tmp_path / "none")


def test_the_command_says_what_it_made_and_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "secrets"
    assert main(["secrets", "init", "--out", str(folder), "--gateway", "gw-1", "--gateway", "gw-2"]) == 0
    assert main(["secrets", "add", "--to", str(folder), "--gateway", "gw-3"]) == 0
    said = capsys.readouterr()
    for name in ("gw-1", "gw-2", "gw-3", "ingest-1", "viewer", "control", "watch", "mosquitto-b"):
        assert f"{name}/" in said.out
    assert len(secrets_of(folder)) == 9
    for secret in secrets_of(folder):
        assert secret not in said.out + said.err
    assert "PRIVATE KEY" not in said.out + said.err


@pytest.mark.parametrize("arguments", [["--gateway", "a b"], ["--gateway", "g", "--days", "0"], ["--city", "atlantis"]])
def test_the_command_refuses_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["secrets", "init", "--out", str(tmp_path / "s"), *arguments]) == 64
    assert "internal" not in capsys.readouterr().err
    assert not (tmp_path / "s").exists()
    (tmp_path / "s").mkdir()
    assert main(["secrets", "init", "--out", str(tmp_path / "s"), "--gateway", "g"]) == 64
    assert main(["secrets", "add", "--to", str(tmp_path / "s"), "--gateway", "g"]) == 64


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_leaves_the_folder_out(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    init_secrets(tmp_path / "anywhere" / "s", GATEWAYS)
    said = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout == ""


def test_no_private_key_or_password_file_is_in_the_repository() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git repository")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    assert len(paths) > 100
    begin, stored = b"-----BEGIN ", b":$" + b"7$"
    found = []
    for path in paths:
        if path.is_file():
            content = path.read_bytes()
            if any(begin + kind + b"PRIVATE KEY" in content for kind in (b"", b"EC ", b"RSA ", b"OPENSSH ", b"DSA ")):
                found.append(path)
            if stored in content:
                found.append(path)
    assert not found
