"""Every query of every panel, variable, annotation and alert, in InfluxQL.

Nothing but what `/query` of InfluxDB 1.6 and of InfluxDB 2 both have: SELECT with functions, sub-queries and GROUP BY,
and SHOW TAG VALUES. Grafana fills in `$timeFilter`, `$__interval` and the variables; those in a regular expression are
escaped by it (`${name:regex}`).
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.influxql import (
    Where,
    chosen,
    columns_of,
    course,
    equal,
    field,
    held,
    newest,
    scope,
    summed,
    tag,
    where_of,
)
from simulator.contracts.measurements import (
    AFFECTED,
    ANY,
    BALANCE,
    BROKER,
    CLASS,
    COMPONENT,
    CURVE,
    DISTRICT,
    EVENT,
    EXPECTATION,
    FAULT,
    FIGURE,
    GATEWAY,
    HOURS_SHOWN,
    INGEST,
    LEVEL,
    MODE,
    PLACE,
    REDUNDANCY,
    RUN,
    STORE,
    Measurement,
)
from simulator.contracts.registry import registry
from simulator.contracts.state import State


def runs() -> str:
    """The names of all runs, the one that plays last first."""
    return f'SELECT {field(RUN, "name")} FROM "{RUN.name}" ORDER BY time DESC'


def values_of(of: Measurement, name: str, run: str = "run") -> str:
    """The values of a tag that a run has."""
    return f'SHOW TAG VALUES FROM "{of.name}" WITH KEY = {tag(of, name)} WHERE {chosen(of, "run", run)}'


def all_runs(lang: str) -> str:
    columns = [
        ("seed", "seed"),
        ("scenario", "scenario"),
        (f"title_{held(lang)}", "title"),
        (f"answer_{held(lang)}", "answer"),
    ]
    columns += [("begin_ms", "begin_ms"), ("end_ms", "end_ms")]
    said = columns_of(RUN, columns)
    return f'SELECT LAST({field(RUN, "verdict")}) AS "verdict"{said} FROM "{RUN.name}" GROUP BY "run", "city"'


def about_run(lang: str, run: str = "run") -> str:
    columns = [
        (f"question_{held(lang)}", "question"),
        (f"answer_{held(lang)}", "answer"),
        ("report", "report"),
        ("digest", "digest"),
    ]
    return newest(RUN, "verdict", "verdict", columns, by=("run",), run=run, timed=False)


def verdict(run: str = "run") -> str:
    return newest(RUN, "verdict", "verdict", run=run, timed=False)


def notes(lang: str, kinds: Sequence[str]) -> str:
    """Events as annotations. The column `what` is the text, `tags` are the tags."""
    conditions = where_of([*scope(EVENT), equal(EVENT, "kind", *kinds)])
    said = f'{field(EVENT, f"note_{held(lang)}")} AS "what", {field(EVENT, "tags")} AS "tags"'
    return f'SELECT {said} FROM "{EVENT.name}" WHERE {conditions} ORDER BY time ASC LIMIT 500'


def event_table(lang: str, kinds: Sequence[str]) -> str:
    conditions = where_of([*scope(EVENT), equal(EVENT, "kind", *kinds)])
    lang = held(lang)
    said = f'{field(EVENT, f"title_{lang}")} AS "title", {field(EVENT, f"text_{lang}")} AS "text", "kind", "district"'
    return f'SELECT {said} FROM "{EVENT.name}" WHERE {conditions} ORDER BY time DESC LIMIT 300'


def redundancies(lang: str) -> str:
    """The begin of a run counts too: what was not needed has no other point than the end."""
    more = [
        ("limit_s", "limit_s"),
        ("needed", "needed"),
        (f"title_{held(lang)}", "title"),
        (f"reason_{held(lang)}", "reason"),
    ]
    by = ("redundancy", "kind")
    return newest(REDUNDANCY, "verdict", "verdict", more, by=by)


def activations(lang: str) -> str:
    more = [("limit_s", "limit_s"), ("used_share", "used_share"), (f"title_{held(lang)}", "title")]
    return newest(REDUNDANCY, "activation_s", "activation_s", more, by=("redundancy", "kind"))


def expectations(lang: str) -> str:
    more = [(f"title_{held(lang)}", "title"), (f"reason_{held(lang)}", "reason")]
    more += [(name, name) for name in ("margin", "holds", "tried")]
    return newest(EXPECTATION, "verdict", "verdict", more, by=("category", "expectation"))


def figures(lang: str) -> str:
    more = [(f"title_{held(lang)}", "title"), (f"subject_{held(lang)}", "subject"), ("unit", "unit")]
    return newest(FIGURE, "value", "value", more, by=("name",))


def anybody(name: str, shown: str = "") -> str:
    """The last value of what is told of people who lack at least one service."""
    return newest(AFFECTED, name, shown or name, where=[equal(AFFECTED, "measure", ANY)])


def worst_service(lang: str) -> str:
    return anybody(f"worst_{held(lang)}", "worst")


def peak() -> str:
    """The most people at once, with the instant, and since when and how long anybody was affected."""
    more = [("peak_ms", "peak_ms"), ("onset_ms", "onset_ms"), ("lasted_s", "lasted_s")]
    return newest(AFFECTED, "peak", "peak", more, [equal(AFFECTED, "measure", ANY)])


def people_course() -> str:
    return course(AFFECTED, "MAX", "people", "people", by=("measure",))


def people_of(measures: Sequence[str]) -> str:
    """The most people at once, by service."""
    return newest(AFFECTED, "peak", "peak", where=[equal(AFFECTED, "measure", *measures)], by=("measure",))


def hours_of(measures: Sequence[str]) -> str:
    where = [equal(AFFECTED, "measure", *measures)]
    return newest(AFFECTED, "person_hours", "person_hours", where=where, by=("measure",))


def loss_table() -> str:
    return newest(CURVE, "loss_h", "loss_h", [("quality", "quality")], by=("measure",))


def hours_table() -> str:
    more = [("peak", "peak"), ("lasted_s", "lasted_s")]
    return newest(AFFECTED, "person_hours", "person_hours", more, by=("measure",))


def quality_course(measures: Sequence[str] = ()) -> str:
    where = [equal(CURVE, "measure", *measures)] if measures else []
    return course(CURVE, "MIN", "quality", "quality", where, by=("measure",))


def curve(name: str, shown: str) -> str:
    """Quality, or what is owed, of the one measure that is chosen."""
    return course(CURVE, "LAST", name, shown, [chosen(CURVE, "measure")])


def worst_levels(domain: str | None = None) -> str:
    where = [equal(LEVEL, "domain", domain)] if domain else []
    more = [("value", "value"), ("minimum", "minimum"), ("people_below", "people_below"), ("below", "below")]
    return newest(LEVEL, "quality", "quality", more, where, by=("district", "measure", "level", "owner"))


def level_course(lang: str, domain: str) -> str:
    where = [equal(LEVEL, "domain", domain)]
    return course(LEVEL, "MIN", "quality", "quality", where, by=("level", f"label_{held(lang)}"))


Pair = tuple[str, str]
"""One query for each of two runs."""

SIDES = ("before", "after")
"""What the columns of the two runs are called."""

_RUNS = ("run", "run_b")

Columns = Sequence[tuple[str, str]]


def _compared(of: Measurement, name: str, by: Sequence[str], both: Columns = (), first: Columns = ()) -> Pair:
    """A last value of both runs, whenever they played; with further columns of both, and of the first alone."""
    one, two = (
        newest(of, name, side, more, by=by, run=run, timed=False)
        for run, side, more in zip(_RUNS, SIDES, ([*both, *first], both), strict=True)
    )
    return one, two


def hours_compared() -> Pair:
    return _compared(AFFECTED, "person_hours", ("measure",))


def losses_compared() -> Pair:
    return _compared(CURVE, "loss_h", ("measure",))


def figures_compared(lang: str) -> Pair:
    """What a figure is called stands with the first run."""
    told = [(f"title_{held(lang)}", "title"), (f"subject_{held(lang)}", "subject"), ("unit", "unit")]
    return _compared(FIGURE, "value", ("name",), first=told)


def redundancies_compared(lang: str) -> Pair:
    return _compared(REDUNDANCY, "verdict", ("redundancy",), [(f"title_{held(lang)}", "title")])


def expectations_compared(lang: str) -> Pair:
    return _compared(EXPECTATION, "verdict", ("category", "expectation"), [(f"title_{held(lang)}", "title")])


def _since(of: Measurement, name: str, where: Where) -> Pair:
    """A field of both runs over the hours since each one's zero."""
    one, two = (
        f'SELECT {field(of, "t_h")} AS "t_h", {field(of, name)} AS "{side}" FROM "{of.name}" '
        f"WHERE {where_of([chosen(of, 'run', run), *where], timed=False)}"
        for run, side in zip(_RUNS, SIDES, strict=True)
    )
    return one, two


