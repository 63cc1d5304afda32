"""A room's table of contents names what is there."""

from importlib import import_module
from pathlib import Path

import pytest


@pytest.mark.parametrize("room", ["resilience", "gateways"])
def test_table_of_contents(room: str) -> None:
    package = import_module(room)
    folder = Path(str(package.__file__)).parent
    there = {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}
    there |= {path.parent.name for path in folder.glob("*/__init__.py")}
    lines = (package.__doc__ or "").strip().split("\n\n")[1].split("\n")
    assert {line.split()[0] for line in lines} == there
