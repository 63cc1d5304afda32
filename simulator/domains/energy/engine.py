"""Adapter to power-grid-model: one model kept alive, told only what changed, solved only if anything did."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import power_grid_model as pgm
from power_grid_model.errors import IterationDiverge, SparseMatrixError
from power_grid_model.utils import json_deserialize

from simulator.domains.energy.holding import Holding, NotConverged
from simulator.domains.energy.model import Bools, Floats, Grid, Inputs, Ints, Solution

Dataset = dict[str, Any]
"""PGM input tables by component name, as NumPy structured arrays."""

TOLERANCE = 1e-8
"""Largest change of a voltage (p.u.) in the last iteration; power-grid-model's own default."""

_END_STATUS = {
    "line": ("from_status", "to_status"),
    "link": ("from_status", "to_status"),
    "transformer": ("from_status", "to_status"),
    "generic_branch": ("from_status", "to_status"),
    "three_winding_transformer": ("status_1", "status_2", "status_3"),
}


def load_dataset(text: str) -> Dataset:
    """Read a PGM dataset from its JSON form. Raises power-grid-model's own errors for a broken one."""
    return {str(name.value): rows for name, rows in json_deserialize(text).items()}


def append_rows(data: Dataset, table: str, **columns: Any) -> Ints:
    """Add rows with fresh ids; returns the ids."""
    count = len(next(iter(columns.values())))
    first = 1 + max(int(rows["id"].max()) for rows in data.values() if len(rows))
    new = pgm.initialize_array(pgm.DatasetType.input, pgm.ComponentType[table], count)
    new["id"] = np.arange(first, first + count)
    for name, values in columns.items():
        new[name] = values
    data[table] = np.concatenate([data[table], new]) if table in data else new
    return np.arange(first, first + count, dtype=np.int64)