def people_since() -> Pair:
    return _since(AFFECTED, "people", [equal(AFFECTED, "measure", ANY)])


def quality_since() -> Pair:
    return _since(CURVE, "quality", [chosen(CURVE, "measure")])


def map_districts() -> str:
    more = [
        ("lat", "lat"),
        ("lon", "lon"),
        ("people_below", "people_below"),
        ("quality", "quality"),
        ("label", "label"),
    ]
    return newest(DISTRICT, "state", "state", more, by=("district",))


def map_places(lang: str, state: int, domain: str | None = None) -> str:
    """The places whose worst component is in this state; where nothing stands but what there are hundreds of, only if
    something is wrong."""
    names = ("lat", "lon", "components", "many")
    more = [*((name, name) for name in names), (f"label_{held(lang)}", "label")]
    inner = newest(PLACE, "state", "state", more, [equal(PLACE, "domain", domain or ANY)], by=("place", "district"))
    well = "" if state else ' AND "many" = 0'
    said = ", ".join(f'"{name}"' for name in ("state", "label", "components", "lat", "lon"))
    return f'SELECT {said} FROM ({inner}) WHERE "state" = {state}{well} GROUP BY "district"'


def for_people() -> str:
    """The sub-system whose components people lean on directly."""
    return next(str(name) for name, one in registry().subsystems.items() if one.for_people)


