"""Holds the model beside a past event: `python -m tools.history` writes docs/history.md and docs/history.svg anew.

What was reported, with the bands to agree, is in `tools.reported`. The page keeps its own words; the table between its
marks and the figure come from the runs.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.city import City
from simulator.contracts.history import Course, History
from simulator.contracts.ticks import to_s, to_ticks
from stadtwerk.library import find_scenario, load_checked
from stadtwerk.runs.light import light_run
from tools.chart import Axis, Line, chart
from tools.reported import TOLD, Told

ROOT = Path(__file__).resolve().parents[1]
PAGE, FIGURE = ROOT / "docs" / "history.md", ROOT / "docs" / "history.svg"
BEGIN, END = "<!-- from the runs: begin -->", "<!-- from the runs: end -->"
AS_REPORTED, AT_ONCE = "koepenick-2019", "koepenick-2019-ties"
START = datetime(2019, 2, 19, 14)
NEIGHBOURS = "neighbours"
CUT_H, BACK_H = 10 / 60, 31.25
"""Second cable cut, and both mended, in hours after 14:00."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lights:
    """How many people of the dark area have power: `people[i]` from `hours[i]` on, of `total`."""

    hours: Floats
    people: Floats
    total: int

    def at(self, hour: float) -> float:
        """People with power at this hour."""
        return float(self.people[np.searchsorted(self.hours, hour + 1e-6, side="right") - 1])

    def first(self, people: float, after: float = CUT_H) -> float:
        """The hour at which so many have power again."""
        late = (self.hours > after) & (self.people >= people - 1e-6)
        return float(self.hours[late][0]) if late.any() else float("inf")

    def person_hours(self) -> float:
        """Person-hours without power."""
        return float(((self.total - self.people[:-1]) * np.diff(self.hours)).sum())


@dataclass(frozen=True)
class Retold:
    """A run of the event."""

    city: City
    history: History
    end_h: float

    @classmethod
    def run(cls, name: str) -> Retold:
        _, scenario, city = load_checked(find_scenario(name))
        _, history, _ = light_run(scenario, city, 1)
        return cls(city, history, scenario.run.duration_s / 3600)

    def course(self, level: str) -> Course:
        return self.history.levels[level]

    def lights(self, names: tuple[str, ...]) -> Lights:
        """Power in these districts; people stand behind their load in proportion (assumption of the figures)."""
        courses = [(self.city.districts[name].people, self.course(f"power-supply-{name}")) for name in names]
        ticks = np.unique(np.concatenate([[0, to_ticks(self.end_h * 3600)], *(c.at[c.at >= 0] for _, c in courses)]))
        people = np.array([sum(n * min(1.0, c.value_at(int(t))) for n, c in courses) for t in ticks])
        hours = np.array([to_s(int(t)) / 3600 for t in ticks])
        return Lights(hours, people, sum(n for n, _ in courses))

    @property
    def dark(self) -> tuple[str, ...]:
        return tuple(name for name in self.city.districts if name != NEIGHBOURS)

    def below(self, level: str, limit: float) -> tuple[float, float, float]:
        """First hour below a limit (infinite if never), hours below it in sum, and the least value."""
        c = self.course(level)
        hours = np.append(c.at / 3.6e6, self.end_h)
        low = c.values < limit - 1e-9
        first = float(hours[:-1][low][0]) if low.any() else float("inf")
        return first, float(np.diff(hours)[low].sum()), float(c.values.min())

    def in_mode(self, component: str, mode: str) -> float:
        """Hours that a component was in a mode."""
        total, since = 0.0, None
        for event in self.history.events:
            if event.kind.value == "mode" and event.subject == component:
                now = to_s(event.at) / 3600
                if since is not None:
                    total, since = total + now - since, None
                if event.after == mode:
                    since = now
        return total if since is None else total + self.end_h - since

    def works(self, component: str, hour: float) -> bool:
        """Whether a component works at this hour."""
        told = [e.code for e in self.history.events if e.subject == component and to_s(e.at) <= hour * 3600]
        last = [code for code in told if code in ("supply.stopped", "supply.started")]
        return not last or last[-1] == "supply.started"

    def mobile(self, hour: float) -> float:
        """Share of the dark area's people whose mobile phones work at this hour."""
        people = {name: self.city.districts[name].people for name in self.dark}
        served = 0.0
        for name, n in people.items():
            sites = [one.id for one in self.city.of_kind("mobile-site") if one.district == name]
            served += n * sum(self.works(site, hour) for site in sites) / len(sites)
        return served / sum(people.values())

    def count(self, code: str, subject: str = "") -> int:
        return sum(e.code == code and e.subject.startswith(subject) for e in self.history.events)


