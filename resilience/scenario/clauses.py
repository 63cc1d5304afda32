"""The clauses of the Smart City Charter that a scenario or a check can give evidence for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from simulator.contracts.document import load_document
from simulator.contracts.words import Said, Text


class Need(StrEnum):
    """A kind of evidence without which a clause is not shown; see `clauses.yaml`."""

    RUN = "run"
    TECHNICAL = "technical"
    ANALOGUE = "analogue"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: `show` is what has to be shown. `must_hold` false: it is enough to have looked into it."""

    id: str
    title: Text
    show: Text
    must_hold: bool
    needs: tuple[Need, ...]


@cache
def charter_clauses() -> tuple[Clause, ...]:
    """All clauses, in the charter's order."""
    rows = load_document(Path(__file__).with_name("clauses.yaml"), "clauses.yaml").data
    return tuple(
        Clause(
            str(name),
            Said({"de": row["de"], "en": row["en"]}),
            Said({"de": row["show"]["de"], "en": row["show"]["en"]}),
            {"held": True, "examined": False}[row["asks"]],
            tuple(Need(need) for need in row["needs"]),
        )
        for name, row in rows.items()
    )


@cache
def clauses() -> Mapping[str, Text]:
    """Short titles, in words of our own, by clause id, in the charter's order."""
    return MappingProxyType({clause.id: clause.title for clause in charter_clauses()})
