"""Thresholds for expectations, each with its source and with how sure we are of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from simulator.contracts.document import load_document
from simulator.contracts.failure import Confidence
from simulator.contracts.words import Said, Text


@dataclass(frozen=True, slots=True)
class Norm:
    """One threshold. `value` is in `unit` (`s`, `1` for shares, `l/person/d`, `Pa`); None: a rule without a number.

    `shown` is the value as its source writes it.
    """

    id: str
    title: Text
    value: float | None
    unit: str
    shown: str
    source: str
    confidence: Confidence


@cache
def norms() -> Mapping[str, Norm]:
    """Every norm by id, in the order of the data file `norms.yaml`."""
    rows = load_document(Path(__file__).with_name("norms.yaml"), "norms.yaml").data
    found = {
        str(name): Norm(
            str(name),
            Said({"de": row["title"]["de"], "en": row["title"]["en"]}),
            None if row["value"] is None else float(row["value"]),
            row["unit"],
            row["shown"],
            row["source"],
            Confidence(row["confidence"]),
        )
        for name, row in rows.items()
    }
    return MappingProxyType(found)
