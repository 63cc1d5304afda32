"""Which of the waiting jobs comes first: by what leans on the broken thing, over links and by the log."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.contracts.city import City
from simulator.contracts.crews import CrewPolicy, Priority
from simulator.contracts.event import EventKind
from simulator.contracts.registry import registry
from simulator.coupling.crews.job import Job
from simulator.kernel.log import EventLog

SHOWS_LOSS = (EventKind.LEVEL_LOW, EventKind.STOPPED, EventKind.SUPPLY_LOST, EventKind.MODE)
"""Events that say who has lost something."""


class Ranking:
    """Puts jobs in order. What leans on a broken thing: itself, what its links lead to, and who the log says has lost
    something because of it. Pipes, lines and roads inside the network files are not followed, but what their failure
    did is in the log."""

    def __init__(self, city: City, log: EventLog, capacity: Mapping[str, float]) -> None:
        self._city, self._log, self._capacity = city, log, capacity
        self._below: dict[str, frozenset[str]] = {}
        self._lost: dict[int, tuple[int, set[int], set[str]]] = {}  # cause -> events looked at, its effects, subjects

    def key(self, job: Job, policy: CrewPolicy) -> tuple[float, int]:
        """The smaller, the earlier; jobs that are equal go by the order of the calls."""
        if policy.priority is Priority.LIST:
            places = [policy.listed.index(x) for x in (job.broken, job.target) if x in policy.listed]
            return float(min(places, default=len(policy.listed))), job.serial
        if policy.priority is Priority.CAPACITY:
            return -self._capacity.get(job.broken, 0.0), job.serial
        leaning = self.leaning_on(job)
        if policy.priority is Priority.PEOPLE:
            return -float(self._people(leaning)), job.serial
        return self._rank(leaning), job.serial

    def leaning_on(self, job: Job) -> set[str]:
        """Components, districts and levels' subjects that lean on what is broken."""
        return {*self._downstream(job.broken), *self._downstream(job.target), *self._losers(job.because)}

    def _rank(self, leaning: set[str]) -> float:
        """Health, rescue and drinking water come first, then what people lean on directly, then all else."""
        found, there = registry(), [self._city.components[x] for x in leaning if x in self._city.components]
        if any(found.types[component.kind].vital for component in there):
            return 0.0
        return 1.0 if any(found.subsystems[component.domain].for_people for component in there) else 2.0

    def _people(self, leaning: set[str]) -> int:
        """People of the districts concerned, or those who lean on one of the facilities if they are more."""
        city = self._city
        places = {city.components[x].district for x in leaning if x in city.components} | leaning
        living = sum(district.people for name, district in city.districts.items() if name in places)
        owed = [level.people for level in city.levels.values() if level.subject in leaning & city.components.keys()]
        return max([living, *owed])

    def _downstream(self, broken: str) -> frozenset[str]:
        if broken in self._city.links:
            broken = self._city.links[broken].target
        if broken not in self._below:
            kinds = registry().links
            found, todo = {broken}, [broken]
            while todo:
                for link in self._city.links_out_of(todo.pop()):
                    if kinds[link.kind].passes_loss and link.target not in found:
                        found.add(link.target)
                        todo.append(link.target)
            self._below[broken] = frozenset(found)
        return self._below[broken]

    def _losers(self, cause: int | None) -> set[str]:
        """Who has lost something by now because of an event; levels stand for their subjects."""
        if cause is None:
            return set()
        first, effects, subjects = self._lost.get(cause, (cause + 1, {cause}, set()))
        events = self._log.since(first)
        for event in events:
            if event.cause in effects:
                effects.add(event.id)
                if event.kind in SHOWS_LOSS:
                    level = self._city.levels.get(event.subject)
                    subjects.add(event.subject if level is None else level.subject)
        self._lost[cause] = (first + len(events), effects, subjects)
        return subjects
