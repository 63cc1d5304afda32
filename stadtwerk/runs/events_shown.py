"""The event log of a finished run as lines to read, filtered by component, cause and time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.contracts.duration import seconds, shown
from simulator.contracts.event import Event, EventKind
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import Numeral, Words

if TYPE_CHECKING:
    from stadtwerk.runs.finished import RunFolder

_ = Words("stadtwerk.runs")

STEP = "  "
"""How far a line is moved in for each cause that lies between it and the one asked for."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for, None where anything will do: a component, link or district; a cause, as the number of an
    event or the id of an entry of the timeline; ticks from and up to which."""

    component: str | None = None
    cause: str | None = None
    begin: int | None = None
    end: int | None = None


def time_of(option: str, given: str | None) -> int | None:
    """A time since the scenario's zero, `2h` or `-30min`, in ticks. Raises `BadInput` for anything else."""
    if given is None:
        return None
    sign = -1 if given.startswith("-") else 1
    text = given.removeprefix("-")
    try:
        return sign * to_ticks(0.0 if text == "0" else seconds(text))
    except ValueError as error:
        what, fix = reason_of(error), _("write a time since the scenario's zero, as 90s, 2h or -30min (--from=-30min)")
        raise BadInput([Problem(option, 0, given, what, fix)]) from None


def event_rows(run: RunFolder, wanted: Filters, language: str) -> Iterator[str]:
    """The events that pass all filters, oldest first, as lines.

    Raises `BadInput` for a component that is not in the city, a cause that is not in the run, an end before the begin.
    """
    from resilience.words.events import line

    if wanted.begin is not None and wanted.end is not None and wanted.end < wanted.begin:
        what, fix = _("lies before --from"), _("let it end after it begins")
        raise BadInput([Problem(str(run.path), 0, "--until", what, fix)])
    events, city = run.stored.events(), run.city
    about = None if wanted.component is None else _subjects(run, wanted.component)
    depth = None if wanted.cause is None else _subtree(run, events, wanted.cause)
    for event in events:
        if wanted.begin is not None and event.at < wanted.begin:
            continue
        if wanted.end is not None and event.at > wanted.end:
            continue
        if about is not None and event.subject not in about and not _names(event, about):
            continue
        if depth is not None and event.id not in depth:
            continue
        because = f"← {', '.join(map(str, event.causes))}" if event.causes else ""
        inset = STEP * (0 if depth is None else depth[event.id])
        said = line(event, city).of(language)
        yield f"{event.id:>6}  {Numeral(shown(to_s(event.at))).of(language):>16}  {because:<8}  {inset}{said}"


def _subjects(run: RunFolder, name: str) -> frozenset[str]:
    """The subjects of events that are about it: itself, its links, and the service levels owed of it."""
    city = run.city
    if name not in city.components and name not in city.links and name not in city.districts:
        known = (*city.components, *city.links, *city.districts)
        what = _("{name} has no component, link or district {name_2}", name=repr(city.name), name_2=repr(name))
        raise BadInput([Problem(str(run.path), 0, "--component", what, suggestion(name, known))])
    links = (link.id for link in (*city.links_into(name), *city.links_out_of(name)))
    levels = (level.id for level in city.levels.values() if level.subject == name)
    return frozenset((name, *links, *levels))


def _names(event: Event, about: frozenset[str]) -> bool:
    """Whether the event is about another thing, but one of these plays a part in it."""
    return any(isinstance(value, str) and not about.isdisjoint(value.split()) for value in event.params.values())


def _subtree(run: RunFolder, events: Sequence[Event], cause: str) -> Mapping[int, int]:
    """How many causes away each event is that goes back to this event or timeline entry."""
    if cause.isdecimal() and int(cause) < len(events):
        roots = {int(cause)}
    else:
        roots = {event.id for event in events if event.kind is EventKind.FAULT and event.after == cause}
    if not roots:
        entries = tuple(entry.id for entry in run.scenario.timeline)
        what = _("the run has no event and no fault of a timeline entry {cause}", cause=repr(cause))
        raise BadInput([Problem(str(run.path), 0, "--cause", what, suggestion(cause, entries))])
    depth = dict.fromkeys(roots, 0)
    for event in events:  # a cause always stands before its effect
        near = [depth[cause] for cause in event.causes if cause in depth]
        if near and event.id not in depth:
            depth[event.id] = min(near) + 1
    return depth
