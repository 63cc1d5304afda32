"""Was the town steady before anything was broken? If not, nothing that follows can be laid to the faults."""

from __future__ import annotations

from resilience.checkers.context import Context, guarded, lasting
from resilience.courses import spells, worst
from resilience.limits import level_limit, limit_text
from resilience.scenario import SteadyState
from resilience.text import Text, told_apart
from resilience.verdict import Category, Figure, Finding, Value
from simulator.contracts.ticks import to_ticks


def check_steady_state(context: Context) -> tuple[Finding, ...]:
    """One finding for each steady state: every level keeps its limit from `for` before zero up to zero."""
    return tuple(
        guarded(item.id, Category.STEADY_STATE, _title(item), lambda item=item: _judge(item, context))  # type: ignore[misc]
        for item in context.scenario.steady_state
    )


def _title(item: SteadyState) -> Text:
    length = lasting(item.for_s)
    return Text(f"Ruhiger Ausgangszustand über {length.de}", f"Steady start for {length.en}")


def _judge(item: SteadyState, context: Context) -> Finding:
    start = -to_ticks(item.for_s)
    figures, unsteady = [], []
    for level in item.levels.of(context.city):
        limit, course = level_limit(item.limit, level), context.course(level)
        higher = limit.better == "higher"
        lowest = Figure("worst", worst(course, start, 0, higher), limit.unit, level.id)
        figures.append(lowest)
        below = sum(spell.length_s for spell in spells(course, limit.value, higher, start, 0))
        if below:
            unsteady.append((below, level, limit, lowest))
    title, all_of_it = _title(item), tuple(figures)
    if not figures:
        reason = Text("Die Stadt schuldet keine solche Leistung.", "The city owes no such level.")
        return Finding(item.id, Category.STEADY_STATE, Value.INCONCLUSIVE, title, reason)
    if not unsteady:
        reason = Text(
            f"Alle {len(figures)} Leistungen waren vor Beginn in Ordnung.",
            f"All {len(figures)} levels held before the start.",
        )
        return Finding(item.id, Category.STEADY_STATE, Value.PASS, title, reason, figures=all_of_it)
    unsteady.sort(key=lambda row: -row[0])
    below, level, limit, lowest = unsteady[0]
    name, asked, length = context.label(level), limit_text(limit), lasting(below)
    value, _ = told_apart(lowest.value if lowest.value is not None else limit.value, limit.value, limit.unit)
    reason = Text(
        f"Schon vor Beginn lag {name.de} {length.de} lang bei {value.de} statt {asked.de}.",
        f"Even before the start {name.en} was at {value.en} instead of {asked.en} for {length.en}.",
    )
    subjects = tuple(row[1].id for row in unsteady)
    return Finding(
        item.id, Category.STEADY_STATE, Value.INCONCLUSIVE, title, reason, limit, lowest, all_of_it, subjects
    )
