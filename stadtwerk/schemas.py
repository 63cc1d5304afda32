"""Writes the JSON Schemas of input files, which editors read: `python -m stadtwerk.schemas`, or `make schemas`.

They are made from the models that read the files, and a test fails when one that ships differs from its model.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

MODELS: Mapping[str, str] = {
    "scenario-1": "resilience.scenario.model:ScenarioFile",
    "campaign-1": "resilience.study.campaign.model:CampaignFile",
    "city-1": "simulator.city.model:CityFile",
    "suite-1": "resilience.study.suite:SuiteFile",
    "suite-baseline-1": "resilience.study.baseline:BaselineFile",
    "control-1": "monitoring.playbooks:ControlFile",
    "installation-1": "stadtwerk.live.settings:Installation",
}
"""The models behind the files that people write, by the name and version of their schema."""


def schema_text(name: str) -> str:
    """The JSON Schema (draft 2020-12) of one sort of file."""
    from simulator.contracts.settings import settings_schema

    module, _, model = MODELS[name].partition(":")
    kind, _, version = name.rpartition("-")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:stadtwerk:{kind}:{version}",
        "title": f"Stadtwerk {kind}, version {version}",
    }
    schema = head | settings_schema(getattr(importlib.import_module(module), model))
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def schema_file(name: str) -> Path:
    """Where the schema of a sort of file ships."""
    return Path(str(resources.files("scenarios"))) / "schema" / f"{name}.schema.json"


if __name__ == "__main__":
    for one in MODELS:
        schema_file(one).write_text(schema_text(one), encoding="utf-8")
