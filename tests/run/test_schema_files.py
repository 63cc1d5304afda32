"""The JSON Schemas that editors read are those of the models that read the files."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from simulator.contracts.document import load_document
from stadtwerk.schemas import MODELS, schema_file, schema_text

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


@pytest.mark.parametrize("name", MODELS)
def test_a_schema_that_ships_is_that_of_its_model(name: str) -> None:
    assert schema_file(name).read_text(encoding="utf-8") == schema_text(name), "run `make schemas`"


@pytest.mark.parametrize("name", MODELS)
def test_it_is_a_schema_and_every_field_is_described_or_plain(name: str) -> None:
    schema = json.loads(schema_text(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert not {"ge", "gt", "le", "lt"} & set(_keywords(schema)), "a limit stands behind a function that looks first"
    for one in schema.get("$defs", {}).values():
        assert "description" in one


@pytest.mark.parametrize(
    ("name", "files"), [("scenario-1", "*.yaml"), ("suite-1", "suites/*.yaml")], ids=["scenarios", "suites"]
)
def test_what_ships_is_good_by_its_schema(name: str, files: str) -> None:
    """So that an editor does not complain about what the program reads."""
    checks = jsonschema.Draft202012Validator(json.loads(schema_text(name)))
    for path in sorted(SCENARIOS.glob(files)):
        assert not [error.message for error in checks.iter_errors(load_document(path).data)], path.name


def test_the_installation_that_ships_is_good_by_its_schema() -> None:
    checks = jsonschema.Draft202012Validator(json.loads(schema_text("installation-1")))
    told = json.loads((SCENARIOS.parent / "deploy" / "compose" / "installation.json").read_text(encoding="utf-8"))
    assert checks.is_valid(told)
    assert not checks.is_valid(told | {"gateways": {}})


def _keywords(node: object) -> list[str]:
    if isinstance(node, dict):
        return [*node, *(word for value in node.values() for word in _keywords(value))]
    return [word for value in node for word in _keywords(value)] if isinstance(node, list) else []
