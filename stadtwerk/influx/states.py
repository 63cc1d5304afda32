"""Component states, modes and faults, as events and samples tell them; forecasts, supply and demand."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateways.stores.influx.lines import Value
from resilience.words.terms import fault_words, kind_words, mode_words
from simulator.contracts.catalogue import Balance
from simulator.contracts.component import Component, Domain
from simulator.contracts.event import Event, EventKind
from simulator.contracts.link import LinkKind
from simulator.contracts.measurements import (
    ANY,
    BALANCE,
    CLASS,
    COMPONENT,
    FAULT,
    HOURS_SHOWN,
    MODE,
    PLACE,
    PLENTY,
    STORE,
)
from simulator.contracts.quantities import Tells
from simulator.contracts.registry import registry
from simulator.contracts.state import State, state_of_mode, state_under_fault, ways_of
from simulator.contracts.ticks import to_s
from simulator.contracts.words import Words
from stadtwerk.influx.places import Places, RunIdentity
from stadtwerk.influx.sender import Out


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults in force, by component and cause; `uncovered`: those for which somebody lacks a service, as no fallback
    carries it."""

    in_force: int
    uncovered: int


Fault = tuple[str, str]
"""A component and the name of its fault."""

NEAR_M = 25.0
"""Components so near to each other share a marker of the map (assumption: what a map of a town cannot show apart)."""