def figures(told: Retold, at_once: Retold) -> dict[str, float]:
    """What the model says to each thing that was reported."""
    lights, sooner = told.lights(told.dark), at_once.lights(at_once.dark)
    early, soon = lights.at(BACK_H - 0.01), sooner.at(BACK_H - 0.01)
    cold = [told.below(f"room-temperature-{name}", 18.0) for name in ("wendenschloss", "allende")]
    neighbours = told.lights((NEIGHBOURS,))
    return {
        "one-cable": lights.total - lights.at(CUT_H - 0.01),
        "dark": lights.total - lights.at(CUT_H),
        "neighbours": neighbours.total - float(neighbours.people.min()),
        "first-light": lights.first(1.0),
        "half": lights.first(early / 2),
        "early": early / lights.total,
        "last": lights.first(0.999 * lights.total),
        "person-hours": lights.person_hours(),
        "hospital-poor": told.below("hospital-1", 0.8)[1],
        "other-hospital": told.in_mode("hospital-2", "generator"),
        "mobile": told.mobile(6.0),
        "mobile-2h": told.mobile(1.5),
        "cold": min(first for first, _, _ in cold),
        "coldest": min(least for _, _, least in cold),
        "at-once": sooner.first(soon),
        "at-once-share": soon / sooner.total,
        "at-once-person-hours": sooner.person_hours(),
        "sections": float(told.count("energy.section-opened")),
        "by-hand": float(told.count("energy.closed-by-hand", "grid-switch") / 2),
        **_first_crew(told),
        "fuel": float(told.count("generator.tank-filled", "generator-hospital-2")),
    }


def _first_crew(told: Retold) -> dict[str, float]:
    """What the crew of the first ring point that was closed took its time for, in minutes."""
    events = told.history.events
    closed = next(e for e in events if e.code == "energy.closed-by-hand")
    at = {e.code: to_s(e.at) / 60 for e in events if e.subject == closed.subject and e.at <= closed.at}
    muster = told.city.components["depot-grid"].number("muster_s") / 60
    return {
        "muster-min": muster,
        "way-min": at["crew.arrived"] - at["crew.called"] - muster,
        "switch-min": at["crew.done"] - at["crew.arrived"],
    }


def agrees(told: Told, value: float) -> bool:
    low, high = told.band
    return low - 1e-9 <= value <= high + 1e-9


def clock(hour: float) -> str:
    """`18:58` of the first day, `+1 18:58` of the second."""
    when = START + timedelta(seconds=round(hour * 3600))
    return ("" if when.day == START.day else "+1 ") + when.strftime("%H:%M")


def shown(told: Told, value: float) -> str:
    if told.unit == "h":
        return clock(value)
    if told.unit == "share":
        return f"{value:.0%}"
    if told.unit in ("people", "person-hours"):
        return f"{value:,.0f}"
    return f"{value:.1f} {told.unit}"