def modes(lang: str, domain: str | None = None) -> str:
    more = [(f"mode_{held(lang)}", "mode"), ("fallbacks_left", "fallbacks_left"), ("hours_left", "hours_left")]
    by = ("component", f"label_{held(lang)}")
    return newest(MODE, "state", "state", more, [equal(MODE, "domain", domain or for_people())], by=by)


def carried(lang: str) -> str:
    """What runs on a fallback, in any sub-system, with how long what it draws on lasts."""
    more = [(f"mode_{held(lang)}", "mode"), ("fallbacks_left", "fallbacks_left"), ("hours_left", "hours_left")]
    more.append(("hours_least", "hours_least"))
    label = f"label_{held(lang)}"
    inner = newest(MODE, "state", "state", [*more, ("since_s", "since_s")], by=("component", label, "domain"))
    said = ", ".join(
        f'"{name}"' for name in ("state", "mode", "hours_left", "hours_least", "fallbacks_left", "since_s")
    )
    worse = " OR ".join(f'"state" = {int(state)}' for state in (State.TECHNICAL, State.ANALOGUE))
    return f'SELECT {said} FROM ({inner}) WHERE ({worse}) GROUP BY "{label}"'


def draining(lang: str) -> str:
    """Stores that something is taken from now, in all sub-systems."""
    label = f"label_{held(lang)}"
    more = [("hours_least", "hours_least"), ("draining", "draining")]
    inner = newest(STORE, "hours_left", "hours_left", more, by=("component", "kind", label))
    some = f'"draining" = 1 AND "hours_left" < {HOURS_SHOWN:g}'
    return f'SELECT "hours_left", "hours_least" FROM ({inner}) WHERE {some} GROUP BY "kind", "{label}"'


def mode_course(lang: str) -> str:
    where = [equal(MODE, "domain", for_people())]
    return course(MODE, "MAX", "state", "state", where, by=("component", f"label_{held(lang)}"))


def faults(lang: str) -> str:
    more = [(f"label_{held(lang)}", "label"), ("uncovered", "uncovered"), ("since_ms", "since_ms")]
    return newest(FAULT, "active", "active", more, by=("component", "fault", "district", "owner"))


def class_course(lang: str, domain: str | None = None) -> str:
    where = [equal(CLASS, "domain", domain)] if domain else []
    return course(CLASS, "MAX", "worst", "worst", where, by=(f"kind_{held(lang)}",))


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
        ("since_ms", "since_ms"),
    ]
    by = ("component", "district", "owner")
    return newest(COMPONENT, "state", "state", more, [equal(COMPONENT, "domain", domain)], by=by)


def balance(domain: str, names: Sequence[tuple[str, str]], outer: str) -> str:
    """With what is wanted and not supplied, where districts are added up."""
    more = 'SUM("asked") - SUM("supplied") AS "unserved"' if outer == "SUM" else ""
    return summed(BALANCE, names, "district", outer, [equal(BALANCE, "domain", domain)], more=more)


def share_course(domain: str) -> str:
    return course(BALANCE, "MIN", "share", "share", [equal(BALANCE, "domain", domain)], by=("district",))


def depletion_course(lang: str, domain: str) -> str:
    """Of stores that something is taken from; all others stand at what is shown at most."""
    where = [equal(STORE, "domain", domain)]
    by = ("kind", "component", f"label_{held(lang)}")
    return course(STORE, "MIN", "hours_left", "hours", where, by=by)


def depletion_table(lang: str, domain: str) -> str:
    more = [(name, name) for name in ("hours_least", "amount", "unit", "draining")]
    by = ("component", "kind", "district", f"label_{held(lang)}")
    return newest(STORE, "hours_left", "hours_left", more, [equal(STORE, "domain", domain)], by=by)


def worst_readings(quantity: str, function: str) -> str:
    """The least or greatest value that each sensor read, of a run's readings of one quantity."""
    conditions = " AND ".join([*(_if_told(name) for name in ("run", "city", "district")), "$timeFilter"])
    return f'SELECT {function}("value") AS "value" FROM "{quantity}" WHERE {conditions} GROUP BY "component", "gateway"'


