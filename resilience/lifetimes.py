"""How long components of a kind are usually in service, each number with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from resilience.norms import Confidence
from simulator.contracts.document import load_document


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Usual service life of a kind of component in years."""

    kind: str
    years: float
    source: str
    confidence: Confidence


@cache
def lifetimes() -> Mapping[str, Lifetime]:
    """By kind of component; a kind that is not here is not judged by its age."""
    rows = load_document(Path(__file__).with_name("lifetimes.yaml"), "lifetimes.yaml").data
    return MappingProxyType(
        {
            kind: Lifetime(kind, float(row["years"]), row["source"], Confidence(row["confidence"]))
            for kind, row in rows.items()
        }
    )
