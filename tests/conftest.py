"""For all tests: properties are tried on any machine, however slow or busy it is."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# How long an example takes, or takes to be made, says something of the machine and nothing of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

collect_ignore_glob = ["*.yaml"]
"""Scenarios that tests write or read are material: our own plug-in is not to run them as tests."""
