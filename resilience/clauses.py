"""The clauses of the Smart City Charter that a scenario can give evidence for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from resilience.text import Text
from simulator.contracts.document import load_document


@cache
def clauses() -> Mapping[str, Text]:
    """Short titles, in words of our own, by clause id, in the charter's order."""
    rows = load_document(Path(__file__).with_name("clauses.yaml"), "clauses.yaml").data
    return MappingProxyType({str(name): Text(row["de"], row["en"]) for name, row in rows.items()})
