"""Every mistake in a scenario file, at its line: what the JSON Schema sees, and what only the city can tell.

frame         the run, the clauses, ids written twice
timeline      targets, selectors, faults and their parameters, times, repairs, evidence
crews         the order of waiting jobs, and whether there is a crew for a repair
redundancies  components and their modes
expectations  levels and limits, with the steady state
"""

from __future__ import annotations

from collections.abc import Collection

from resilience.scenario.fields import Fields
from resilience.scenario.schema import scenario_schema
from resilience.scenario.semantics.crews import check_crews
from resilience.scenario.semantics.expectations import check_expectations, check_steady_state
from resilience.scenario.semantics.frame import check_frame, read_times
from resilience.scenario.semantics.redundancies import check_redundancies
from resilience.scenario.semantics.timeline import check_timeline
from simulator.contracts.city import City
from simulator.contracts.document import Document, schema_problems
from simulator.contracts.problem import Problem


def check_scenario(
    document: Document, city: City | None = None, quantities_known: Collection[str] | None = None
) -> list[Problem]:
    """All problems of a scenario file, sorted by line; empty if there are none.

    Without a city only what the file itself says is checked. `quantities_known` are the names of what can be measured
    (as evidence), by default the catalogue's. Where the schema and the later checks complain about the same value, one
    of them speaks: the later check if the schema would only quote a pattern, else the schema.
    """
    structural = schema_problems(document, scenario_schema())
    found: list[Problem] = []
    top = Fields(document, (), document.data, found)
    check_frame(top)
    times = read_times(top)
    check_steady_state(top, city, times)
    check_timeline(top, city, times, quantities_known, [problem.field for problem in structural])
    check_crews(top, city)
    check_redundancies(top, city)
    check_expectations(top, city, times)
    return sorted({*_without(structural, _PATTERN, found), *_apart_from(structural, found)})


# What the schema's problems call a value that breaks a pattern, and an object that lacks a field.
_PATTERN, _LACKS = "does not match", " is missing"


def _without(structural: list[Problem], words: str, found: list[Problem]) -> list[Problem]:
    """The schema's problems, but not those in such words about a value that a later check explains better."""
    explained = {(problem.line, problem.field) for problem in found}
    return [p for p in structural if words not in p.what or (p.line, p.field) not in explained]


def _apart_from(structural: list[Problem], found: list[Problem]) -> list[Problem]:
    """The later checks' problems, but not those about a value that the schema refuses as a whole."""
    refused = {(p.line, p.field) for p in structural if _PATTERN not in p.what and _LACKS not in p.what}
    return [problem for problem in found if (problem.line, problem.field) not in refused]


__all__ = ["check_scenario"]