def _if_told(name: str) -> str:
    """A tag of a reading is what is chosen, or is not there: gateways of an installation of their own know no run."""
    return f'("{name}" =~ /^${{{name}:regex}}$/ OR "{name}" = \'\')'


def gateway_sum(name: str) -> str:
    """A count over all chosen gateways, as it was last."""
    conditions = where_of(scope(GATEWAY))
    rows = f'SELECT LAST({field(GATEWAY, name)}) AS "last" FROM "{GATEWAY.name}" WHERE {conditions} GROUP BY "gateway"'
    return f'SELECT SUM("last") AS "{name}" FROM ({rows}) WHERE $timeFilter'


def gateway_most(name: str) -> str:
    """The most of a count over all chosen gateways together, at one moment of the time that is shown."""
    conditions = where_of(scope(GATEWAY))
    each = f'SELECT LAST({field(GATEWAY, name)}) AS "last" FROM "{GATEWAY.name}" WHERE {conditions}'
    rows = f'{each} GROUP BY time(1m), "gateway" fill(none)'  # each is told of once a minute
    sums = f'SELECT SUM("last") AS "sum" FROM ({rows}) WHERE $timeFilter GROUP BY time(1m) fill(none)'
    return f'SELECT MAX("sum") AS "{name}" FROM ({sums}) WHERE $timeFilter'


def gateway_course(lang: str, function: str, name: str) -> str:
    return course(GATEWAY, function, name, name, by=("gateway", f"label_{held(lang)}"))


def gateway_table(lang: str) -> str:
    more = [("last_seen_ms", "last_seen_ms"), ("outbox", "outbox"), ("late", "late"), ("lost", "lost")]
    more += [("rate_hz", "rate_hz"), ("broker", "broker")]
    return newest(GATEWAY, "silent_s", "silent_s", more, by=("gateway", "district", f"label_{held(lang)}"))


def ingest_sum(*names: str) -> str:
    """Counts over all ingest services together, as they were last."""
    conditions = where_of(scope(INGEST))
    inner = ", ".join(f'LAST({field(INGEST, name)}) AS "{name}"' for name in names)
    total = " + ".join(f'SUM("{name}")' for name in names)
    rows = f'SELECT {inner} FROM "{INGEST.name}" WHERE {conditions} GROUP BY "ingest"'
    return f'SELECT {total} AS "count" FROM ({rows}) WHERE $timeFilter'


def ingest_table() -> str:
    more = [("written", "written"), ("duplicate", "duplicate"), ("late", "late"), ("rejected", "rejected")]
    more += [("dead_letters", "dead_letters"), ("lost_packs", "lost_packs"), ("outbox", "outbox"), ("lag_s", "lag_s")]
    return newest(INGEST, "up", "up", more, by=("ingest",))


def broker_course() -> str:
    return course(BROKER, "MIN", "up", "up", by=("broker",))


def broker_table() -> str:
    return newest(BROKER, "up", "up", [("gateways", "gateways"), ("state", "state")], by=("broker",))


def _alert(of: Measurement, name: str, where: Where, by: Sequence[str]) -> str:
    grouped = ", ".join(tag(of, one) for one in by)
    conditions = where_of(where)
    return f'SELECT LAST({field(of, name)}) AS "{name}" FROM "{of.name}" WHERE {conditions} GROUP BY {grouped}'


def alert_people(measures: Sequence[str]) -> str:
    """People below the limit of these measures."""
    where = [equal(AFFECTED, "measure", *measures)]
    return _alert(AFFECTED, "now", where, ("run", "city", "measure"))


def alert_fallbacks(kind: str) -> str:
    """Fallbacks that are left behind the present mode of a lifeline; -1 once it serves nothing."""
    return _alert(MODE, "left_now", [equal(MODE, "kind", kind)], ("run", "city", "component", "district"))


_NAMED = ("run", "city", "component", "district", "label_de", "label_en")


def alert_last_source(but: Sequence[str]) -> str:
    """The same of all lifelines but those of some kinds."""
    others = [f"{tag(MODE, 'kind')} != '{kind}'" for kind in but]
    return _alert(MODE, "left_now", [equal(MODE, "domain", for_people()), *others], _NAMED)


def alert_stores() -> str:
    """Hours for which what a lifeline draws on lasts."""
    return _alert(MODE, "hours_now", [equal(MODE, "domain", for_people())], _NAMED)


def alert_brokers() -> str:
    """How many brokers are there."""
    rows = _alert(BROKER, "up", [], ("run", "city", "broker"))
    return f'SELECT SUM("up") AS "up" FROM ({rows}) WHERE $timeFilter GROUP BY "run", "city"'


def alert_silent() -> str:
    """Seconds since each gateway was heard."""
    return _alert(GATEWAY, "silent_s", [], ("run", "city", "gateway", "district"))
