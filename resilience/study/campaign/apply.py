"""Puts a case's values into the scenario and the city that they vary."""

from __future__ import annotations

import copy
import json
from typing import Any

from resilience.study.campaign.campaign import Campaign, Case, Variation
from simulator.contracts.component import Value
from simulator.contracts.document import Document


class NoPlace(LookupError):
    """A variation of something that the scenario does not have."""


def drawn_scenario(base: Document, campaign: Campaign, case: Case) -> Document:
    """The scenario of one case: the base with its drawn values, each at the line where the base has it.

    Raises `NoPlace` for a variation of a timeline entry that does not exist.
    """
    data: dict[str, Any] = copy.deepcopy(base.data)
    values = dict(case.values)
    for variation in campaign.variations:
        if variation.id in values and not variation.setting:
            _put(data, variation, values[variation.id])
    absent = {v.entry for v in campaign.variations if v.distribution.kind == "chance" and values.get(v.id) is False}
    data["timeline"] = [entry for entry in data["timeline"] if entry.get("id") not in absent]
    return Document(base.file, data, base.lines)


def city_settings(campaign: Campaign, case: Case) -> tuple[str, ...]:
    """The values of one case that concern the city, each as JSON text of a setting of the city's amendments."""
    values = dict(case.values)
    return tuple(
        setting_of(variation, values[variation.id])
        for variation in campaign.variations
        if variation.setting and variation.id in values
    )


def setting_of(variation: Variation, value: Value) -> str:
    name, _, parameter = variation.field.partition(".")
    return json.dumps({**json.loads(variation.setting), name: {parameter: value} if parameter else value})


def _put(data: dict[str, Any], variation: Variation, value: Value) -> None:
    """Put one value into a scenario's data, making the fields above it where they are missing."""
    at: Any = data
    if variation.entry:
        at = next((entry for entry in data["timeline"] if entry.get("id") == variation.entry), None)
        if at is None:
            raise NoPlace(f"no timeline entry is called {variation.entry!r}")
    if not variation.field:
        return
    *above, last = variation.field.split(".")
    for name in above:
        at = at.setdefault(name, {}) if isinstance(at, dict) else None
    if not isinstance(at, dict):
        raise NoPlace(f"there is no field {variation.field!r}")
    at[last] = value
