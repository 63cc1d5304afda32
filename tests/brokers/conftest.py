"""One installation's secrets for all tests here, and the brokers they are tried on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateways.brokers.embedded import EmbeddedBroker
from gateways.brokers.mosquitto import MosquittoBroker
from gateways.brokers.pair import Broker
from gateways.brokers.rights import identities
from gateways.secrets.folder import init_secrets

GATEWAYS = ("gateway-d1", "gateway-d2", "gw.3")


def need_mosquitto() -> None:
    if shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        pytest.skip("mosquitto is not installed (Debian package mosquitto)")


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation") / "secrets"
    init_secrets(folder, GATEWAYS)
    return folder


@pytest.fixture(scope="session")
def mosquitto(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MosquittoBroker]:
    need_mosquitto()
    with MosquittoBroker(installation, tmp_path_factory.mktemp("mosquitto"), passwords=True) as broker:
        yield broker


@pytest.fixture(scope="session")
def embedded() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(identities=identities(GATEWAYS)) as broker:
        yield broker


@pytest.fixture(params=["mosquitto", "embedded"])
def broker(request: pytest.FixtureRequest) -> Broker:
    """Either kind, where both must behave alike."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["mosquitto", "embedded"])
def own_broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """Either kind, for this test alone: it may be killed."""
    if request.param == "mosquitto":
        need_mosquitto()
        broker: Broker = MosquittoBroker(request.getfixturevalue("installation"), tmp_path / "broker", autosave_s=1)
    else:
        broker = EmbeddedBroker(identities=identities(GATEWAYS))
    broker.start()
    yield broker
    broker.stop()
