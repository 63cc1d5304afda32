"""A certificate that was revoked opens no door any more, at a real Mosquitto; all others still do."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest

from gateways.brokers.mosquitto import NAMES, MosquittoBroker
from gateways.secrets.authority import UnknownIdentity, revoke, revoked_serials
from gateways.secrets.folder import add_gateways
from simulator.contracts.problem import BadInput
from stadtwerk.__main__ import main
from stadtwerk.live.credentials import check_secrets
from tests.brokers.clients import Client, lets_in, second_door, until
from tests.brokers.conftest import need_mosquitto

D1, D2 = "gateway-d1", "gateway-d2"


@pytest.fixture
def own(installation: Path, tmp_path: Path) -> Path:
    """A copy of the installation that may be changed."""
    shutil.copytree(installation, tmp_path / "secrets")
    return tmp_path / "secrets"


def test_a_revoked_gateway_is_refused_at_both_doors_and_nobody_else(own: Path, tmp_path: Path) -> None:
    need_mosquitto()
    with MosquittoBroker(own, tmp_path / "data", passwords=True) as broker:
        first, second = broker.address(D1), broker.address(D2)
        assert lets_in(first) and lets_in(second), "an empty list revokes nobody"
        assert main(["secrets", "revoke", "--in", str(own), "--identity", D1]) == 0
        broker.restart()
        assert not lets_in(first)
        assert not lets_in(second_door(broker, D1))
        assert lets_in(second) and lets_in(second_door(broker, D2))
        # A gateway that is added later has a certificate that holds, and no rights before the broker is told.
        add_gateways(own, ["late"])
        assert lets_in(broker.address("late"))
        with Client(broker.address("late")) as late:
            assert late.subscribe("city/v1/late/config") >= 0x80
        broker.restart()
        with Client(broker.address("late")) as late:
            assert late.subscribe("city/v1/late/config") == 1
        revoke(own, [D2])
        broker.reload()
        assert until(lambda: not lets_in(second)), "no restart is needed"
        assert not lets_in(first)
        assert lets_in(broker.address("late"))


def test_a_connection_that_is_there_goes_on_until_the_broker_is_started_again(own: Path, tmp_path: Path) -> None:
    """So the list alone does not throw anybody out."""
    need_mosquitto()
    with MosquittoBroker(own, tmp_path / "data") as broker:
        with Client(broker.address("ingest-1")) as ingest, Client(broker.address(D1)) as thief:
            ingest.subscribe("city/+/+/senml")
            revoke(own, [D1])
            thief.publish(f"city/v1/{D1}/senml", b"still there")
            assert ingest.wait(lambda: ingest.payloads() == [b"still there"])
        broker.restart()
        assert until(lambda: not lets_in(broker.address(D1)))


def test_a_list_that_somebody_else_signed_lets_nobody_in(own: Path, tmp_path: Path) -> None:
    need_mosquitto()
    shutil.copytree(own, tmp_path / "other")
    assert main(["secrets", "init", "--out", str(tmp_path / "foreign"), "--gateway", D1]) == 0
    shutil.copy(tmp_path / "foreign" / NAMES[0] / "crl.pem", own / NAMES[0] / "crl.pem")
    broker = MosquittoBroker(own, tmp_path / "data")
    broker.expired = True  # nobody can log in to see whether it answers
    with broker:
        assert not lets_in(broker.address(D1))


def test_the_list_grows_stays_closed_and_is_the_same_at_both_brokers(own: Path) -> None:
    assert revoked_serials((own / NAMES[0] / "crl.pem").read_bytes()) == set()
    changed = revoke(own, [D1])
    assert {path.relative_to(own).as_posix() for path in changed} == {
        f"{name}/{file}" for name in NAMES for file in ("crl.pem", "rights.json")
    }
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in changed)
    one = revoked_serials((own / NAMES[0] / "crl.pem").read_bytes())
    assert len(one) == 1
    revoke(own, [D2, D1])
    both = revoked_serials((own / NAMES[1] / "crl.pem").read_bytes())
    assert one < both and len(both) == 2
    assert (own / NAMES[0] / "crl.pem").read_bytes() == (own / NAMES[1] / "crl.pem").read_bytes()
    for name in NAMES:
        known = json.loads((own / name / "rights.json").read_bytes())
        for found in ({of["username"] for of in known["clients"]}, {of["rolename"] for of in known["roles"]}):
            assert not found & {D1, D2} and "viewer" in found


def test_who_is_not_known_cannot_be_revoked(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (own / NAMES[0] / "crl.pem").read_bytes()
    with pytest.raises(UnknownIdentity):
        revoke(own, [D1, "stranger"])
    assert main(["secrets", "revoke", "--in", str(own), "--identity", "stranger"]) == 64
    assert "no identity 'stranger'" in capsys.readouterr().err
    assert main(["secrets", "revoke", "--in", str(own / "none")]) == 64
    assert (own / NAMES[0] / "crl.pem").read_bytes() == before


def test_an_older_installation_without_a_list_is_told_how_to_get_one(own: Path) -> None:
    for name in NAMES:
        (own / name / "crl.pem").unlink()
    with pytest.raises(BadInput) as bad:
        check_secrets(own, [D1])
    assert all("secrets revoke --in" in problem.fix for problem in bad.value.problems)
    assert main(["secrets", "revoke", "--in", str(own)]) == 0
    check_secrets(own, [D1])
