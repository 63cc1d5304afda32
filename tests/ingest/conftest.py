from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateways.brokers.embedded import EmbeddedBroker
from gateways.brokers.rights import identities
from tests.ingest.support import GATEWAYS, INGESTS


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(identities=identities(GATEWAYS, INGESTS)) as running:
        yield running
