"""The treatment plant, and all that reaches water bodies without having passed it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.contracts.component import Component
from simulator.contracts.event import EventCode
from simulator.coupling.runtime import Quantity, Runtime
from simulator.domains.wastewater import catalogue as c
from simulator.domains.wastewater import events
from simulator.domains.wastewater.engine import SewerEngine

_LEAST_M3_S = 1e-4
"""A spill of less than 0.1 l/s is none (assumption)."""


class Plants:
    """Every plant stands at an outfall and treats what leaves there, up to its capacity and as far as its stages work.

    What leaves through an outfall without a plant is untreated. `treated_share` is of all that left since the last
    look, 1 where nothing did. Volumes count from the beginning.
    """

    def __init__(self, runtime: Runtime, engine: SewerEngine, where: Mapping[str, int]) -> None:
        self._rt, self._engine = runtime, engine
        self._plants = runtime.city.of_kind(c.PLANT)
        at = {plant.text("outfall"): plant for plant in self._plants}
        self._outfalls = tuple((out, where[out.id], at.get(out.id)) for out in runtime.city.of_kind(c.OUTFALL))
        self._mode = dict.fromkeys((plant.id for plant in self._plants), c.FULL)
        self._untreated_m3 = {out.id: 0.0 for out, _, _ in self._outfalls}
        self._left_m3 = dict.fromkeys(self._untreated_m3, 0.0)
        self._spills: dict[str, tuple[int, float]] = {}
        self._beyond: dict[str, tuple[int, float]] = {}
        self._latest: int | None = None
        self.cause: int | None = None
        """The event that explains `treated_share`: a spill or a plant that works no more, or that this is over."""
        self._last_s = 0.0
        self.treated_share = 1.0
        self._treated_of = dict.fromkeys((plant.id for plant in self._plants), 1.0)
        for name in (c.PLANT_OUT.name, c.BIOLOGY_OUT.name):
            runtime.faults.handle(name, lambda target, fault, active, event: self.judge(target, event))
        for plant in self._plants:
            runtime.supply.watch(plant.id, self.judge)
            self.judge(plant.id, None)
        ids = tuple(plant.id for plant in self._plants)
        outs = {plant.id: plant.text("outfall") for plant in self._plants}
        names = (*(out.id for out, _, _ in self._outfalls), *ids)
        if names:
            runtime.quantities.register(
                Quantity(
                    "untreated_m3",
                    "m3",
                    names,
                    lambda: np.array([self._untreated_m3.get(outs.get(name, name), 0.0) for name in names]),
                )
            )
        if ids:
            runtime.quantities.register(
                Quantity("treated_share", "1", ids, lambda: np.array([self._treated_of[name] for name in ids]))
            )

    def judge(self, plant: str, cause: int | None) -> None:
        """Its mode, from its power and the faults on it."""
        if plant not in self._mode:
            return
        component = self._rt.city.components[plant]
        mode, why = self._stage(component)
        self._rt.supply.draw(plant, component.number("drawn_w") if self._rt.supply.works(plant) else 0.0)
        if mode != self._mode[plant]:
            self._latest = self._rt.mode(plant, self._mode[plant], mode, why, None, cause)
            self._mode[plant] = mode

    def _stage(self, plant: Component) -> tuple[str, EventCode]:
        if not self._rt.supply.works(plant.id):
            return c.BYPASS, events.PLANT_BYPASS
        if self._rt.faults.active(plant.id, c.BIOLOGY_OUT.name):
            return c.MECHANICAL, events.PLANT_MECHANICAL
        return c.FULL, events.PLANT_FULL

    def refresh(self, cause: int | None, spilled_by: Mapping[str, int | None]) -> None:
        """Take over what left since the last time. `spilled_by` has the events by which outfalls came to spill."""
        passed = self._engine.t_s - self._last_s
        self._last_s = self._engine.t_s
        if passed <= 0:
            return
        all_of_it = treated = 0.0
        beyond = False
        for out, node, plant in self._outfalls:
            left = float(self._engine.left_m3[node])
            flow, self._left_m3[out.id] = max(0.0, left - self._left_m3[out.id]) / passed, left
            good = 0.0 if plant is None else min(flow, plant.number("capacity_m3_s")) * self._share(plant)
            all_of_it, treated = all_of_it + flow, treated + good
            if plant is not None:
                self._treated_of[plant.id] = good / flow if flow > _LEAST_M3_S else self._share(plant)
                beyond = beyond or flow > plant.number("capacity_m3_s")
            before = self._untreated_m3[out.id]
            self._untreated_m3[out.id] += (flow - good) * passed
            if plant is not None:
                self._log_beyond(plant, out.id, flow, before, cause)
            else:
                known = spilled_by.get(out.id)
                self._log_spill(out.id, flow, before, cause if known is None else known)
        self.treated_share = treated / all_of_it if all_of_it > _LEAST_M3_S else 1.0
        self.cause = cause if self._latest is None or (beyond and not self._spills) else self._latest

    def _share(self, plant: Component) -> float:
        mode = self._mode[plant.id]
        return {c.FULL: 1.0, c.MECHANICAL: plant.number("mechanical_share")}.get(mode, 0.0)

    def _log_beyond(self, plant: Component, outfall: str, flow: float, before: float, cause: int | None) -> None:
        """All stages may work, and most of what comes leaves untreated."""
        more = flow - plant.number("capacity_m3_s")
        if more > _LEAST_M3_S and plant.id not in self._beyond:
            event = self._rt.log.add(events.PLANT_BEYOND, plant.id, cause=cause, value=round(flow, 4))
            self._beyond[plant.id] = (event, before)
        elif more <= 0 and plant.id in self._beyond:
            event, before = self._beyond.pop(plant.id)
            ran_out = round(self._untreated_m3[outfall] - before, 1)
            self._rt.log.add(events.PLANT_WITHIN, plant.id, cause=event, value=ran_out)

    def _log_spill(self, outfall: str, flow: float, before: float, cause: int | None) -> None:
        if flow > _LEAST_M3_S and outfall not in self._spills:
            event = self._latest = self._rt.log.add(events.SPILLS, outfall, cause=cause, value=flow)
            self._spills[outfall] = (event, before)
        elif flow <= _LEAST_M3_S and outfall in self._spills:
            event, before = self._spills.pop(outfall)
            ran_out = self._untreated_m3[outfall] - before
            self._latest = self._rt.log.add(events.SPILL_OVER, outfall, cause=event, value=ran_out)