class States:
    """Folds the event log into one state for each component and writes what changed."""

    def __init__(self, run: RunIdentity, places: Places, stores: Stores, out: Out) -> None:
        self._run, self._places, self._stores, self._out = run, places, stores, out
        self._components = places.city.components
        self._stopped: set[str] = set()
        self._dead: set[str] = set()
        self._offline: set[str] = set()
        self._off = dict.fromkeys(registry().telling(Tells.DEAD), self._dead)
        self._off |= dict.fromkeys(registry().telling(Tells.OFFLINE), self._offline)
        self._lost: dict[str, dict[LinkKind, bool]] = {}
        self._faults: dict[tuple[str, str], dict[str, int]] = {}
        self._modes: dict[str, tuple[str, int | None]] = {
            c.id: (registry().types[c.kind].modes[0], None) for c in places.with_modes
        }
        self._shares: dict[str, float] = {}
        self._feeding: dict[str, tuple[Component, ...]] = {
            c.id: tuple(
                self._components[link.source]
                for kind in registry().stopping_links
                for link in places.city.links_into(c.id, kind)
                if link.source in self._components
            )
            for c in places.with_modes
        }
        self._roots: dict[int, frozenset[Fault]] = {}
        self._low: dict[str, frozenset[Fault]] = {}
        self._lacking: frozenset[str] = frozenset()
        self._since: dict[str, int] = {}
        self._cleared: dict[Fault, int] = {}
        self._sites: dict[tuple[int, int], list[Component]] = {}
        for component in self._components.values():
            self._sites.setdefault(_site(component), []).append(component)
        self._state: dict[str, State] = {}
        self._counts: dict[tuple[str, str], list[int]] = {}
        for component in self._components.values():
            self._state[component.id] = State.NORMAL
            self._counts.setdefault((component.kind, component.district), [0] * len(State))[State.NORMAL] += 1
        self._touched: dict[str, None] = {}
        self._turned: dict[str, None] = {}

    def faults(self, lacking: frozenset[str]) -> Faults:
        """Faults in force now; `lacking` are the levels that are low and that somebody leans on."""
        self._lacking = lacking
        uncovered = sum(1 for fault, causes in self._faults.items() if causes and self._uncovered(fault))
        return Faults(sum(len(causes) for causes in self._faults.values()), uncovered)

    def _uncovered(self, fault: Fault) -> int:
        """Services that somebody lacks because of it."""
        return sum(1 for level, roots in self._low.items() if fault in roots and level in self._lacking)

    def _follow(self, event: Event) -> None:
        """Which faults led to an event, and to a level that is low."""
        roots: frozenset[Fault] = frozenset()
        if event.kind is EventKind.FAULT:
            roots = frozenset({(event.subject, str(event.params["fault"]))})
        for cause in (event.cause, *event.also):
            if cause is not None and (known := self._roots.get(cause)):
                roots = known if not roots or roots <= known else roots | known
        if roots:
            self._roots[event.id] = roots
        if event.kind is EventKind.LEVEL_LOW:
            self._low[event.subject] = roots
        elif event.kind is EventKind.LEVEL_BACK:
            self._low.pop(event.subject, None)

    def share(self, component: str, value: float) -> None:
        """The share of a lifeline's duty that it serves from now on."""
        self._shares[component] = value
        self._turned[component] = None

    def event(self, event: Event) -> None:
        subject, kind = event.subject, event.kind
        via = self._places.city.links.get(event.via or "")
        self._follow(event)
        if kind is EventKind.FAULT:
            name = str(event.params["fault"])
            self._faults.setdefault((subject, name), {})[event.after or ""] = event.at
            self._write_fault(subject, name, event.at)
        elif kind is EventKind.CLEAR:
            name = str(event.params["fault"])
            if self._faults.get((subject, name), {}).pop(event.before or "", None) is not None:
                self._cleared[subject, name] = event.at
                self._write_fault(subject, name, event.at)
        elif kind is EventKind.STOPPED:
            self._stopped.add(subject)
        elif kind is EventKind.STARTED:
            self._stopped.discard(subject)
        elif kind is EventKind.SUPPLY_LOST and via is not None:
            self._lost.setdefault(subject, {})[via.kind] = bool(event.value)
        elif kind is EventKind.SUPPLY_BACK and via is not None:
            self._lost.get(subject, {}).pop(via.kind, None)
        elif kind is EventKind.MODE and subject in self._modes and event.after is not None:
            self._modes[subject] = (event.after, event.at)
            self._turned[subject] = None
        elif (
            kind is EventKind.SWITCH
            and subject in self._modes
            and event.after in registry().types[self._kind(subject)].modes
        ):
            self._modes[subject] = (event.after or "", event.at)
            self._turned[subject] = None
        if subject in self._components:
            self._touched[subject] = None

    def gauge(self, subject: str, quantity: str, value: float) -> None:
        """A sample that says something of a component's state."""
        off = self._off.get(quantity)
        if off is not None and subject in self._components:
            (off.discard if value > 0 else off.add)(subject)
            self._touched[subject] = None

    def flush(self, tick: int) -> None:
        """All that happens at this tick is known: write what it changed."""
        classes: dict[tuple[str, str], None] = {}
        sites: dict[tuple[int, int], None] = {}
        for name in self._touched:
            component = self._components[name]
            before, now = self._state[name], self._judge(component)
            if now is not before:
                self._state[name] = now
                self._since[name] = tick
                sites[_site(component)] = None
                counts = self._counts[component.kind, component.district]
                counts[before] -= 1
                counts[now] += 1
                classes[component.kind, component.district] = None
            if now is not before or name in self._turned:
                self._write_component(component, tick)
        for name in self._turned:
            self._write_mode(self._components[name], tick)
        for key in classes:
            self._write_class(*key, tick)
        for site in sites:
            self._write_site(site, tick)
        self._touched.clear()
        self._turned.clear()

    def beat(self, tick: int) -> None:
        """Lifelines and faults in force, so that a short look finds them."""
        for component in self._places.with_modes:
            if self._for_people(component):
                self._write_mode(component, tick)
        for (subject, name), causes in self._faults.items():
            if causes:
                self._write_fault(subject, name, tick)

    def slow_beat(self, tick: int) -> None:
        """What is not well, other modes, and the counts of all classes."""
        for component in self._components.values():
            if self._state[component.id] is not State.NORMAL:
                self._write_component(component, tick)
        for component in self._places.with_modes:
            if not self._for_people(component):
                self._write_mode(component, tick)
        for key in self._counts:
            self._write_class(*key, tick)
        for site, here in self._sites.items():
            if any(self._state[component.id] is not State.NORMAL for component in here):
                self._write_site(site, tick)

    def snapshot(self, tick: int) -> None:
        """Everything that does not come by the hundred."""
        for component in self._components.values():
            if not registry().types[component.kind].many and self._state[component.id] is State.NORMAL:
                self._write_component(component, tick)
        for site, here in self._sites.items():
            if not all(registry().types[component.kind].many for component in here):
                self._write_site(site, tick)

    def over(self, tick: int) -> None:
        """The run is over: nobody is to be called for what it ended with."""
        for component in self._places.with_modes:
            left = {"left_now": PLENTY, "hours_now": HOURS_SHOWN}
            self._out.add(MODE, self._places.named_tags(component.id), left, tick)

    def _kind(self, component: str) -> str:
        return self._components[component].kind

    @staticmethod
    def _for_people(component: Component) -> bool:
        return registry().subsystems[component.domain].for_people

    def _judge(self, component: Component) -> State:
        name, worst = component.id, State.NORMAL
        if name in self._modes:
            worst = state_of_mode(component.kind, self._modes[name][0])
            if self._for_people(component) or registry().types[component.kind].mode_says_all:
                return worst
        if name in self._stopped or name in self._dead:
            return State.FAILED
        for (subject, fault), causes in self._faults.items():
            if subject == name and causes:
                worst = max(worst, state_under_fault(component.kind, fault))
        lost = self._lost.get(name, {})
        if any(lost.get(kind) for kind in registry().stopping_links):
            worst = max(worst, State.TECHNICAL)
        elif lost or name in self._offline:
            worst = max(worst, State.DEGRADED)
        return worst

    def fallbacks_left(self, component: Component) -> int:
        """How many ways are left behind the present one, -1 if it is none itself; one whose only sources have failed is
        none."""
        ways = ways_of(component.kind)
        mode = self._modes[component.id][0]
        if mode not in ways:
            return -1
        left = 0
        for later in ways[ways.index(mode) + 1 :]:
            sources = [source for source in self._feeding[component.id] if source.kind == later]
            left += not sources or any(self._state[source.id] is not State.FAILED for source in sources)
        return left

    def _write_component(self, component: Component, tick: int) -> None:
        lat, lon = self._places.position(component.x_m, component.y_m)
        label, mode = self._places.label(component.id), self._modes.get(component.id)
        kind = kind_words(component.kind)
        fields: dict[str, Value] = {
            "state": int(self._state[component.id]),
            "working": int(component.id not in self._stopped),
            "faults": sum(len(c) for (subject, _), c in self._faults.items() if subject == component.id),
            "since_ms": self._run.ms(self._since.get(component.id, self._run.begin)),
            "lat": lat,
            "lon": lon,
            "label_de": label.de,
            "label_en": label.en,
            "kind_de": kind.de,
            "kind_en": kind.en,
            "mode": None if mode is None else mode[0],
        }
        self._out.add(COMPONENT, self._places.tags(component.id), fields, tick)

    def _write_mode(self, component: Component, tick: int) -> None:
        mode, since = self._modes[component.id]
        left, state = self.fallbacks_left(component), state_of_mode(component.kind, mode)
        hours, least = (min(HOURS_SHOWN, one) for one in self._lasts(component, tick))
        said = mode_words(component.kind, mode)
        fields: dict[str, Value] = {
            "state": int(state),
            "fallbacks_left": left,
            "left_now": left,
            "share": self._shares.get(component.id),
            "since_s": None if since is None else to_s(tick - since),
            "hours_left": None if state is State.FAILED else hours,
            "hours_least": None if state is State.FAILED else least,
            "hours_now": hours,
            "mode": mode,
            "mode_de": said.de,
            "mode_en": said.en,
        }
        self._out.add(MODE, self._places.named_tags(component.id), fields, tick)

    def _lasts(self, component: Component, tick: int) -> tuple[float, float]:
        """How long what a component draws on lasts, and how long at least, of its own and of the source that its mode
        is named after."""
        mode = self._modes[component.id][0]
        sources = (source.id for source in self._feeding[component.id] if source.kind == mode)
        return self._stores.hours_left((component.id, *sources), tick)

    def _write_site(self, site: tuple[int, int], tick: int) -> None:
        """The marker of a place: of all that stands there, and of each sub-system."""
        here = self._sites[site]
        for domain in dict.fromkeys((ANY, *(component.domain.value for component in here))):
            of = [component for component in here if domain in (ANY, component.domain.value)]
            worst = max(of, key=lambda component: self._state[component.id])
            label, others = self._places.label(worst.id), len(of) - 1
            said = _("{label} and {others} more", label=label, others=others) if others else label
            lat, lon = self._places.position(here[0].x_m, here[0].y_m)
            fields: dict[str, Value] = {
                "state": int(self._state[worst.id]),
                "components": len(of),
                "many": int(all(registry().types[component.kind].many for component in of)),
                "lat": lat,
                "lon": lon,
                "label_de": said.de,
                "label_en": said.en,
            }
            tags = {
                "district": self._places.district(here[0].district),
                "domain": domain,
                "place": f"{site[0]}/{site[1]}",
            }
            self._out.add(PLACE, tags, fields, tick)

    def _write_fault(self, subject: str, fault: str, tick: int) -> None:
        causes = self._faults[subject, fault]
        name, place = fault_words(fault), self._places.label(subject)
        fields: dict[str, Value] = {
            "active": int(bool(causes)),
            "uncovered": self._uncovered((subject, fault)) if causes else 0,
            "since_ms": self._run.ms(min(causes.values()) if causes else self._cleared[subject, fault]),
            "since_s": to_s(tick - min(causes.values())) if causes else None,
            "entry": ", ".join(causes) or None,
            "label_de": f"{place.de}: {name.de}",
            "label_en": f"{place.en}: {name.en}",
        }
        self._out.add(FAULT, {**self._places.tags(subject), "fault": fault}, fields, tick)

    def _write_class(self, kind: str, district: str, tick: int) -> None:
        counts = self._counts[kind, district]
        fields: dict[str, Value] = {state.name.lower(): counts[state] for state in State}
        fields |= {"total": sum(counts), "worst": max(state for state in State if counts[state])}
        tags = {
            "district": self._places.district(district),
            "domain": registry().types[kind].domain.value,
            "kind": kind,
        }
        words = kind_words(kind).begun()
        tags |= {"kind_de": words.de, "kind_en": words.en}
        self._out.add(CLASS, tags, fields, tick)


