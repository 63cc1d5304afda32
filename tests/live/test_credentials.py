"""What has run out is refused by the real broker, or by the client that checks it, and taken again once renewed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateways.brokers.embedded import EmbeddedBroker
from gateways.brokers.mosquitto import MosquittoBroker
from gateways.brokers.rights import identities
from gateways.secrets.folder import init_secrets
from stadtwerk.live.credentials import Credentials, files_of, private_copy
from tests.brokers.clients import lets_in, until

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed (Debian package mosquitto)")


def test_a_password_that_no_longer_holds_is_refused_by_an_embedded_broker() -> None:
    credentials = Credentials(None)
    with EmbeddedBroker(identities=identities(["g1", "g2"])) as broker:
        first, second = broker.address("g1"), broker.address("g2")
        credentials.expire("g1", [first])
        assert not lets_in(first)
        assert lets_in(second)
        credentials.renew(files_of([first]))
        assert lets_in(first)


def test_an_embedded_broker_that_is_locked_takes_the_probe_alone() -> None:
    with EmbeddedBroker(identities=identities(["g1"])) as broker:
        broker.locked = True
        assert lets_in(broker.address("g1")), "it learns of it when it starts again"
        broker.restart()
        assert not lets_in(broker.address("g1"))
        assert broker.healthy()
        broker.locked = False
        broker.restart()
        assert lets_in(broker.address("g1"))


@needs_mosquitto
@pytest.mark.parametrize("offline", [False, True], ids=["own authority", "authority kept elsewhere"])
def test_certificates_that_ran_out_are_refused_on_both_ends(tmp_path: Path, offline: bool) -> None:
    init_secrets(tmp_path / "installed", ["g1", "g2"])
    copy = private_copy(tmp_path / "installed", tmp_path)
    assert not (copy / "authority").exists()
    if offline:
        shutil.rmtree(tmp_path / "installed" / "authority")
    credentials = Credentials(tmp_path / "installed")
    with MosquittoBroker(copy, tmp_path / "data") as broker:
        first, second = broker.address("g1"), broker.address("g2")
        credentials.expire("g1", [first])
        assert not lets_in(first)
        assert lets_in(second)
        credentials.renew(files_of([first]))
        assert lets_in(first)
        # Now the broker's own: its clients refuse it, whoever they are.
        broker.expired = True
        credentials.expire_server(broker.name, copy / broker.name, broker.host)
        broker.restart()
        assert not lets_in(first) and not lets_in(second)
        assert broker.healthy(), "it runs, and nobody can ask it"
        credentials.renew((copy / broker.name / "server.crt", copy / broker.name / "server.key"))
        broker.expired = False
        broker.restart()
        assert lets_in(first) and broker.healthy()
        # Without a restart: it reads its certificates anew, and connections that are there would go on.
        credentials.expire_server(broker.name, copy / broker.name, broker.host)
        broker.reload()
        assert until(lambda: not lets_in(first))
        credentials.renew((copy / broker.name / "server.crt", copy / broker.name / "server.key"))
        broker.reload()
        assert until(lambda: lets_in(first))
    if not offline:
        assert "certificate" in broker.log_file.read_text()
