"""For all tests: properties are tried on any machine, however slow or busy it is."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.words.emitted import record_if_asked

# How long an example takes, or takes to be made, says something of the machine and nothing of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

collect_ignore_glob = ["*.yaml"]
"""Scenarios that tests write or read are material: our own plug-in is not to run them as tests."""


def pytest_configure(config: pytest.Config) -> None:
    record_if_asked(config)