class Solver:
    """Power flow over one grid. `solves` counts power flows, `skipped` those that an unchanged input saved."""

    def __init__(self, grid: Grid, data: Dataset, frequency_hz: float, limit_plants: bool = True) -> None:
        """`limit_plants` says whether plants that hold their voltage keep within their reactive power."""
        self._grid = grid
        self._holding = Holding(grid, data, TOLERANCE, limit_plants) if grid.plants else None
        self._model = pgm.PowerGridModel(
            {pgm.ComponentType[name]: rows for name, rows in data.items()}, system_frequency=frequency_hz
        )
        self._tables = _rows_by_table(grid, data)
        self._bus_row = _places(data["node"]["id"], grid_nodes(data))
        self._source_row = _places(data["source"]["id"], grid.source_pgm)
        self._loads = _Injections(pgm.ComponentType.sym_load, np.r_[grid.load_pgm, grid.draw_pgm, grid.charge_pgm])
        self._plants = _Injections(pgm.ComponentType.sym_gen, grid.gen_pgm)
        self._outputs = [pgm.ComponentType[name] for name in ("node", "source", *self._tables)]
        self._applied: Inputs | None = None
        self._last: Solution | None = None
        self.solves = 0
        self.skipped = 0

    def solve(self, inputs: Inputs) -> Solution:
        """The power flow for these inputs; the last one again if they have not changed."""
        changes = self._changes(inputs)
        if not changes and self._last is not None:
            self.skipped += 1
            return self._last
        if changes:
            self._model.update(update_data=changes)
        self._applied = inputs
        self._last = self._run(self._model, inputs)
        return self._last

    def what_if(self, inputs: Inputs) -> Solution:
        """The power flow for other inputs, on a copy: nothing is operated."""
        changes = self._changes(inputs)
        if not changes and self._last is not None:
            return self._last
        model = copy.copy(self._model)
        model.update(update_data=changes)
        return self._run(model, inputs)

    def batch(self, inputs: Inputs, ends: Sequence[Bools]) -> list[Solution]:
        """Power flows for the same inputs with other ends closed, solved as one batch; nothing is operated.

        Plants that hold their voltage need several flows each, and those without a solution a linearised one: these
        are solved one after the other.
        """
        cases = [replace(inputs, end_closed=closed) for closed in ends]
        if self._holding is not None or not cases:
            return [self.what_if(case) for case in cases]
        self.solve(inputs)
        model, update = copy.copy(self._model), dict[Any, Any]()
        changes = [self._changes(case) for case in cases]
        for table in {table for change in changes for table in change}:
            rows = [change[table] for change in changes if table in change]
            sizes = [len(change.get(table, ())) for change in changes]
            starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
            update[table] = dict(indptr=starts, data=np.concatenate(rows))  # noqa: C408 - power-grid-model's own names
        if not update:
            return [self.what_if(case) for case in cases]
        out = model.calculate_power_flow(
            update_data=update,
            error_tolerance=TOLERANCE,
            output_component_types=self._outputs,
            continue_on_batch_error=True,
        )
        failed = set() if model.batch_error is None else set(model.batch_error.failed_scenarios.tolist())
        self.solves += len(cases)
        return [
            self.what_if(case) if i in failed else self._read({table: rows[i] for table, rows in out.items()}, False)
            for i, case in enumerate(cases)
        ]

    def _run(self, model: pgm.PowerGridModel, inputs: Inputs) -> Solution:
        self.solves += 1
        approximate = False
        try:
            out = self._flow(model, inputs)
        except (IterationDiverge, SparseMatrixError, NotConverged):
            approximate = True
            out = self._linear(model, inputs)
        return self._read(out, approximate)

    def _read(self, out: Any, approximate: bool) -> Solution:
        loading, through = np.zeros(len(self._grid.branch_ids)), np.zeros(len(self._grid.branch_ids))
        for name, (branches, rows) in self._tables.items():
            table = out[pgm.ComponentType[name]]
            loading[branches] = table["loading"][rows]
            ends = np.sort(
                [table[end][rows] for end in ("s_1", "s_2", "s_3", "s_from", "s_to") if end in table.dtype.names], 0
            )
            through[branches] = loading[branches] * ends[-2] / np.maximum(ends[-1], 1e-9)
        nodes = out[pgm.ComponentType.node]
        voltage = np.where(nodes["energized"] == 1, nodes["u_pu"], 0.0)[self._bus_row]
        return Solution(voltage, loading, through, out[pgm.ComponentType.source]["p"][self._source_row], approximate)

    def _flow(self, model: pgm.PowerGridModel, inputs: Inputs) -> Any:
        if self._holding is not None:
            return self._holding.run(model, inputs, self._outputs)
        return model.calculate_power_flow(error_tolerance=TOLERANCE, output_component_types=self._outputs)

    def _linear(self, model: pgm.PowerGridModel, inputs: Inputs) -> Any:
        if self._holding is not None:
            return self._holding.approximate(model, inputs, self._outputs)
        linear = pgm.CalculationMethod.linear_current
        return model.calculate_power_flow(calculation_method=linear, output_component_types=self._outputs)

    def _changes(self, inputs: Inputs) -> dict[Any, Any]:
        old, grid = self._applied, self._grid
        changes: dict[Any, Any] = {}
        self._branch_changes(changes, inputs.end_closed, None if old is None else old.end_closed)
        if old is None or not old.same_loads(inputs):
            p_w = np.concatenate([inputs.load_w, inputs.draw_w, inputs.charge_w])
            self._loads.change(changes, p_w, inputs.load_var)
        if old is None or not np.array_equal(old.gen_w, inputs.gen_w):
            self._plants.change(changes, inputs.gen_w)
        moved = _moved(inputs.source_on, None if old is None else old.source_on)
        if len(moved):
            rows = pgm.initialize_array(pgm.DatasetType.update, pgm.ComponentType.source, len(moved))
            rows["id"], rows["status"] = grid.source_pgm[moved], inputs.source_on[moved]
            changes[pgm.ComponentType.source] = rows
        return changes

    def _branch_changes(self, changes: dict[Any, Any], now: Bools, before: Bools | None) -> None:
        grid = self._grid
        moved = _moved(now, before)
        if not len(moved):
            return
        touched = np.zeros(len(grid.branch_ids), dtype=np.bool_)
        touched[grid.end_branch[moved]] = True
        for name, (branches, _) in self._tables.items():
            here = branches[touched[branches]]
            if not len(here):
                continue
            place = np.full(len(grid.branch_ids), -1)
            place[here] = np.arange(len(here))
            rows = pgm.initialize_array(pgm.DatasetType.update, pgm.ComponentType[name], len(here))
            rows["id"] = grid.branch_pgm[here]
            ends = np.flatnonzero(place[grid.end_branch] >= 0)
            for side, column in enumerate(_END_STATUS[name]):
                of_side = ends[grid.end_side[ends] == side]
                rows[column][place[grid.end_branch[of_side]]] = now[of_side]
            changes[pgm.ComponentType[name]] = rows


def grid_nodes(data: Mapping[str, Any]) -> Ints:
    """Node ids in the order of the dataset: the order of buses everywhere in this domain."""
    return np.asarray(data["node"]["id"], dtype=np.int64)


def _places(ids: Any, wanted: Ints) -> Ints:
    order = np.argsort(ids, kind="stable")
    return np.asarray(order[np.searchsorted(np.asarray(ids)[order], wanted)], dtype=np.int64)


def _rows_by_table(grid: Grid, data: Dataset) -> dict[str, tuple[Ints, Ints]]:
    names = np.array(grid.branch_table)
    out = {}
    for name in dict.fromkeys(grid.branch_table):
        branches = np.flatnonzero(names == name)
        out[name] = (branches, _places(data[name]["id"], grid.branch_pgm[branches]))
    return out


def _moved(now: Bools | Floats, before: Bools | Floats | None) -> Ints:
    return np.arange(len(now)) if before is None else np.flatnonzero(now != before)


class _Injections:
    """The update rows of all loads or all plants: when the load of the day goes on, nearly all of them change."""

    def __init__(self, table: Any, ids: Ints) -> None:
        self._table = table
        self._rows = pgm.initialize_array(pgm.DatasetType.update, table, len(ids))
        self._rows["id"] = ids

    def change(self, changes: dict[Any, Any], p_w: Floats, first_var: Floats | None = None) -> None:
        """Add all rows to `changes`; those beyond `first_var` keep the reactive power that they have."""
        if not len(self._rows):
            return
        self._rows["p_specified"] = p_w
        if first_var is not None:
            self._rows["q_specified"][: len(first_var)] = first_var
        changes[self._table] = self._rows
