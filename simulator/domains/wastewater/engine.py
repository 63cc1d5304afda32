"""EPA SWMM as a stepwise engine: the file's own stepping, open-ended, SI on the way out.

SWMM holds one project a process, so only one `SewerEngine` can be open at a time; a forked process goes on with its own
copy. Three additions are made to the file, none of which any water passes until it is called upon:

- for each pump a dry *switch* and two control rules of the highest priority. SWMM's level switches are looked at before
  each routing step, and a target setting of 0 that is written from outside is undone by them in the same step; rules
  come after them. So a pump that is to stand does so at every step, whatever its levels or the file's own rules say.
- for each storage unit that pumps draw from an outlet for suction trucks, as a pump of its own.
- options: one thread (an OpenMP pool does not survive a fork), rules looked at in every step, no results file.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np

from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words
from simulator.domains.wastewater.inp import M_PER_FT, InpFile, read_inp
from simulator.domains.wastewater.model import SewerNetwork

_ = Words("simulator.domains.wastewater")

_ADDED = "STADTWERK"
_PRIORITY = 1_000_000
_LONGEST_DRY_STEP_S = 300
"""Rain from a scenario begins at the next runoff step, which in dry weather is an hour unless a file says otherwise."""
_NO_FLOW_M3_S = 1e-9


class SwmmError(RuntimeError):
    """SWMM failed in mid-run, or a second project was to be opened in this process."""


@dataclass(frozen=True, slots=True)
class Balance:
    """The water of a run in m3; `overflow_m3` is what came out of manholes and wells that have no other way out."""

    dry_weather_m3: float
    runoff_m3: float
    other_inflow_m3: float
    stored_before_m3: float
    outflow_m3: float
    overflow_m3: float
    lost_m3: float
    stored_m3: float

    @property
    def error(self) -> float:
        """What is missing in the end, as a share of what came: the continuity error of the routing."""
        came = self.dry_weather_m3 + self.runoff_m3 + self.other_inflow_m3 + self.stored_before_m3
        went = self.outflow_m3 + self.overflow_m3 + self.lost_m3 + self.stored_m3
        return (came - went) / came if came else 0.0


NOTHING = Balance(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


class Switch(IntEnum):
    """Who decides about a pump: nobody from outside (its levels and rules do), or somebody who stops or starts it."""

    OFF = 0
    FREE = 1
    ON = 2


class SewerEngine:
    """One SWMM project that is advanced in time and changed in between.

    It starts at `time_of_day_s` of a Monday and has no end, after `settle_s` of dry weather that fill the sewers; its
    rain gages are dry until `set_rain`. With `as_filed` it keeps the file's own dates and rain instead, which is how it
    is held against SWMM alone.

    `t_s` is the end of the last routing step, which may lie up to one step after the second that was asked for: steps
    are the file's own and no pause changes them. Arrays are refreshed by `advance_to`: `depth_m` (N nodes, above the
    invert), `overflow_m3_s` (N nodes, out of the manhole or over the rim), `overflow_m3` (N nodes, since the start),
    `inflow_m3_s` and of it `lateral_m3_s`, from houses and roofs (N nodes), `left_m3` (N nodes, through outfalls, since
    the start), `flow_m3_s` (L links).

    Raises `BadInput` for a file that SWMM refuses, `SwmmError` when a step fails.
    """

    _open: ClassVar[SewerEngine | None] = None

    def __init__(self, path: Path, time_of_day_s: float = 0.0, settle_s: float = 0.0, as_filed: bool = False) -> None:
        from swmm.toolkit import shared_enum, solver

        if SewerEngine._open is not None:
            raise SwmmError("SWMM holds one project a process, and one is open: close it first")
        self._swmm, self._enum, self._path = solver, shared_enum, path
        inp = read_inp(path)
        self.network = network = SewerNetwork.of(inp)
        self._folder = tempfile.TemporaryDirectory(prefix="swmm-")
        written = Path(self._folder.name) / "network.inp"
        begin_s = (time_of_day_s - settle_s) % 86400
        written.write_text(inp.text + _additions(inp, network, begin_s, as_filed), encoding="utf-8")
        try:
            open_project(written, path)
        except BadInput:
            self._folder.cleanup()
            raise
        SewerEngine._open = self
        self.t_s = 0.0
        self.steps = 0
        self.ended = False
        self._rain_mm_h: dict[int, float] = {}
        self._forced: dict[int, Switch] = {}
        self._before: dict[int, float] = {}
        nodes, links = len(network.nodes), len(network.links)
        self.depth_m, self.overflow_m3_s, self.overflow_m3 = np.zeros(nodes), np.zeros(nodes), np.zeros(nodes)
        self.inflow_m3_s, self.flow_m3_s, self.left_m3 = np.zeros(nodes), np.zeros(links), np.zeros(nodes)
        self.lateral_m3_s = np.zeros(nodes)
        self._flooded_m3 = -1.0
        self._begin_s, self._before_m3, self._at_begin = 0.0, np.zeros(nodes), NOTHING
        try:
            solver.swmm_start(0)
            kinds = shared_enum.ObjectType
            self._node = [solver.project_get_index(kinds.NODE, name) for name in network.nodes]
            self._link = [solver.project_get_index(kinds.LINK, name) for name in network.links]
            self._gage = [solver.project_get_index(kinds.GAGE, name) for name in network.gages]
            self._switch = {
                int(pump): solver.project_get_index(kinds.LINK, f"{_ADDED}_{pump}") for pump in network.pumps
            }
            self._suction = {
                int(well): solver.project_get_index(kinds.LINK, f"{_ADDED}_T{well}") for well in network.suction
            }
            for suction in self._suction.values():
                solver.link_set_target_setting(suction, 0.0)
            if not as_filed:
                for gage in range(len(network.gages)):
                    self.set_rain(gage, 0.0)
        except Exception as error:
            self.close()
            raise SwmmError(f"{path}: {_said(error)}") from None
        self._settle(settle_s)

    def close(self) -> None:
        """Give the one project of this process back. Closing twice is nothing."""
        if SewerEngine._open is self:
            with suppress(Exception):
                self._swmm.swmm_end()
            with suppress(Exception):
                self._swmm.swmm_close()
            SewerEngine._open = None
            self._folder.cleanup()

    def _settle(self, seconds: float) -> None:
        """Route through dry weather until the sewers are as full as they are every day, and count from there."""
        self._read()
        self.advance_to(seconds)
        self._begin_s, self.t_s, self.steps = self.t_s, 0.0, 0
        self._before_m3 = self.overflow_m3.copy()
        self._at_begin = self.balance()
        self.overflow_m3 -= self._before_m3
        self.left_m3[:] = 0.0

    # time

    def advance_to(self, t_s: float) -> None:
        """Route until at least `t_s` seconds have passed, in the file's own steps, and read the state there.

        Nothing happens where the last step went so far already. `ended` is true where a file that is run as it is has
        come to its end.
        """
        step, moved = self._swmm.swmm_step, False
        node, total = self._swmm.node_get_result, self._enum.NodeResult.TOTAL_INFLOW
        outfalls = [(int(out), self._node[out]) for out in self.network.outfalls]
        left_m3 = dict.fromkeys((out for out, _ in outfalls), 0.0)
        try:
            while self.t_s < t_s and not self.ended:
                days = step()
                self.ended = days <= 0
                if not self.ended:
                    since, self.t_s = self.t_s, round(days * 86400.0 - self._begin_s, 6)
                    self.steps += 1
                    moved = True
                    for out, i in outfalls:
                        left_m3[out] += node(i, total) * (self.t_s - since)
        except Exception as error:
            raise SwmmError(f"wastewater network at {self.t_s:g} s: {_said(error)}") from None
        for out, volume in left_m3.items():
            self.left_m3[out] += volume * self.network.flow_unit_m3_s
        if moved:
            self._read()

    # changes, in force from the next routing step

    def switch(self, pump: int, how: Switch) -> None:
        """Stop or start a pump (its number among the links) from outside, or leave it to its levels and rules again.

        A pump that has no start level runs again as it did before it was taken hold of.
        """
        if self._forced.get(pump, Switch.FREE) is how:
            return
        link = self._link[pump]
        if pump not in self._forced:
            self._before[pump] = self._setting(link)
        self._swmm.link_set_target_setting(self._switch[pump], float(how))
        if how is Switch.FREE:
            del self._forced[pump]
            if not self.network.start_depth_m[pump]:
                self._swmm.link_set_target_setting(link, self._before[pump])
        else:
            self._forced[pump] = how

    def switched(self, pump: int) -> Switch:
        """Whether somebody outside holds this pump."""
        return self._forced.get(pump, Switch.FREE)

    def runs(self, pump: int) -> bool:
        """Whether the pump is on now, though it may have nothing to pump."""
        return self._setting(self._link[pump]) > 0

    def block(self, sewer: int, blocked: bool) -> None:
        """Nothing passes a sewer, or it is free again.

        SWMM knows one flow a conduit: what stands in a blocked one goes when the water at its ends falls.
        """
        self._swmm.link_set_target_setting(self._link[sewer], 0.0 if blocked else 1.0)

    def suck(self, well: int, m3_s: float) -> None:
        """Suction trucks take so much out of a wet well, one of `network.suction`, as long as there is any."""
        self._swmm.link_set_target_setting(self._suction[well], m3_s)

    def can_suck(self, well: int) -> bool:
        """Whether SWMM lets anything but pumps draw from this well."""
        return well in self._suction

    def set_rain(self, gage: int, mm_h: float) -> None:
        """So much rain falls at a gage from the next runoff step on."""
        self._rain_mm_h[gage] = mm_h
        self._swmm.raingage_set_precipitation(self._gage[gage], mm_h if self.network.metric else mm_h / 25.4)

    def rain_mm_h(self, gage: int) -> float:
        return self._rain_mm_h.get(gage, 0.0)

    # what SWMM says about the whole

    def balance(self) -> Balance:
        """Where the water came from and went, since the beginning."""
        totals, m3 = self._swmm.system_get_routing_totals(), self.network.length_m**3
        # The toolkit leaves the two stored volumes in SWMM's own cubic feet, whatever the units of the file are.
        begin = self._at_begin
        stored = totals.initStorage * M_PER_FT**3 if begin is NOTHING else begin.stored_m3
        return Balance(
            dry_weather_m3=totals.dwInflow * m3 - begin.dry_weather_m3,
            runoff_m3=totals.wwInflow * m3 - begin.runoff_m3,
            other_inflow_m3=(totals.gwInflow + totals.iiInflow + totals.exInflow) * m3 - begin.other_inflow_m3,
            stored_before_m3=stored,
            outflow_m3=totals.outflow * m3 - begin.outflow_m3,
            overflow_m3=totals.flooding * m3 - begin.overflow_m3,
            lost_m3=(totals.evapLoss + totals.seepLoss + totals.reacted) * m3 - begin.lost_m3,
            stored_m3=totals.finalStorage * M_PER_FT**3,
        )

    # inside

    def _setting(self, link: int) -> float:
        return float(self._swmm.link_get_result(link, self._enum.LinkResult.SETTING))

    def _read(self) -> None:
        network, node, result = self.network, self._swmm.node_get_result, self._enum.NodeResult
        length, flow = network.length_m, network.flow_unit_m3_s
        depth, total = result.DEPTH, result.TOTAL_INFLOW
        self.depth_m[:] = [node(i, depth) for i in self._node]
        self.depth_m *= length
        self.inflow_m3_s[:] = [node(i, total) for i in self._node]
        self.inflow_m3_s *= flow
        self.lateral_m3_s[:] = [node(i, result.LATERAL_INFLOW) for i in self._node]
        self.lateral_m3_s *= flow
        link, rate = self._swmm.link_get_result, self._enum.LinkResult.FLOW
        self.flow_m3_s[:] = [link(i, rate) for i in self._link]
        self.flow_m3_s *= flow
        flooded = float(self._swmm.system_get_routing_totals().flooding)
        if flooded > self._flooded_m3 or self.overflow_m3_s.any():
            self._flooded_m3 = flooded
            flood = result.FLOOD
            self.overflow_m3_s[:] = [node(i, flood) for i in self._node]
            self.overflow_m3_s *= flow
            self.overflow_m3_s[self.overflow_m3_s < _NO_FLOW_M3_S] = 0.0
            stats = self._swmm.node_get_stats
            self.overflow_m3[:] = [stats(i).volFlooded for i in self._node]
            self.overflow_m3 *= length**3
            self.overflow_m3 -= self._before_m3


def open_project(written: Path, shown: Path) -> None:
    """Let SWMM read `written`. Raises `BadInput` with all that it objects to, as of the file `shown`."""
    from swmm.toolkit import solver

    report = written.with_suffix(".rpt")
    try:
        solver.swmm_open(str(written), str(report), str(written.with_suffix(".out")))
    except Exception as error:
        with suppress(Exception):
            solver.swmm_close()
        raise BadInput(_objections(report, shown, _said(error))) from None


def check_inp(path: Path) -> None:
    """Let SWMM look at a file. Raises `BadInput` with its objections; where a run is open it is for the next one."""
    if SewerEngine._open is not None:
        return
    from swmm.toolkit import solver

    with tempfile.TemporaryDirectory(prefix="swmm-") as folder:
        written = Path(folder) / "network.inp"
        written.write_bytes(path.read_bytes())
        open_project(written, path)
        solver.swmm_close()


def _additions(inp: InpFile, network: SewerNetwork, time_of_day_s: float, as_filed: bool) -> str:
    """What is written after the file's own text, so that lines keep their numbers in SWMM's complaints."""
    lines = ["", "[OPTIONS]", "THREADS 1", "RULE_STEP 00:00:00"]
    if not as_filed:
        seconds = round(time_of_day_s) % 86400
        clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        lines += ["START_DATE 01/01/2001", f"START_TIME {clock}", "REPORT_START_DATE 01/01/2001"]
        lines += [f"REPORT_START_TIME {clock}", "END_DATE 01/01/2030", "END_TIME 00:00:00", "REPORT_STEP 24:00:00"]
        if _seconds(inp.option("DRY_STEP", "01:00:00")) > _LONGEST_DRY_STEP_S:
            lines.append(f"DRY_STEP 00:{_LONGEST_DRY_STEP_S // 60:02d}:00")
    if len(network.pumps):
        lines += ["[STORAGE]", *(f"{_ADDED}_{end} 0 1 0 FUNCTIONAL 0 0 1 0 0" for end in "AB")]
        lines += ["[CURVES]", f"{_ADDED}_DRY PUMP4 0 0", f"{_ADDED}_DRY 1 0"]
        one = 1.0 / network.flow_unit_m3_s
        lines += [f"{_ADDED}_ONE PUMP4 0 {one!r}", f"{_ADDED}_ONE 1000 {one!r}"]
        lines += ["[OUTFALLS]", *(f"{_ADDED}_O{well} 0 FREE NO" for well in network.suction)]
        lines.append("[PUMPS]")
        lines += [f"{_ADDED}_{pump} {_ADDED}_A {_ADDED}_B {_ADDED}_DRY ON 0 0" for pump in network.pumps]
        lines += [
            f"{_ADDED}_T{well} {network.nodes[well]} {_ADDED}_O{well} {_ADDED}_ONE OFF 0 0" for well in network.suction
        ]
        lines.append("[CONTROLS]")
        for pump in network.pumps:
            for word, test in (("OFF", "= 0"), ("ON", "= 2")):
                lines += [
                    f"RULE {_ADDED}_{word}_{pump}",
                    f"IF PUMP {_ADDED}_{pump} SETTING {test}",
                    f"THEN PUMP {network.links[pump]} STATUS = {word}",
                    f"PRIORITY {_PRIORITY}",
                ]
    return "\n".join([*lines, ""])


def _seconds(clock: str) -> float:
    parts = [float(part) for part in clock.split(":")]
    return sum(value * 60.0 ** (2 - place) for place, value in enumerate(parts)) if len(parts) > 1 else parts[0]


def _said(error: Exception) -> str:
    return " ".join(str(error).split())


def _objections(report: Path, shown: Path, error: str) -> list[Problem]:
    """What SWMM writes in its report about a file it refuses."""
    fix = _("fix it here (SWMM's own error text)")
    text = report.read_text(encoding="utf-8", errors="replace").splitlines() if report.is_file() else []
    problems = []
    for line in text:
        words = line.split()
        if words[:1] != ["ERROR"]:
            continue
        said = " ".join(words).rstrip(":")
        at = next((int(b) for a, b in pairwise(words) if a == "line" and b.isdigit()), 0)
        section = next((word.strip("[]") for word in words if word.startswith("[")), "")
        problems.append(
            Problem(str(shown), at, f"[{section}]" if section else "network", _("SWMM {said}", said=said), fix)
        )
    return problems or [Problem(str(shown), 0, "network", _("SWMM cannot read it ({error})", error=error), fix)]