_ = Words("stadtwerk")


def _site(component: Component) -> tuple[int, int]:
    return round(component.x_m / NEAR_M), round(component.y_m / NEAR_M)


EXACT = 1.1
"""What is known to last so long does so within a tenth: held by a test."""
ROUGH = 1.15
UNSEEN = 2.0
"""What is taken from a water tank changes with the hour: at most it is so much more than the most of the last day, and
than twice as much as now while a day has not been seen (assumptions, set after four runs of the demo city)."""
LOOKS_A_DAY = 288
"""A day of looks five minutes apart."""


class Stores:
    """Follows samples. What an hour takes is taken from the fall since the last look; what fuel lasts is known."""

    def __init__(self, places: Places, out: Out) -> None:
        self._places, self._out, self._city = places, out, places.city
        self._amount: dict[tuple[str, str], float] = {}
        self._before: dict[tuple[str, str], float] = {}
        self._sums: dict[tuple[str, str], float] = {}
        self._most: dict[tuple[Domain, str], float] = {}
        self._asked: dict[tuple[Domain, str], float] = {}
        self._looked: int | None = None
        self._lasting: dict[str, dict[str, tuple[int, float, float]]] = {}
        self._rates: dict[tuple[str, str], deque[float]] = {}
        found = registry()
        self._kinds = found.stores
        self._autonomy = {kind: link.autonomy for kind, link in found.links.items() if link.autonomy in self._kinds}
        pages = found.pages.items()
        self._balances = {domain: page.balance for domain, page in pages if page.balance is not None}
        self._hours: dict[str, dict[str, float]] = {one.hours: {} for one in self._kinds.values() if one.hours}
        self._counted: dict[str, dict[str, float]] = {b.counted: {} for b in self._balances.values() if b.counted}
        summed = (b for b in self._balances.values() if b.supplied)
        self._summed = frozenset(q for b in summed for q in (b.supplied, b.asked, b.share, b.stored, b.local) if q)

    def gauge(self, subject: str, quantity: str, value: float) -> None:
        if quantity in self._kinds:
            self._amount[subject, quantity] = value
        elif quantity in self._hours:
            self._hours[quantity][subject] = value
        elif quantity in self._counted:
            self._counted[quantity][subject] = value
        elif quantity in self._summed and subject in self._city.districts:
            self._sums[subject, quantity] = value

    def event(self, event: Event) -> None:
        """Autonomy begins to be used, or is used up: known at once, not at the next sample."""
        if event.subject not in self._city.components:
            return
        via = self._city.links.get(event.via or "")
        if event.kind is EventKind.SUPPLY_LOST and event.value and via is not None:
            quantity = self._autonomy.get(via.kind)
            if quantity is not None:
                self._write(event.subject, quantity, event.value, event.at, True)
        elif event.kind is EventKind.AUTONOMY_USED:
            quantity = self._autonomy.get(LinkKind(str(event.params["link_kind"])))
            if quantity is not None:
                self._write(event.subject, quantity, 0.0, event.at, True)

    def hours_left(self, subjects: Sequence[str], tick: int) -> tuple[float, float]:
        """How long what drains at these components lasts, and how long at least, the shortest; `HOURS_SHOWN` if nothing
        does."""
        known = [one for subject in subjects for one in self._lasting.get(subject, {}).values()]
        gone = [(to_s(tick - at) / 3600.0, hours, least) for at, hours, least in known]
        return (
            min((max(0.0, hours - passed_h) for passed_h, hours, _least in gone), default=HOURS_SHOWN),
            min((max(0.0, least - passed_h) for passed_h, _hours, least in gone), default=HOURS_SHOWN),
        )

    def slow_beat(self, tick: int) -> None:
        """Write all stores and balances."""
        passed_h = 0.0 if self._looked is None else to_s(tick - self._looked) / 3600.0
        self._looked = tick
        for (subject, quantity), amount in self._amount.items():
            fall = self._before.get((subject, quantity), amount) - amount
            self._write(subject, quantity, amount, tick, fall > 0, fall / passed_h if passed_h else 0.0)
        self._before = dict(self._amount)
        for domain, balance in self._balances.items():
            if balance.counted:
                self._count(domain, self._counted[balance.counted], tick)
            else:
                for district in self._city.districts:
                    self._balance(domain, balance, district, tick)

    def _write(
        self, subject: str, quantity: str, amount: float, tick: int, draining: bool, per_hour: float = 0.0
    ) -> None:
        kind = self._kinds[quantity]
        hours = HOURS_SHOWN
        if kind.per_hour:
            hours = amount / kind.per_hour
        elif kind.hours:
            hours = self._hours[kind.hours].get(subject, HOURS_SHOWN)
        elif draining and per_hour > 0:
            hours = amount / per_hour
        least = hours / EXACT
        if not kind.per_hour and not kind.hours:
            least = self._at_least(subject, quantity, amount, hours, per_hour)
        if draining:
            self._lasting.setdefault(subject, {})[quantity] = tick, hours, least
        else:
            self._lasting.get(subject, {}).pop(quantity, None)
        fields: dict[str, Value] = {
            "hours_left": min(HOURS_SHOWN, hours),
            "hours_least": min(HOURS_SHOWN, least),
            "amount": amount,
            "draining": int(draining),
            "unit": kind.unit,
        }
        self._out.add(STORE, {**self._places.named_tags(subject), "kind": kind.name}, fields, tick)

    def _at_least(self, subject: str, quantity: str, amount: float, hours: float, per_hour: float) -> float:
        """How long a store lasts if the most is taken that was taken in an hour of the last day."""
        rates = self._rates.setdefault((subject, quantity), deque(maxlen=LOOKS_A_DAY))
        rates.append(per_hour)
        if hours >= HOURS_SHOWN:
            return hours
        rate = max(rates)
        if len(rates) < LOOKS_A_DAY:
            rate = max(rate, UNSEEN * per_hour)
        return amount / (rate * ROUGH)

    def _balance(self, domain: Domain, balance: Balance, district: str, tick: int) -> None:
        def has(quantity: str) -> float | None:
            return self._sums.get((district, quantity)) if quantity else None

        supplied, share, key = has(balance.supplied), has(balance.share), (domain, district)
        if supplied is None or any(has(quantity) is None for quantity in balance.needs):
            return
        if balance.share:
            if share is None:
                return
            if share > 0:
                self._asked[key] = supplied / share
            asked = self._asked.get(key, supplied)
        elif balance.asked:
            wanted = has(balance.asked)
            if wanted is None:
                return
            asked, share = wanted, supplied / wanted if wanted > 0 else 1.0
        else:
            # Roads are empty when a run begins, so the most so far is what there is without a hindrance.
            asked = self._most[key] = max(supplied, self._most.get(key, 0.0))
            share = supplied / asked if asked else 1.0
        self._add(domain, district, tick, supplied, asked, share, has(balance.stored), has(balance.local))

    def _count(self, domain: Domain, known: Mapping[str, float], tick: int) -> None:
        """How many of the components of each district are above zero, of all that there are."""
        found: dict[str, list[float]] = {}
        for component, value in known.items():
            found.setdefault(self._city.components[component].district, []).append(value)
        for district, values in found.items():
            there, asked = float(sum(value > 0 for value in values)), float(len(values))
            self._add(domain, district, tick, there, asked, there / asked)

    def _add(
        self,
        domain: Domain,
        district: str,
        tick: int,
        supplied: float,
        asked: float,
        share: float,
        stored: float | None = None,
        local: float | None = None,
    ) -> None:
        fields = {"supplied": supplied, "asked": asked, "share": share, "stored": stored, "local": local}
        self._out.add(BALANCE, {"district": self._places.district(district), "domain": domain.value}, fields, tick)
