"""What is on a component now - faults, power, control - turned into changes of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.contracts.component import Component
from simulator.contracts.link import Fallback
from simulator.coupling.catalogue import LOSS_OF_VIEW
from simulator.coupling.runtime import Runtime
from simulator.domains.ict.catalogue import CONTROL, FALSE_DATA
from simulator.domains.water.commands import Commands, Falsified
from simulator.domains.water.drains import hole_m2
from simulator.domains.water.engine import WaterEngine
from simulator.domains.water.overrides import Force, How, Written

STOPPED, CONTROL_LOST, BLIND, FORGED, ORDERED = "stopped", "control-lost", "blind", "forged", "ordered"
"""Causes for which a link is overridden, beside those that name a component."""
TRUE = (1.0, 0.0)
"""Gain and offset of a true reading."""


@dataclass(frozen=True, slots=True)
class Change:
    """Either the link `where` is overridden for a reason (`how` None: no longer), or node `where` gets a hole or is
    contaminated.

    `area_m2` is None for a link; for a node it is the area of the hole (a tank's: of its drain) times its discharge
    coefficient. `contaminated`, and the `reading` that controls have of the node (gain, offset in m), are None where
    that is not what changes.
    """

    where: int
    why: str
    how: How | None = None
    area_m2: float | None = None
    contaminated: bool | None = None
    reading: tuple[float, float] | None = None


class Changes:
    """Finds what differs between the town and the engine, component by component, and makes it so."""

    def __init__(
        self,
        runtime: Runtime,
        engine: WaterEngine,
        where: Mapping[str, int],
        commands: Commands,
        falsified: Falsified,
    ) -> None:
        self._rt, self._engine, self._where = runtime, engine, where
        self._commands, self._falsified = commands, falsified
        self._readings: dict[int, tuple[float, float]] = {}
        self._holes: dict[int, dict[str, float]] = {}
        self._opened: dict[int, tuple[int, ...]] = {}
        self._contaminated: set[int] = set()
        self._tank_row = {int(node): row for row, node in enumerate(engine.network.tanks)}

    def of(self, component: Component) -> list[Change]:
        """The changes that the state of this component now asks for; empty if the engine has them all."""
        wanted = self._switched(component) if component.kind in ("pump", "valve") else self._fixed(component)
        return [change for change in wanted if self._differs(change)]

    def touches(self, change: Change) -> bool:
        """Whether the network goes another way from now on, rather than at the earliest when its controls next act."""
        if change.reading is not None:
            return self._engine.overrides.would_act(change.where, *change.reading)
        if change.contaminated is not None or change.area_m2 is not None:
            return True
        return self._engine.overrides.touches(change.where, change.why, change.how)

    def make(self, change: Change) -> None:
        """Put one change into the engine; it counts from the next solve."""
        if change.reading is not None:
            self._readings[change.where] = change.reading
            self._engine.overrides.falsify(change.where, *change.reading)
        elif change.contaminated is not None:
            (self._contaminated.add if change.contaminated else self._contaminated.discard)(change.where)
            self._engine.contaminate(change.where, change.contaminated)
        elif change.area_m2 is not None:
            holes = self._holes.setdefault(change.where, {})
            holes[change.why] = change.area_m2
            if change.where in self._tank_row:
                self._engine.drains.set(self._tank_row[change.where], sum(holes.values()))
            else:
                self._engine.set_burst(change.where, sum(holes.values()))
        elif change.how is None:
            self._engine.overrides.release(change.where, change.why)
        else:
            self._engine.overrides.force(change.where, change.why, change.how)

    def _differs(self, change: Change) -> bool:
        if change.reading is not None:
            return self._readings.get(change.where, TRUE) != change.reading
        if change.contaminated is not None:
            return change.contaminated != (change.where in self._contaminated)
        if change.area_m2 is not None:
            return self._holes.get(change.where, {}).get(change.why, 0.0) != change.area_m2
        return self._engine.overrides.how(change.where, change.why) != change.how

    def _switched(self, component: Component) -> list[Change]:
        supply, link = self._rt.supply, self._where[component.id]
        held = not supply.fed(component.id, CONTROL) and any(
            ln.fallback is Fallback.HOLD for ln in self._rt.city.links_into(component.id, CONTROL)
        )
        held = held and not supply.by_hand(component.id)
        stop: Force | None = None
        if component.kind == "pump":
            stop = None if supply.works(component.id) else Force.SHUT
        else:
            held = held or not supply.works(component.id)  # a valve without power stays where it is
            stuck = [f.parameters["position"] for f in self._rt.faults.active(component.id, "valve-stuck")]
            if stuck:
                stop = Force.SHUT if "closed" in stuck else Force.OPEN
        live = supply.live_links(component.id, CONTROL)
        blind = bool(live) and all(self._rt.faults.active(ln.source, LOSS_OF_VIEW.name) for ln in live)
        blind = blind and not supply.by_hand(component.id)
        # the hold comes first, so that the set-point it keeps is the one from before the stop
        holds = [Change(link, why, Force.HOLD if so else None) for why, so in ((CONTROL_LOST, held), (BLIND, blind))]
        forged = self._commands.forged(component, link, live)
        ordered = Change(link, ORDERED, self._ordered(component, link, bool(live) or held, forged is not None))
        return [*holds, ordered, Change(link, FORGED, forged), Change(link, STOPPED, stop)]

    def _ordered(self, component: Component, link: int, reached: bool, forged: bool) -> How | None:
        """What its control room has ordered, which stands until the next order. A device that nobody reaches and that
        controls itself then, or that somebody operates on site, follows no order; one whose orders are forged follows
        those."""
        orders = self._rt.orders
        if not orders.commanded(component.id) or not reached or self._rt.supply.by_hand(component.id):
            return None
        setting = orders.order(component.id)
        if setting is None or forged:
            return Force.HOLD
        interlocked = bool(component.parameters.get("interlock", False))
        return Written(self._engine.overrides.setpoint(link, setting), interlocked)

    def _fixed(self, component: Component) -> list[Change]:
        faults, where = self._rt.faults, self._where[component.id]
        isolated = bool(faults.active(component.id, "isolated"))
        how = Force.SHUT if isolated else None
        links = (where,) if component.kind == "pipe" else self._engine.network.links_at[where]
        wanted = [Change(link, f"isolated {component.id}", how) for link in links]
        if component.kind in ("tank", "junction"):
            wanted.append(Change(where, FALSE_DATA.name, reading=self._falsified.reading(component.id)))
        if component.kind in ("tank", "reservoir"):
            return wanted + self._stored(component, where)
        burst = faults.active(component.id, "burst")
        if component.kind == "junction":
            wanted.append(Change(where, component.id, area_m2=hole_m2(burst, self._widest_m(where))))
        elif component.kind == "pipe":
            holes = dict.fromkeys(self._opened.get(where, ()), 0.0)
            for node, own in self._engine.network.at_places(where, burst).items():
                holes[node] = 0.0 if isolated else hole_m2(own, float(self._engine.network.diameter_m[where]))
            self._opened[where] = tuple(holes)
            wanted += [Change(node, component.id, area_m2=area) for node, area in holes.items()]
        return wanted

    def _widest_m(self, node: int) -> float:
        """The diameter of the widest main that ends here."""
        network = self._engine.network
        return max((float(network.diameter_m[link]) for link in network.links_at[node]), default=0.0)

    def _stored(self, component: Component, where: int) -> list[Change]:
        """What is wrong with a tank or source, beside that it may be closed off."""
        faults, name = self._rt.faults, component.id
        fault = "tank-contaminated" if component.kind == "tank" else "source-contaminated"
        wanted = [Change(where, fault, contaminated=bool(faults.active(name, fault)))]
        if component.kind == "tank":
            return [*wanted, Change(where, name, area_m2=hole_m2(faults.active(name, "tank-drained")))]
        how = Force.SHUT if faults.active(name, "source-lost") else None
        return wanted + [Change(link, f"lost {name}", how) for link in self._engine.network.links_at[where]]
