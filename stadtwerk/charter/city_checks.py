"""Checks of the city as data, who answers for it, of whom it is, how old it is, and whether it can be handed on; and of
the report itself: one row for each clause in every form and language.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from resilience.judge.verdict import Figure, Value
from resilience.report.charter import (
    CharterContent,
    CharterRun,
    ClauseEvidence,
    charter_json,
    charter_markdown,
    charter_page,
)
from resilience.report.charter.grid import age_rows
from resilience.scenario.clauses import charter_clauses
from resilience.words.terms import kind_words
from simulator.contracts.city import City
from simulator.contracts.registry import registry
from simulator.contracts.words import LANGUAGES, Numeral, Text, Words, enumerated, number

_ = Words("stadtwerk")

TITLE_GEODATA = _("City and results as GeoJSON")
DEGREES = 1e-6
"""A millionth of a degree, about a decimetre: what may be lost on the way there and back."""


def check_owners(city: City) -> ClauseEvidence:
    """3.1/responsibilities: every component, link and service level names an owner."""
    things = [(component.id, component.owner) for component in city.components.values()]
    things += [(link.id, link.owner) for link in city.links.values()]
    things += [(level.id, level.owner) for level in city.levels.values()]
    without = [name for name, owner in things if not owner]
    owners = len({owner for _, owner in things if owner})
    every = number(len(things))
    if without:
        some = ", ".join(without[:5]) + (" …" if len(without) > 5 else "")
        count = number(len(without))
        reason = _(
            "{count} of {every} components, links and services name nobody: {some}.",
            count=count,
            every=every,
            some=some,
        )
    else:
        reason = _(
            "All {every} components, links and services name one of {owners} owners.", every=every, owners=owners
        )
    title = _("Owner named")
    figures = (Figure("without owner", float(len(without)), "1"), Figure("owners", float(owners), "1"))
    return ClauseEvidence("3.1/responsibilities", "owners", title, _value(not without), reason, figures)


def check_makers(city: City) -> ClauseEvidence:
    """3.3/vendor-independence: of every device the maker is known, so that the share of each can be told."""
    devices = city.of_kind(*registry().types_that(lambda one: one.device))
    title = _("Vendors known")
    if not devices:
        reason: Text = _("The city has no such devices.")
        return ClauseEvidence("3.3/vendor-independence", "makers", title, Value.INCONCLUSIVE, reason)
    without = Counter(device.kind for device in devices if not device.maker)
    makers = Counter(device.maker for device in devices if device.maker)
    share = max(makers.values(), default=0) / len(devices)
    figures = (Figure("largest share", share, "share"), Figure("without maker", float(without.total()), "1"))
    if without:
        reason = _lacking(without, _("their vendor"), len(devices))
    else:
        reason = _(
            "Of all {devices} devices the vendor is known ({makers} vendors); the largest supplies {share} of them.",
            devices=len(devices),
            makers=len(makers),
            share=Numeral(f"{100 * share:.0f}", per_cent=True),
        )
    return ClauseEvidence("3.3/vendor-independence", "makers", title, _value(not without), reason, figures)


def check_ages(city: City, year: int) -> ClauseEvidence:
    """III.j/obsolescence: of every device the year is known; how many are past their usual service life."""
    devices = city.of_kind(*registry().types_that(lambda one: one.device))
    title = _("Age known")
    if not devices:
        reason: Text = _("The city has no such devices.")
        return ClauseEvidence("III.j/obsolescence", "ages", title, Value.INCONCLUSIVE, reason)
    without = Counter(device.kind for device in devices if device.year is None)
    past = sum(row.past for row in age_rows(city, year))
    figures = (Figure("past service life", float(past), "1"), Figure("without year", float(without.total()), "1"))
    if without:
        reason = _lacking(without, _("their year"), len(devices))
    else:
        count = number(past)
        reason = _(
            "Of all {count} devices the year is known. {past} components of the city are past their usual "
            "service life in {year}; the table lists them.",
            count=len(devices),
            past=count,
            year=year,
        )
    return ClauseEvidence("III.j/obsolescence", "ages", title, _value(not without), reason, figures)


def check_geodata(city: City, runs: Sequence[CharterRun]) -> ClauseEvidence:
    """3.2/geodata: the city with the results of a run, written as GeoJSON and read back by two readers."""
    from tempfile import TemporaryDirectory

    from simulator.city.export import write_geojson
    from simulator.city.frame import MapFrame
    from simulator.city.geojson import read_districts
    from simulator.city.where import Where
    from stadtwerk.runs.finished import results_of

    with TemporaryDirectory() as place:
        path = Path(place) / "city.geojson"
        write_geojson(path, city, results_of(Path(runs[0].folder), city))
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        outlined = [f for f in features if f["geometry"]["type"] == "Polygon"]
        body = {"type": "FeatureCollection", "features": outlined}
        path.write_text(json.dumps(body), encoding="utf-8")
        frame = MapFrame.of_degrees(city.longitude_deg, city.latitude_deg)
        districts, problems = read_districts(path, frame, Where(path.name))
    lost = _lost(features, city)
    apart = [d.id for d in districts if d.people != city.districts[d.id].people]
    expected = sum(len(district.outline) >= 3 for district in city.districts.values())
    if len(districts) != expected:
        lost.append(f"{expected - len(districts)} outlines")
    bad = [*lost, *apart, *(str(problem) for problem in problems)]
    count = number(len(features))
    with_results = sum("worst_" in " ".join(feature["properties"]) for feature in features)
    reason = _(
        "{count} features (districts, components, links) written and read back with the same places and "
        "ids; {with_results} carry results of a run.",
        count=count,
        with_results=with_results,
    )
    if bad:
        some = ", ".join(bad[:3])
        reason = _("Changed or lost on reading back: {some}.", some=some)
    ok = not bad and with_results > 0
    figures = (Figure("features", float(len(features)), "1"),)
    return ClauseEvidence("3.2/geodata", "geojson", TITLE_GEODATA, _value(ok), reason, figures)


def _lost(features: Sequence[dict[str, object]], city: City) -> list[str]:
    """What is not where it was, seen by its id."""
    from simulator.city.export import line_ends
    from simulator.city.frame import to_degrees

    where = {str(f["id"]): f["geometry"] for f in features}
    lost = [name for name in (*city.districts, *city.components, *city.links) if name not in where]
    lines = line_ends(city)
    for component in city.components.values():
        shape = where.get(component.id)
        if isinstance(shape, dict):
            ends = lines.get(component.id)
            wanted = [to_degrees(c.x_m, c.y_m, city.longitude_deg, city.latitude_deg) for c in ends or (component,)]
            found = shape["coordinates"] if ends else [shape["coordinates"]]
            apart = [abs(a - b) for x, y in zip(wanted, found, strict=True) for a, b in zip(x, y, strict=True)]
            if max(apart) > DEGREES:
                lost.append(component.id)
    return lost


def _lacking(without: Counter[str], what: Text, every: int) -> Text:
    kinds = enumerated([_("{n} × {w}", n=n, w=w) for k, n in without.items() if (w := kind_words(k))])
    return _(
        "{without} of {every} devices do not name {what}: {kinds}.",
        without=without.total(),
        every=every,
        what=what,
        kinds=kinds,
    )


def _value(ok: bool) -> Value:
    return Value.PASS if ok else Value.FAIL


def check_forms(content: CharterContent) -> ClauseEvidence:
    """III.l/check-grids: HTML, Markdown and JSON have the same clauses in the same state, in both languages."""
    wanted = [(row.clause.id, row.status.value) for row in content.rows]
    wrong = [] if [name for name, _ in wanted] == [clause.id for clause in charter_clauses()] else ["clauses"]
    for lang in LANGUAGES:
        page = re.findall(r'data-clause="([^"]+)" data-status="([^"]+)"', charter_page(content, lang))
        if page != wanted:
            wrong.append(f"HTML ({lang})")
        text = charter_markdown(content, lang)
        if not all(f"({name})" in text for name, _ in wanted):
            wrong.append(f"Markdown ({lang})")
    rows = json.loads(charter_json(content))["rows"]
    if [(row["clause"]["id"], row["status"]) for row in rows] != wanted:
        wrong.append("JSON")
    title = _("One grid in all forms")
    reason = _("{count} rows, the same in HTML, Markdown and JSON, in German and English.", count=len(wanted))
    if wrong:
        reason = _("Different: {wrong}.", wrong=", ".join(wrong))
    return ClauseEvidence("III.l/check-grids", "forms", title, Value.FAIL if wrong else Value.PASS, reason)
