"""What a scenario expects of service levels, and the steady state before it: levels, limits, windows."""

from __future__ import annotations

from resilience.scenario.fields import Fields
from resilience.scenario.norms import norms
from resilience.scenario.semantics.frame import Times
from simulator.contracts.city import City
from simulator.contracts.duration import shown
from simulator.contracts.kinds import MEASURES
from simulator.contracts.level import Measure


def check_steady_state(top: Fields, city: City | None, times: Times) -> None:
    for item in top.children("steady_state"):
        _check_levels(item, city)
        length = item.seconds("for")
        if length is not None and times.warmup_s is not None and length > times.warmup_s:
            what = f"is longer than the warm-up ({shown(times.warmup_s)})"
            item.wrong("for", what, "warm up longer or ask for less")


def check_expectations(top: Fields, city: City | None, times: Times) -> None:
    entries = {name: item for item in top.children("timeline") if (name := item.text("id")) is not None}
    for item in top.children("expect"):
        kind = item.text("type")
        if kind != "link-continuity":
            _check_levels(item, city)
        _check_window(item, times)
        item.time_limit("longest")
        item.time_limit("time_below")
        fault = item.text("fault")
        if fault is not None and fault not in entries:
            item.unknown("fault", "timeline entry", fault, entries, ", ".join(entries))
        elif kind == "recovery":
            _check_recovery(item, times, entries)
        if kind == "link-continuity" and not entries:
            item.wrong("type", "asks about a fault, but the timeline is empty", "break something, or ask otherwise")
        if kind == "budget" and "person_hours" not in item and "time_below" not in item:
            item.wrong((), "says neither `person_hours` nor `time_below`", "add one of the two")


def _check_levels(item: Fields, city: City | None) -> None:
    if ("level" in item) == ("levels" in item):
        both = "level" in item
        item.wrong("levels" if both else (), *_one_of("level", "levels", both))
    if "at_least" in item and "at_most" in item:
        item.wrong("at_most", *_one_of("at_least", "at_most", True))
    check_limits(item, _measures_chosen(item, city))


def check_limits(item: Fields, measures: tuple[Measure, ...]) -> None:
    """`at_least` and `at_most` fit what is measured."""
    limits = {name: item.limit(name) for name in ("at_least", "at_most") if name in item}
    if len(limits) == 2:
        return
    for name, limit in limits.items():
        if limit is None or limit[0] is None:
            continue
        for measure in measures:
            if measure.higher_is_better != (name == "at_least"):
                better, right = ("higher", "at_least") if measure.higher_is_better else ("lower", "at_most")
                item.wrong(name, f"{measure.name} is better when it is {better}", f"write `{right}` for it")
                break
            if limit[1] and norms()[limit[1]].unit != measure.unit:
                what = f"norm {limit[1]!r} is in {norms()[limit[1]].unit}, {measure.name} in {measure.unit}"
                item.wrong(name, what, "name a norm in the same unit, or write a number")
                break


def _measures_chosen(item: Fields, city: City | None) -> tuple[Measure, ...]:
    """The measures of the levels that an item chooses, as far as they can be known, without repetition."""
    chooser = item.child("levels")
    if chooser.data:
        name, domain = chooser.text("measure"), chooser.text("domain")
        if name is not None and name not in MEASURES:
            chooser.unknown("measure", "measure", name, MEASURES, "stadtwerk list levels")
            return ()
        found = [m for m in MEASURES.values() if name in (None, m.name) and domain in (None, m.domain)]
        if city is not None:
            owed = {level.measure for level in city.levels.values()}
            found = [m for m in found if m.name in owed]
            if not found:
                item.wrong("levels", f"city {city.name!r} owes no such level", "see `stadtwerk list levels`")
        return tuple(found)
    if city is None:
        return ()
    if item.text("levels") == "all":
        return tuple(dict.fromkeys(MEASURES[level.measure] for level in city.levels.values()))
    chosen: list[Measure] = []
    for way, name in (*item.texts("level"), *item.texts("levels")):
        if name in city.levels:
            chosen.append(MEASURES[city.levels[name].measure])
        elif way == ("levels",):
            item.wrong(way, f"{name!r} is not `all`", f"write `all`, or a list: [{name}]")
        else:
            item.unknown(way, "service level", name, city.levels, "stadtwerk list levels")
    return tuple(dict.fromkeys(chosen))


def _one_of(first: str, second: str, both: bool) -> tuple[str, str]:
    what = f"has both `{first}` and `{second}`" if both else f"has neither `{first}` nor `{second}`"
    return what, "keep one of the two" if both else "add one of the two"


def _check_window(item: Fields, times: Times) -> None:
    begin, until = item.seconds("from"), item.seconds("until")
    at = None if item.text("at") == "end" else item.seconds("at")
    for name, value in (("from", begin), ("until", until), ("at", at)):
        if value is not None and times.duration_s is not None and value > times.duration_s:
            item.wrong(name, f"lies after the end of the run ({shown(times.duration_s)})", "write an earlier time")
    if begin is not None and until is not None and until <= begin:
        item.wrong("until", f"is not after `from` ({shown(begin)})", "write a later time")
    if "share" in item and "at" in item:
        item.wrong("at", *_one_of("share", "at", True))
    if item.text("type") == "level" and "share" not in item and ("from" in item or "until" in item):
        name = "from" if "from" in item else "until"
        item.wrong(name, "means nothing without `share`", "add `share`, or judge one moment with `at`")


def _check_recovery(item: Fields, times: Times, entries: dict[str, Fields]) -> None:
    """Refuses an origin that never comes, and a deadline that the run does not live to see."""
    limit, after = item.time_limit("within"), item.text("after") or "onset"
    if after == "heal":
        if "fault" in item:
            item.wrong("fault", "means nothing with `after: heal`", "leave it out")
        if times.heal_by_s is None:
            item.wrong("after", "is `heal`, but the run says no `heal_by`", "add `heal_by` to `run`")
    elif not entries:
        item.wrong("after", f"is `{after}`, but the timeline is empty", "break something, or ask otherwise")
    named = [entries[name] for name in entries if item.text("fault") in (None, name)]
    origins = [_origin(Fields(e.document, e.place, e.data, []), after, times) for e in named]
    known = [origin for origin in origins if origin is not None]
    origin = times.heal_by_s if after == "heal" else None
    if known and after != "heal":
        origin = min(known) if after == "onset" else max(known)
    end = times.duration_s
    # a fault that comes after the end of the run is one mistake, not two
    if limit is not None and origin is not None and end is not None and origin < end < origin + limit[0]:
        what = f"ends {shown(origin + limit[0])} after zero, the run after {shown(end)}"
        item.wrong("within", what, "run longer or ask for an earlier recovery")


def _origin(entry: Fields, after: str, times: Times) -> float | None:
    """When an entry begins, or is over as far as that is written (a repair's end is not)."""
    drawn = {"when", "random", "cases"} & set(entry.data)
    at = None if drawn else entry.seconds("at")
    if at is None or after == "onset":
        return at
    length = entry.seconds("for")
    return at + length if length is not None else (None if "repair" in entry else times.heal_by_s)
