"""People, the map, components, supply and stores."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.influxql import chosen, course, equal, field, held, newest, scope, summed, where_of
from simulator.contracts.measurements import (
    AFFECTED,
    ANY,
    BALANCE,
    CLASS,
    COMPONENT,
    CURVE,
    DISTRICT,
    FAULT,
    LEVEL,
    MODE,
    STORE,
)


def people_now(run: str = "run") -> str:
    return newest(AFFECTED, "people", "people", where=[equal(AFFECTED, "measure", ANY)], run=run)


def person_hours(run: str = "run") -> str:
    return newest(AFFECTED, "person_hours", "person_hours", where=[equal(AFFECTED, "measure", ANY)], run=run)


def levels_below(run: str = "run") -> str:
    return newest(AFFECTED, "levels_below", "levels", where=[equal(AFFECTED, "measure", ANY)], run=run)


def faults_in_force(run: str = "run") -> str:
    return newest(AFFECTED, "faults", "faults", where=[equal(AFFECTED, "measure", ANY)], run=run)


def people_course(run: str = "run") -> str:
    return course(AFFECTED, "MAX", "people", "people", by=("measure",), run=run)


def people_any_course(run: str = "run") -> str:
    return course(AFFECTED, "MAX", "people", "people", where=[equal(AFFECTED, "measure", ANY)], run=run)


def people_of(measures: Sequence[str]) -> str:
    return newest(AFFECTED, "people", "people", where=[equal(AFFECTED, "measure", *measures)], by=("measure",))


def hours_of(measures: Sequence[str]) -> str:
    where = [equal(AFFECTED, "measure", *measures)]
    return newest(AFFECTED, "person_hours", "person_hours", where=where, by=("measure",))


def loss_table(run: str = "run") -> str:
    return newest(CURVE, "loss_h", "loss_h", [("quality", "quality")], by=("measure",), run=run)


def hours_table(run: str = "run") -> str:
    more = [("people", "people"), ("levels_below", "levels_below")]
    return newest(AFFECTED, "person_hours", "person_hours", more, by=("measure",), run=run)


def quality_course(run: str = "run", measures: Sequence[str] = ()) -> str:
    where = [equal(CURVE, "measure", *measures)] if measures else []
    return course(CURVE, "MIN", "quality", "quality", where, by=("measure",), run=run)


def curve(name: str, shown: str) -> str:
    """Quality, or what is owed, of the one measure that is chosen."""
    return course(CURVE, "LAST", name, shown, [chosen(CURVE, "measure")])


def worst_levels(domain: str | None = None) -> str:
    where = [equal(LEVEL, "domain", domain)] if domain else []
    more = [("value", "value"), ("minimum", "minimum"), ("people_below", "people_below"), ("below", "below")]
    return newest(LEVEL, "quality", "quality", more, where, by=("district", "measure", "level", "owner"))


def level_course(domain: str) -> str:
    return course(LEVEL, "MIN", "quality", "quality", [equal(LEVEL, "domain", domain)], by=("level",))


def map_districts() -> str:
    more = [
        ("lat", "lat"),
        ("lon", "lon"),
        ("people_below", "people_below"),
        ("quality", "quality"),
        ("label", "label"),
    ]
    return newest(DISTRICT, "state", "state", more, by=("district",))


def map_components(lang: str, domain: str | None = None) -> str:
    """Where components are and how they are. `sign` is the state again, to be shown as a letter."""
    where = [equal(COMPONENT, "domain", domain)] if domain else []
    more = [("lat", "lat"), ("lon", "lon"), ("state", "sign"), (f"label_{held(lang)}", "label")]
    return newest(COMPONENT, "state", "state", more, where, by=("component", "kind", "district"))


def modes(lang: str, domain: str = "lifeline", run: str = "run") -> str:
    more = [(f"mode_{held(lang)}", "mode"), ("fallbacks_left", "fallbacks_left"), (f"label_{held(lang)}", "label")]
    return newest(MODE, "state", "state", more, [equal(MODE, "domain", domain)], by=("component", "kind"), run=run)


def mode_course(run: str = "run") -> str:
    where = [equal(MODE, "domain", "lifeline")]
    return course(MODE, "MAX", "state", "state", where, by=("component",), run=run)


def faults(lang: str) -> str:
    more = [(f"label_{held(lang)}", "label")]
    return newest(FAULT, "active", "active", more, by=("component", "fault", "district", "owner"))


def class_course(lang: str, domain: str | None = None, run: str = "run") -> str:
    where = [equal(CLASS, "domain", domain)] if domain else []
    return course(CLASS, "MAX", "worst", "worst", where, by=(f"kind_{held(lang)}",), run=run)


def class_table(lang: str, domain: str) -> str:
    """How many of each kind are in which state, in the last sample, over all chosen districts."""
    names = ("total", "normal", "degraded", "technical", "analogue", "failed")
    inner = ", ".join(f'LAST({field(CLASS, name)}) AS "{name}"' for name in names)
    outer = ", ".join(f'SUM("{name}") AS "{name}"' for name in names)
    conditions = where_of([*scope(CLASS), equal(CLASS, "domain", domain)])
    rows = f'SELECT {inner} FROM "{CLASS.name}" WHERE {conditions} GROUP BY "kind_{held(lang)}", "district"'
    return f'SELECT {outer} FROM ({rows}) WHERE $timeFilter GROUP BY "kind_{held(lang)}"'


def equipment(lang: str, domain: str) -> str:
    more = [
        (f"label_{held(lang)}", "label"),
        (f"kind_{held(lang)}", "what"),
        ("working", "working"),
        ("faults", "faults"),
    ]
    by = ("component", "district", "owner")
    return newest(COMPONENT, "state", "state", more, [equal(COMPONENT, "domain", domain)], by=by)


def balance(domain: str, names: Sequence[tuple[str, str]], outer: str) -> str:
    return summed(BALANCE, names, "district", outer, [equal(BALANCE, "domain", domain)])


def share_course(domain: str) -> str:
    return course(BALANCE, "MIN", "share", "share", [equal(BALANCE, "domain", domain)], by=("district",))


def depletion_course(domain: str) -> str:
    where = [equal(STORE, "domain", domain)]
    return course(STORE, "MIN", "hours_left", "hours", where, by=("kind", "component"))


def depletion_table(lang: str, domain: str) -> str:
    more = [("amount", "amount"), ("unit", "unit"), ("draining", "draining"), (f"label_{held(lang)}", "label")]
    by = ("component", "kind", "district")
    return newest(STORE, "hours_left", "hours_left", more, [equal(STORE, "domain", domain)], by=by)


def worst_readings(quantity: str, function: str) -> str:
    """The least or greatest value that each sensor read, of a run's readings of one quantity."""
    conditions = " AND ".join([*(_if_told(name) for name in ("run", "city", "district")), "$timeFilter"])
    return f'SELECT {function}("value") AS "value" FROM "{quantity}" WHERE {conditions} GROUP BY "component", "gateway"'


def _if_told(name: str) -> str:
    """A tag of a reading is what is chosen, or is not there: gateways of an installation of their own know no run."""
    return f'("{name}" =~ /^${{{name}:regex}}$/ OR "{name}" = \'\')'