def why(told: Told, found: dict[str, float]) -> str:
    """What explains the difference, in figures of the runs."""
    saved = found["person-hours"] - found["at-once-person-hours"]
    return {
        "one-cable": "none: one cable carries the area (n-1)",
        "dark": "none: households are an input; people are households times 2.0, reports round",
        "neighbours": (
            f"none: the neighbours' feeders take {found['early']:.0%} of the area on top within their ratings, "
            "cold-load pick-up included"
        ),
        "first-light": (
            f"crews are let go at 18:30 (input); then {found['muster-min']:.0f} min to muster, "
            f"{found['way-min']:.0f} min on the way, {found['switch-min']:.0f} min at the switch"
        ),
        "half": f"{found['by-hand']:.0f} switches by four crews that return to their depot in between",
        "early": "which feeders meet the neighbours is drawn to this report, so it shows only that they carry it",
        "last": (
            "the end of the repair is an input; the model closes all feeders at once, the operator one by one (6 min)"
        ),
        "person-hours": "none to speak of",
        "hospital-poor": (
            "length of the generator's fault is an input (assumed); the model adds that batteries give half of the care"
        ),
        "other-hospital": f"none; its fuel lasts 24 h, and {found['fuel']:.0f} deliveries came",
        "mobile": (
            "emergency power of three operators is drawn to the report: at 15:30 "
            f"{found['mobile-2h']:.0%} have a phone that works, from 16:10 the third operator's customers"
        ),
        "cold": "not comparable to the minute: a care home, not a flat; walls of 65 h (brick) are the quick end",
        "coldest": "nothing was measured; the same physics by hand gives the same",
        "at-once": (
            f"with the ties as assumed, {found['at-once-share']:.0%} are back by then without overload, which saves "
            f"{saved / 1e6:.1f} million person-hours ({saved / found['person-hours']:.0%}). "
            "Why it took a day is not shown: see below"
        ),
    }[told.id]


def table(found: dict[str, float]) -> str:
    rows = [
        "| what | reported | source (how sure) | model | to agree | agrees | what that shows | "
        "what explains the difference |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in TOLD:
        value = found[one.id]
        low, high = (shown(one, edge) for edge in one.band)
        band = low if low == high else f"{low} to {high}"
        yes = "yes" if agrees(one, value) else "**no**"
        rows.append(
            f"| {one.what} | {one.reported} | {one.source} ({one.sure}) | {shown(one, value)} | {band} | {yes} | "
            f"{one.whose} | {why(one, found)} |"
        )
    return "\n".join(rows)


REPORTED_LIGHTS = ((28 + 58 / 60, 0.03), (30.5, 0.5), (31 + 16 / 60, 0.9), (31 + 22 / 60, 1.0))
"""Share with power as reported. How it rose between first lights and a half, and that it had by 20:30, nobody says."""


def figure(told: Retold, at_once: Retold) -> str:
    """Lights over time, as SVG: as reported, the model with the reported inputs, and the model switching at once."""

    def model(title: str, run: Retold) -> Line:
        lights = run.lights(run.dark)
        return Line(title, lights.hours, lights.people / lights.total, steps=True)

    hours, shares = zip(*REPORTED_LIGHTS, strict=True)
    between = ((0.0, 1.0), (CUT_H, 1.0), (CUT_H, 0.0), (hours[0], 0.0), *REPORTED_LIGHTS, (told.end_h, 1.0))
    return chart(
        "Share of the people of the dark area with power, 19 February 2019 14:00 to 21 February 02:00",
        Axis(
            0, told.end_h, range(0, int(told.end_h) + 1, 4), "time of day", lambda hour: f"{(14 + hour) % 24:02.0f}:00"
        ),
        Axis(0, 1, (0.0, 0.25, 0.5, 0.75, 1.0), "people with power", "{:.0%}".format),
        (
            model("model, reported inputs", told),
            model("model, crews switch at once", at_once),
            Line("between the reports", *zip(*between, strict=True), dash="4 3"),
            Line("as reported", hours, shares, dots=True),
        ),
    )


def page(text: str, found: dict[str, float]) -> str:
    """The page with its table anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(found)}\n{END}{after}"


def main() -> int:
    told, at_once = Retold.run(AS_REPORTED), Retold.run(AT_ONCE)
    found = figures(told, at_once)
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
    FIGURE.write_text(figure(told, at_once), encoding="utf-8")
    for one in TOLD:
        said = "agrees" if agrees(one, found[one.id]) else "differs, as known" if one.differs else "DIFFERS"
        print(f"{one.id:15} {shown(one, found[one.id]):>16} {said}")
    return 0 if all(agrees(one, found[one.id]) is not one.differs for one in TOLD) else 1


if __name__ == "__main__":
    sys.exit(main())
