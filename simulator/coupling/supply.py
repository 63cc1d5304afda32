"""Who feeds whom: the state of every link, what works, and how long it goes on without.

A supply may track access, to prove that what nobody asked about made no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from simulator.contracts.city import City
from simulator.contracts.event import Value
from simulator.contracts.fault import ActiveFault
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s, to_ticks
from simulator.coupling import events
from simulator.coupling.catalogue import LOSS_OF_CONTROL
from simulator.coupling.faults import FaultStack
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog

RECHARGE_S = 8 * 3600.0
"""Time to refill a battery or tank from empty once its link is back (assumption)."""

Watcher = Callable[[str, int | None], None]
"""Called with a component's (or link's) id and the event that changed it. Ask `Supply` for the state."""


@dataclass(slots=True)
class _Store:
    """The autonomy behind the links of one kind into one component: charge in ticks of operation left."""

    capacity: int
    charge: float
    since: int
    draining: bool = False
    serial: int = 0


class Supply:
    """The one place where a link's state turns into what works at its target.

    A link is up while its source offers its kind, it is not cut, and (data, control) its path works. Commands of a
    control room that has lost control leave it on no link. A component is *fed* with a kind while one link of that
    kind is up or autonomy is left. It *works* while no disabling fault is on it and it is fed with every kind that its
    catalogue says stops the target (power). Domains and lifelines decide what the other kinds mean.
    """

    def __init__(self, city: City, clock: Clock, log: EventLog, faults: FaultStack) -> None:
        self._city, self._clock, self._log, self._faults = city, clock, log, faults
        self._offered: dict[tuple[str, LinkKind], bool] = {}
        self._path: dict[str, bool] = {}
        self._cut: dict[str, bool] = {}
        self._voiceless: set[str] = set()
        self._draws: dict[str, float] = {}
        self._by_hand: set[str] = set()
        kinds = registry().links
        self._stopping = tuple(name for name, of in kinds.items() if of.stops_target)
        self._drawn_over = tuple(name for name, of in kinds.items() if of.draws)
        self._commanding = tuple(name for name, of in kinds.items() if of.commands)
        self._demand: dict[str, float] = {}
        self._stores: dict[tuple[str, LinkKind], _Store] = {}
        self._used: dict[tuple[str, LinkKind], None] = {}
        self._watchers: dict[str, list[Watcher]] = {}
        self._queued: dict[str, list[int | None]] = {}
        kinds_into: dict[tuple[str, LinkKind], list[Link]] = {}
        for link in city.links.values():
            kinds_into.setdefault((link.target, link.kind), []).append(link)
        self._kinds_into = {key: tuple(links) for key, links in kinds_into.items()}
        self._link_up: dict[str, bool] = dict.fromkeys(city.links, True)
        self._has: dict[tuple[str, LinkKind], bool] = dict.fromkeys(self._kinds_into, True)
        self._works: dict[str, bool] = dict.fromkeys(city.components, True)
        for key, links in self._kinds_into.items():
            ticks = max(to_ticks(link.autonomy_s) for link in links)
            if ticks:
                self._stores[key] = _Store(ticks, float(ticks), clock.now)
        for cut in registry().severing:
            faults.handle(cut, self._on_cut)
        faults.handle(LOSS_OF_CONTROL.name, self._on_voiceless)
        faults.handle_disabling(self._on_disabled)

    # what producers say

    def offer(self, source: str, kind: LinkKind, up: bool, cause: int | None = None) -> None:
        """The owner of `source` says whether it can feed its links of this kind. Until then: while it works."""
        if self._offered.get((source, kind)) is not up:
            self._offered[source, kind] = up
            for link in self._city.links_out_of(source, kind):
                self._refresh_link(link, cause)

    def set_path(self, link: str, up: bool, cause: int | None = None) -> None:
        """ICT says whether the way of a data or control link through the network works."""
        if self._path.get(link, True) is not up:
            self._path[link] = up
            self._refresh_link(self._city.links[link], cause)

    def draw(self, component: str, watts: float) -> None:
        """A component says how much electric power it takes while it runs."""
        if self._draws.get(component) != watts:
            self._draws[component] = watts
            self._demand_changed(component)

    # what consumers ask

    def link_up(self, link: str) -> bool:
        return self._link_up[link]

    def mains(self, component: str, kind: LinkKind) -> bool:
        """Whether a link of this kind into the component is up. True where it has none: nothing to lose."""
        return self._has.get((component, kind), True)

    def live_links(self, component: str, kind: LinkKind) -> tuple[Link, ...]:
        return tuple(link for link in self._kinds_into.get((component, kind), ()) if self._link_up[link.id])

    def autonomy_left_s(self, component: str, kind: LinkKind) -> float:
        """Seconds that the battery or tank behind these links still lasts (full capacity while the link is up)."""
        store = self._stores.get((component, kind))
        return 0.0 if store is None else to_s(round(self._charge(store)))

    def autonomy_s(self, component: str, kind: LinkKind) -> float:
        """Seconds that the battery or tank behind these links lasts when it is full."""
        store = self._stores.get((component, kind))
        return 0.0 if store is None else to_s(store.capacity)

    def used_autonomies(self, kind: LinkKind) -> Iterator[tuple[str, float]]:
        """Components whose battery or tank has been called on, and the seconds left; all others are full."""
        for component, of in self._used:
            if of is kind:
                yield component, self.autonomy_left_s(component, of)

    def fed(self, component: str, kind: LinkKind) -> bool:
        """Whether the component has this kind now, from a link or from its autonomy."""
        if self.mains(component, kind):
            return True
        store = self._stores.get((component, kind))
        return store is not None and self._charge(store) > 0

    def powered(self, component: str) -> bool:
        """Whether it has all that it stops without, from links or from its reserves, whatever else is broken in it."""
        return all(self.fed(component, kind) for kind in self._stopping)

    def works(self, component: str) -> bool:
        return self._works[component]

    def operate_by_hand(self, component: str, on: bool, cause: int | None) -> None:
        """Somebody stands at a component and operates it (or has left): what it does without commands is over."""
        if (component in self._by_hand) is not on:
            (self._by_hand.add if on else self._by_hand.discard)(component)
            self._notify(component, cause)

    def by_hand(self, component: str) -> bool:
        """Whether somebody operates it on site."""
        return component in self._by_hand

    def demand_w(self, bus: str) -> float:
        """Electric power taken from `bus` by what hangs on it now: each component draws on its first live link."""
        if (known := self._demand.get(bus)) is not None:
            return known
        total = 0.0
        for kind in self._drawn_over:
            for link in self._city.links_out_of(bus, kind):
                draw = self._draws.get(link.target, 0.0)
                if draw and self._link_up[link.id] and self.live_links(link.target, kind)[0].id == link.id:
                    total += draw
        self._demand[bus] = total
        return total

    def watch(self, subject: str, watcher: Watcher) -> None:
        """Be told, at the same instant but later, when anything about a component or a link changed."""
        self._watchers.setdefault(subject, []).append(watcher)

    # inside

    def _on_cut(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        self._cut[target] = bool(active)
        self._refresh_link(self._city.links[target], event)

    def _on_voiceless(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        """A control room works, but its commands do not leave it."""
        (self._voiceless.add if active else self._voiceless.discard)(target)
        for kind in self._commanding:
            for link in self._city.links_out_of(target, kind):
                self._refresh_link(link, event)

    def _on_disabled(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        self._refresh_component(target, event)

    def _refresh_link(self, link: Link, cause: int | None) -> None:
        offered = self._offered.get((link.source, link.kind))
        if offered is None:
            offered = self._works[link.source]
        silent = link.source in self._voiceless and link.kind in self._commanding
        up = offered and not silent and not self._cut.get(link.id, False) and self._path.get(link.id, True)
        if up == self._link_up[link.id]:
            return
        self._link_up[link.id] = up
        if link.kind in self._drawn_over:
            self._demand_changed(link.target)
        ends: dict[str, Value] = {"link_kind": str(link.kind), "source": link.source, "target": link.target}
        code = events.LINK_UP if up else events.LINK_DOWN
        if not up and cause is None and self._clock.now == self._clock.begin:
            code = events.LINK_IDLE
        event = self._log.add(code, link.id, ends, cause=cause)
        self._notify(link.id, event)
        self._notify(link.target, event)
        self._refresh_feed(link, event)

    def _demand_changed(self, component: str) -> None:
        for kind in self._drawn_over:
            for link in self._kinds_into.get((component, kind), ()):
                self._demand.pop(link.source, None)

    def _refresh_feed(self, link: Link, cause: int) -> None:
        key = (link.target, link.kind)
        has = any(self._link_up[other.id] for other in self._kinds_into[key])
        if has == self._has[key]:
            return
        self._has[key] = has
        store, what = self._stores.get(key), {"link_kind": str(link.kind)}
        if has:
            event = self._log.add(events.SUPPLY_BACK, link.target, what, cause=cause, via=link.id)
            if store is not None:
                self._turn(store, draining=False)
        else:
            left = 0.0 if store is None else to_s(round(self._charge(store)))
            # Only batteries are expected; that a data link has no reserve goes without saying.
            without = events.SUPPLY_LOST_NO_RESERVE if link.kind in self._stopping else events.SUPPLY_LOST
            code = events.SUPPLY_LOST_RESERVE if left else without
            event = self._log.add(code, link.target, what, cause=cause, via=link.id, value=left)
            if store is not None:
                self._used[key] = None
                self._turn(store, draining=True)
                if store.charge > 0:
                    self._wait_for_empty(key, store, event)
        self._refresh_component(link.target, event, via=link.id)

    def _turn(self, store: _Store, draining: bool) -> None:
        store.charge = self._charge(store)
        store.since = self._clock.now
        store.draining = draining
        store.serial += 1

    def _charge(self, store: _Store) -> float:
        passed = self._clock.now - store.since
        if store.draining:
            return max(0.0, store.charge - passed)
        return min(float(store.capacity), store.charge + passed * store.capacity / to_ticks(RECHARGE_S))

    def _wait_for_empty(self, key: tuple[str, LinkKind], store: _Store, cause: int) -> None:
        serial, component = store.serial, key[0]

        def empty() -> None:
            if store.serial == serial and store.draining:
                store.charge, store.since = 0.0, self._clock.now
                event = self._log.add(events.AUTONOMY_USED, component, {"link_kind": str(key[1])}, cause=cause)
                self._refresh_component(component, event)

        self._clock.at(self._clock.now + round(store.charge), component, empty)

    def _refresh_component(self, component: str, cause: int | None, via: str | None = None) -> None:
        works = not self._faults.disabled(component) and all(self.fed(component, kind) for kind in self._stopping)
        self._notify(component, cause)
        if works == self._works[component]:
            return
        self._works[component] = works
        event = self._log.add(events.STARTED if works else events.STOPPED, component, cause=cause, via=via)
        self._notify(component, event)
        for link in self._city.links_out_of(component):
            if (component, link.kind) not in self._offered:
                self._refresh_link(link, event)

    def _notify(self, subject: str, cause: int | None) -> None:
        if subject not in self._watchers:
            return
        if subject in self._queued:
            self._queued[subject].append(cause)
            return
        self._queued[subject] = [cause]

        def tell() -> None:
            why = self._log.together(self._queued.pop(subject))
            for watcher in self._watchers[subject]:
                watcher(subject, why)

        self._clock.soon(subject, tell)


class WitnessSupply(Supply):
    """Notes every link whose state is read, whoever reads it and whatever for.

    What a cut changes by itself is the state of its link, and of the target's feed of that kind. All of that is private
    to the supply and leaves it only through the questions below, through calls to who watches the link or its target,
    and, for power, through what works. So if from a moment on nobody asks about a link that carries no power, and
    nobody watches it or its target, a run in which it is cut from then on goes the same way, event for event, apart
    from the log of the cut itself: see `indifferent`.

    A handler of `link-cut` outside the supply is the one other way; the data network has it, for data links.
    """

    _asked: set[tuple[str, LinkKind]] | None = None

    def begin_noting(self) -> None:
        """Forget what was asked until now."""
        self._asked = set()

    def indifferent(self) -> frozenset[str]:
        """Links of which it can be proved that cutting them since `begin_noting` would have changed nothing else."""
        asked, watched = self._asked or set(), self._watchers.keys()
        return frozenset(
            link.id
            for link in self._city.links.values()
            if registry().links[link.kind].private
            and (link.target, link.kind) not in asked
            and link.id not in watched
            and link.target not in watched
        )

    def _note(self, component: str, kind: LinkKind) -> None:
        if self._asked is not None:
            self._asked.add((component, kind))

    def link_up(self, link: str) -> bool:
        found = self._city.links[link]
        self._note(found.target, found.kind)
        return super().link_up(link)

    def mains(self, component: str, kind: LinkKind) -> bool:
        self._note(component, kind)
        return super().mains(component, kind)

    def live_links(self, component: str, kind: LinkKind) -> tuple[Link, ...]:
        self._note(component, kind)
        return super().live_links(component, kind)

    def autonomy_left_s(self, component: str, kind: LinkKind) -> float:
        self._note(component, kind)
        return super().autonomy_left_s(component, kind)

    def fed(self, component: str, kind: LinkKind) -> bool:
        self._note(component, kind)
        return super().fed(component, kind)

    def _refresh_link(self, link: Link, cause: int | None) -> None:
        self._note(link.target, link.kind)
        super()._refresh_link(link, cause)
