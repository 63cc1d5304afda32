"""Thresholds for expectations, each with its source and with how sure we are of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from simulator.contracts.document import load_document
from simulator.contracts.failure import Confidence
from simulator.contracts.words import Said, Text, Verbatim, Words

_ = Words("resilience")


@dataclass(frozen=True, slots=True)
class Norm:
    """One threshold. `value` is in `unit` (`s`, `1` for shares, `l/person/d`, `Pa`); None: a rule without a number.

    `shown` is the value as its source writes it.
    """

    id: str
    title: Text
    value: float | None
    unit: str
    shown: Text
    source: Text
    confidence: Confidence


def _said(row: object) -> Text:
    """What is the same in every language, or a wording by language."""
    return Said({str(k): str(v) for k, v in row.items()}) if isinstance(row, Mapping) else Verbatim(str(row))


def basis_words(basis: Text) -> Text:
    """What a level or an assumption rests on: a norm by what it asks for and its source, anything else as it is."""
    norm = norms().get(basis.en)
    return basis if norm is None else _("{title} ({source})", title=norm.title, source=norm.source)


@cache
def norms() -> Mapping[str, Norm]:
    """Every norm by id, in the order of the data file `norms.yaml`."""
    rows = load_document(Path(__file__).with_name("norms.yaml"), "norms.yaml").data
    found = {
        str(name): Norm(
            str(name),
            _said(row["title"]),
            None if row["value"] is None else float(row["value"]),
            row["unit"],
            _said(row["shown"]),
            _said(row["source"]),
            Confidence(row["confidence"]),
        )
        for name, row in rows.items()
    }
    return MappingProxyType(found)
