"""Power plants that hold the voltage of their bus (PV nodes): an outer loop on the angle round power-grid-model.

A plant that holds its voltage is a source at that voltage, and its angle is moved until it feeds its power. The step is
Newton's, by the change of the plants' power with their angles while all of them hold their voltage, found from one
batch of power flows with each angle moved a little. It is kept from flow to flow and found anew only where it no longer
helps. When the powers fit, a plant beyond its reactive power is clamped there and lets its voltage go; it is released
when its voltage passes what it should hold.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import power_grid_model as pgm
from power_grid_model.errors import PowerGridError

from simulator.domains.energy.islands import connected
from simulator.domains.energy.model import Bools, Floats, Grid, Inputs, Ints

ROUNDS = 40
"""Power flows spent on the angles before the plants count as not converged."""
SWITCHINGS = 20
"""Times that plants are clamped or released before the last state is taken as not converged."""
FITS = 1e-9
"""Power by which the plants may miss, as a share of all they feed."""
HELPS = 0.3
"""The error must fall to this share in a step, or the step is found anew."""
NUDGE_RAD = 1e-4
"""Angle by which each plant is moved to find the step."""
RELEASES = 2
"""Times that one plant is released: one that goes in and out for ever stays clamped."""
SAME_PU = 1e-7
"""Difference of a voltage that releases no plant."""


class NotConverged(Exception):
    """No angles were found at which all plants feed their power."""


class Holding:
    """The plants of one grid. `angles` are those of the last power flow, where the next one starts."""

    def __init__(self, grid: Grid, data: dict[str, Any], tolerance: float, limited: bool = True) -> None:
        """`limited` says whether the plants keep within their reactive power."""
        sites, nodes = grid.plants, np.asarray(data["node"]["id"])
        self._grid, self._tolerance, self._limited = grid, tolerance, limited
        self._bus = np.array([site.bus for site in sites], dtype=np.int64)
        self._node = np.array([np.flatnonzero(nodes == nodes[bus])[0] for bus in self._bus], dtype=np.int64)
        self._gen = np.array([site.gen for site in sites], dtype=np.int64)
        self._held = np.array([site.held_pu for site in sites])
        self._least = np.array([site.q_min_var for site in sites])
        self._most = np.array([site.q_max_var for site in sites])
        source_ids = grid.source_pgm[[site.source for site in sites]]
        self._row = np.array([np.flatnonzero(data["source"]["id"] == i)[0] for i in source_ids], dtype=np.int64)
        self._sources = pgm.initialize_array(pgm.DatasetType.update, pgm.ComponentType.source, len(sites))
        self._sources["id"] = source_ids
        self._gens = pgm.initialize_array(pgm.DatasetType.update, pgm.ComponentType.sym_gen, len(sites))
        self._gens["id"] = grid.gen_pgm[self._gen]
        self._ties = grid.ties()
        self._unloaded = _turned(data, self._node)
        self.angles: Floats | None = None
        self._step: tuple[Ints, Floats] | None = None
        self.flows = 0

    def run(self, model: pgm.PowerGridModel, inputs: Inputs, outputs: list[Any]) -> Any:
        """The power flow of `model` with all plants at their power. Leaves the model's own rows of plants as solved.

        Raises `NotConverged`, or power-grid-model's own error for a power flow without solution.
        """
        power, holds, limits = self._shares(inputs)
        clamp, released = np.zeros(len(self._bus), dtype=np.int64), np.zeros(len(self._bus), dtype=np.int64)
        scale = float(np.abs(inputs.gen_w).sum() + inputs.load_w.sum()) or 1.0
        for _ in range(SWITCHINGS):
            reactive = np.where(clamp > 0, limits[1], np.where(clamp < 0, limits[0], 0.0))
            out = self._balance(model, power, reactive, holds & (clamp == 0), inputs, outputs)
            if not self._limited:
                return out
            free = holds & (clamp == 0)
            given = out[pgm.ComponentType.source]["q"][self._row]
            voltage = out[pgm.ComponentType.node]["u_pu"][self._node]
            over = (free & (given > limits[1] + FITS * scale)).astype(np.int64)
            over -= free & (given < limits[0] - FITS * scale)
            clamp += over
            if over.any():
                continue
            past = np.where(released < RELEASES, clamp * (voltage - self._held), 0.0)
            if past.max() <= SAME_PU:
                return out
            freed = int(past.argmax())  # one after the other: many at once would go in and out together
            clamp[freed] = 0
            released[freed] += 1
        raise NotConverged

    def approximate(self, model: pgm.PowerGridModel, inputs: Inputs, outputs: list[Any]) -> Any:
        """A linearised power flow with all plants feeding their power and holding no voltage."""
        power, holds, _ = self._shares(inputs)
        self._set(model, power, np.zeros_like(power), np.zeros_like(holds), np.zeros_like(power))
        self.angles = self._step = None
        linear = pgm.CalculationMethod.linear_current
        return model.calculate_power_flow(calculation_method=linear, output_component_types=outputs)

    def _shares(self, inputs: Inputs) -> tuple[Floats, Bools, tuple[Floats, Floats]]:
        """Power of each plant, which of them hold, and their limits. Where several hang together over busbar ties, the
        first one stands for all; at an infeed none holds anything."""
        grid, on = self._grid, inputs.plant_on
        ties = self._ties[inputs.end_closed[self._ties].all(axis=1)]
        label = connected(len(grid.bus_ids), grid.end_bus[ties[:, 0]], grid.end_bus[ties[:, 1]])
        power, holds = np.zeros(len(on)), np.zeros(len(on), dtype=np.bool_)
        least, most = np.zeros(len(on)), np.zeros(len(on))
        fed = set(label[grid.source_bus[inputs.source_on]].tolist())
        first: dict[int, int] = {}
        for i in np.flatnonzero(on).tolist():
            at = int(label[self._bus[i]])
            one = first.setdefault(at, i)
            holds[one] = at not in fed
            power[one] += inputs.gen_w[self._gen[i]]
            least[one] += self._least[i]
            most[one] += self._most[i]
        return power, holds, (least, most)

    def _set(self, model: pgm.PowerGridModel, power: Floats, reactive: Floats, holds: Bools, angles: Floats) -> None:
        self._sources["status"], self._sources["u_ref_angle"] = holds, angles
        self._gens["p_specified"] = np.where(holds, 0.0, power)
        self._gens["q_specified"] = np.where(holds, 0.0, reactive)
        rows = {pgm.ComponentType.source: self._sources, pgm.ComponentType.sym_gen: self._gens}
        model.update(update_data=rows)

    def _flow(self, model: pgm.PowerGridModel, outputs: list[Any], **more: Any) -> Any:
        self.flows += 1
        return model.calculate_power_flow(error_tolerance=self._tolerance, output_component_types=outputs, **more)

    def _balance(
        self,
        model: pgm.PowerGridModel,
        power: Floats,
        reactive: Floats,
        holds: Bools,
        inputs: Inputs,
        outputs: list[Any],
    ) -> Any:
        """Move the angles of the plants that hold until each feeds its power."""
        if not holds.any():
            self._set(model, power, reactive, holds, np.zeros(len(power)))
            return self._flow(model, outputs)
        starts = [] if self.angles is None else [self.angles]
        for angles in (*starts, None, self._unloaded):
            try:
                return self._newton(model, power, reactive, holds, angles, inputs, outputs)
            except (PowerGridError, NotConverged):
                self.angles = self._step = None
        raise NotConverged

    def _newton(
        self,
        model: pgm.PowerGridModel,
        power: Floats,
        reactive: Floats,
        holds: Bools,
        angles: Floats | None,
        inputs: Inputs,
        outputs: list[Any],
    ) -> Any:
        who = np.flatnonzero(holds)
        if angles is None:
            angles = self._start(model, power, reactive)
        enough = FITS * (float(np.abs(power).sum()) + float(inputs.load_w.sum()))
        before = np.inf
        for _ in range(ROUNDS):
            self._set(model, power, reactive, holds, angles)
            out = self._flow(model, outputs)
            missing = power[who] - out[pgm.ComponentType.source]["p"][self._row[who]]
            error = float(np.abs(missing).max())
            if error <= enough:
                self.angles = angles
                return out
            if self._step is None or not np.array_equal(self._step[0], who) or error > HELPS * before:
                self._step = (who, self._slopes(model, who, angles, out))
            before = error
            angles = angles.copy()
            angles[who] += np.linalg.solve(self._step[1], missing)
        raise NotConverged

    def _start(self, model: pgm.PowerGridModel, power: Floats, reactive: Floats) -> Floats:
        """Angles at the plants in a linearised flow in which they feed their power and hold nothing."""
        none = np.zeros(len(power), dtype=np.bool_)
        self._set(model, power, reactive, none, np.zeros(len(power)))
        linear = pgm.CalculationMethod.linear_current
        node = [pgm.ComponentType.node]
        out = model.calculate_power_flow(calculation_method=linear, output_component_types=node)
        return np.array(out[pgm.ComponentType.node]["u_angle"][self._node])

    def _slopes(self, model: pgm.PowerGridModel, who: Ints, angles: Floats, here: Any) -> Floats:
        """Change of the power of each plant that holds with the angle of each, W a radian, at held voltages."""
        batch = pgm.initialize_array(pgm.DatasetType.update, pgm.ComponentType.source, (len(who), 1))
        batch["id"][:, 0] = self._sources["id"][who]
        batch["u_ref_angle"][:, 0] = angles[who] + NUDGE_RAD
        source = pgm.ComponentType.source
        out = self._flow(model, [source], update_data={source: batch})
        moved = out[source]["p"][:, self._row[who]] - here[source]["p"][self._row[who]]
        return np.asarray(moved.T / NUDGE_RAD, dtype=np.float64)


def _turned(data: dict[str, Any], at: Ints) -> Floats:
    """Angles of these nodes (places in the table) if nothing flowed: what transformers turn on the way from an infeed.

    Where the linearised flow is of no use as a start, as in a heavily loaded grid, the first step from here is that
    of a direct-current power flow.
    """
    near: dict[Any, list[tuple[Any, float]]] = {}

    def join(a: Any, b: Any, turn: float) -> None:
        near.setdefault(int(a), []).append((int(b), -turn))
        near.setdefault(int(b), []).append((int(a), turn))

    for table in ("line", "link", "transformer", "generic_branch"):
        for row in data.get(table, ()):
            turn = float(row["clock"]) * np.pi / 6 if table == "transformer" else 0.0
            join(row["from_node"], row["to_node"], float(row["theta"]) if table == "generic_branch" else turn)
    for row in data.get("three_winding_transformer", ()):
        for other, clock in (("node_2", "clock_12"), ("node_3", "clock_13")):
            join(row["node_1"], row[other], float(row[clock]) * np.pi / 6)
    found: dict[Any, float] = {}
    for source in data["source"]:
        if source["status"] and int(source["node"]) not in found:
            found[int(source["node"])] = float(np.nan_to_num(source["u_ref_angle"]))
    waiting = list(found)
    while waiting:
        node = waiting.pop()
        for other, turn in near.get(node, ()):
            if other not in found:
                found[other] = found[node] + turn
                waiting.append(other)
    return np.array([found.get(int(node), 0.0) for node in np.asarray(data["node"]["id"])[at]])
