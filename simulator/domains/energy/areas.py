"""The area that each substation feeds: how it is supplied when the infeed is gone, and how it comes back, in steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from simulator.coupling.runtime import Runtime
from simulator.domains.energy import events
from simulator.domains.energy.model import Bools, Ints, Site
from simulator.domains.energy.state import GridState

INFEED, RING, ISLAND, NONE = "infeed", "ring", "island", "none"
_WHY = {
    INFEED: events.AREA_INFEED,
    RING: events.AREA_RING,
    ISLAND: events.AREA_ISLAND,
    NONE: events.AREA_NONE,
}

RING_SHARE = 0.5
"""The ring counts as carrying an area while at least this share of its rated load is fed over it (assumption)."""


class Areas:
    """Modes of the substations, and the steps of their return.

    A substation's area is what hangs on its busbar at the begin. *infeed* while it feeds; else *ring* while enough of
    the area is fed from other substations over ring points, *island* while a grid battery carries any of it, *none*.

    After an outage the part of the area that was dark comes back in `restore_steps`, `restore_step_s` apart, feeder by
    feeder of its busbar, those with buses of priority 1 first: all at once would draw too much (cold-load pick-up).
    `changed` is called at each step.
    """

    def __init__(self, runtime: Runtime, state: GridState, changed: Callable[[int], None]) -> None:
        self._runtime, self._state, self._changed = runtime, state, changed
        label = state.parts().label
        self._area: dict[str, Bools] = {site.id: label == label[site.busbar] for site in state.grid.sites}
        self._mode = {site.id: INFEED for site in state.grid.sites if site.id in runtime.city.components}
        self._fed: Bools = state.site_ok.copy()
        self._serial = dict.fromkeys(self._area, 0)

    def before(self, up: Bools, cause: int | None, told: dict[int, int]) -> None:
        """Before a solve: substations that are back hold back part of what is dark now (`up` is what was fed).

        `told` takes the event for every bus that has to wait.
        """
        now = self._state.site_ok
        for i, site in enumerate(self._state.grid.sites):
            if now[i] == self._fed[i]:
                continue
            self._serial[site.id] += 1
            self._state.restore_shed &= ~self._area[site.id]
            if now[i]:
                self._hold_back(site, self._area[site.id] & ~up, cause, told)
        self._fed = now.copy()

    def after(self, up: Bools, cause: int | None) -> None:
        """After a solve: what carries each area now."""
        grid, live = self._state.grid, self._state.parts().live
        for i, site in enumerate(grid.sites):
            if site.id not in self._mode:
                continue
            area, mode, share = self._area[site.id], INFEED, 1.0
            if not self._state.site_ok[i]:
                load = float(grid.bus_rated_w[area].sum())
                ring = float(grid.bus_rated_w[area & up & live].sum())
                share = ring / load if load else 0.0
                carried = bool((area & up & ~live & (grid.bus_rated_w > 0)).any())
                mode = RING if share >= RING_SHARE else ISLAND if carried else NONE
            before = self._mode[site.id]
            if mode == before:
                continue
            self._mode[site.id] = mode
            params = {"share": share} if mode in (RING, NONE) else None
            because = (
                self._state.why(area, cause, self._runtime.log) if mode in (NONE, ISLAND) or cause is None else cause
            )
            self._runtime.mode(site.id, before, mode, _WHY[mode], params, because)

    def _hold_back(self, site: Site, dark: Bools, cause: int | None, told: dict[int, int]) -> None:
        component = self._runtime.city.components.get(site.id)
        grid = self._state.grid
        steps = 1 if component is None else max(1, int(component.number("restore_steps")))
        feeders = self._feeders(site, dark & (grid.bus_rated_w > 0))
        sizes = np.array_split(np.arange(len(feeders)), steps)
        groups = [np.concatenate([feeders[i] for i in part]) for part in sizes if len(part)]
        if component is None or len(groups) < 2:
            return
        event = self._runtime.log.add(events.RETURNS_IN_STEPS, site.id, cause=cause, value=float(len(groups)))
        for k, group in enumerate(groups[1:], start=1):
            self._state.restore_shed[group] = True
            told.update((int(bus), event) for bus in group)
            release = partial(self._release, site.id, self._serial[site.id], group, k + 1, len(groups), event)
            self._runtime.clock.after(k * component.number("restore_step_s"), site.id, release)

    def _feeders(self, site: Site, dark: Bools) -> list[Ints]:
        """The dark buses of an area by the feeder of its busbar that leads to them, those with lifelines first."""
        state = self._state
        at = ~np.isin(state.grid.end_bus, list(state.busbar(site)))
        label = state.parts(state.closed & at).label
        groups = [np.flatnonzero(dark & (label == one)) for one in np.unique(label[dark]).tolist()]
        return sorted(groups, key=lambda group: (int(state.grid.bus_priority[group].min()), int(group[0])))

    def _release(self, site: str, serial: int, buses: np.ndarray, step: int, steps: int, cause: int) -> None:
        if serial == self._serial[site]:
            self._state.restore_shed[buses] = False
            of = {"step": step, "steps": steps}
            self._changed(self._runtime.log.add(events.RETURN_STEP, site, of, cause=cause))
