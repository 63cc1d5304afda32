"""Writes what docs/model says of numbers, and its figures, anew: `python -m tools.model` (`--all`: the long ones too).

The pages keep their own words. What stands between their marks is made here: parameters and faults as the catalogues
declare them, numbers that the code itself calls assumptions, and what the demo city requires of the sub-system.
"""

from __future__ import annotations

import ast
import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from resilience.judge.limits import is_number_of
from resilience.scenario.norms import norms
from simulator.contracts.catalogue import ComponentType
from simulator.contracts.city import City
from simulator.contracts.failure import Confidence
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.registry import registry
from simulator.contracts.sources import Source, is_assumed, source_text
from stadtwerk.library import load_named_city
from tools.model_figures import LONG, QUICK

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs" / "model"
BEGIN, END = "<!-- from the code: begin -->", "<!-- from the code: end -->"
HOUR_S = 3600.0
LIFELINE = "lifeline"
"""The measure of the share of its duty that a lifeline serves."""


@dataclass(frozen=True)
class Chapter:
    """A page: catalogues whose things it tells of, and files (or folders) whose numbers."""

    catalogues: tuple[str, ...]
    places: tuple[str, ...]


CHAPTERS = {
    "water": Chapter(
        ("water", "waterworks"),
        ("simulator/domains/water", "simulator/lifelines/waterworks", "simulator/city/demo_water.py"),
    ),
    "energy": Chapter(("energy",), ("simulator/domains/energy",)),
    "traffic": Chapter(
        ("traffic", "traffic-control"),
        (
            *("simulator/domains/traffic", "simulator/lifelines/traffic_control"),
            *("simulator/city/demo.py", "simulator/city/planning/roads.py"),
        ),
    ),
    "ict": Chapter(
        ("ict", "telephony", "town-hall"),
        ("simulator/domains/ict", "simulator/lifelines/telephony", "simulator/lifelines/control_centre.py"),
    ),
    "wastewater": Chapter(("wastewater",), ("simulator/domains/wastewater",)),
    "lifelines": Chapter(
        ("hospital", "rescue", "drinking-water", "public-warning", "district-heating"),
        tuple(
            f"simulator/lifelines/{name}"
            for name in ("hospital", "rescue", "drinking_water", "public_warning", "district_heating")
        ),
    ),
    "people": Chapter(("crews",), ("simulator/coupling", "simulator/city/people.py")),
    "sensors": Chapter(("sensors",), ("simulator/sensors", "simulator/city/cohorts.py")),
}


def there() -> dict[str, Chapter]:
    """The chapters whose catalogues are all installed."""
    return {name: one for name, one in CHAPTERS.items() if registry().catalogues.keys() >= set(one.catalogues)}


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(map(cell, row))} |" for row in rows)])


def said(source: Source) -> str:
    """A source, an assumption in bold."""
    text = source_text(source).of("en")
    return text.replace("assumption", "**assumption**", 1) if is_assumed(source) else text


def amount(value: float | str | bool | None, unit: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value or "none"
    if value is None:
        return "by the city or scenario"
    if unit == "s" and value >= HOUR_S:
        return f"{value / HOUR_S:,.4g} h"
    return f"{value:,.12g} {unit}" if unit not in ("", "1") else f"{value:,.12g}"


def parameters(chapter: Chapter) -> list[list[str]]:
    """What components take, faults and repairs do: whose, what, default, source. Alike ones stand once."""
    rows: dict[tuple[str, ...], list[str]] = {}

    def add(whose: str, what: str, default: str, source: str) -> None:
        owners = rows.setdefault((what, default, source), [])
        if whose not in owners:
            owners.append(whose)

    def of(parameter: Parameter) -> str:
        about = "" if parameter.title is None else f": {parameter.title.of('en')}"
        return f"`{parameter.name}`{about}"

    for name in chapter.catalogues:
        for engine in registry().catalogues[name].subsystems:
            for setting in engine.settings:
                default = amount(setting.default, setting.unit)
                add("setting of city or run", of(setting), default, said(setting.source))
    for kind in types(chapter):
        for parameter in kind.parameters:
            add(kind.title.of("en"), of(parameter), amount(parameter.default, parameter.unit), said(parameter.source))
    for point in faults(chapter):
        for parameter in point.parameters:
            whose = f"fault `{point.name}`"
            add(whose, of(parameter), amount(parameter.default, parameter.unit), said(parameter.source))
    for kind in types(chapter):
        if kind.faults:
            hours = f"{kind.repair.median_s / 3600:g} h"
            add(
                kind.title.of("en"),
                "work of a repair on site, half of them take longer",
                hours,
                said(kind.repair.source),
            )
    return [[", ".join(owners), *key] for key, owners in rows.items()]


def types(chapter: Chapter) -> Iterator[ComponentType]:
    """The types that its catalogues declare, with what all of their kind take."""
    found = registry()
    for name in chapter.catalogues:
        for kind in found.catalogues[name].types:
            yield found.types[kind.name]


def faults(chapter: Chapter) -> Iterator[FaultPoint]:
    """All faults that its catalogues declare, each once."""
    seen = set()
    for name in chapter.catalogues:
        declared = registry().catalogues[name]
        own = (*declared.types, *declared.links)
        for point in (*(p for one in own for p in one.faults), *declared.sensor_faults, *declared.report_faults):
            if point.name not in seen:
                seen.add(point.name)
                yield point


def constants(chapter: Chapter) -> list[list[str]]:
    """Numbers of the code whose own description calls them an assumption: name, value, description."""
    rows = []
    for place in chapter.places:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            body = ast.parse(file.read_text(encoding="utf-8")).body
            for node, after in itertools.pairwise(body):
                name = named(node)
                if name and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                    text = str(after.value.value)
                    value = getattr(node, "value", None)
                    if "assumption" in text and value is not None and not isinstance(value, ast.Call):
                        rows.append([f"`{name}` in {file.relative_to(ROOT)}", f"`{shown(value)}`", text])
    return rows


def named(node: ast.stmt) -> str:
    """The names of constants that a statement gives a value to."""
    if isinstance(node, ast.AnnAssign):
        targets: list[ast.expr] = [node.target]
    elif isinstance(node, ast.Assign):
        targets = node.targets
    else:
        return ""
    names = [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
    return ", ".join(names) if names and all(name.isupper() and name[0] != "_" for name in names) else ""


LONGEST = 120


def shown(value: ast.expr) -> str:
    text = ast.unparse(value)
    return text if len(text) <= LONGEST else "see there"


def levels(chapter: Chapter, city: City) -> list[list[str]]:
    """What the demo city requires: measure, of what, minimum, basis. Districts count together."""
    found = registry()
    kinds = {kind.name for kind in types(chapter)}
    measures = {one.name for name in chapter.catalogues for one in found.catalogues[name].measures}
    rows: dict[tuple[str, str, str], list[str]] = {}
    for level in city.levels.values():
        component = city.components.get(level.subject)
        if level.measure == LIFELINE:
            if component is None or component.kind not in kinds:
                continue
        elif level.measure not in measures:
            continue
        measure = found.measures[level.measure]
        limit = f"{'at least' if measure.higher_is_better else 'at most'} {amount(level.minimum, measure.unit)}"
        norm, basis = norms().get(level.basis), "**assumption**"
        if norm is not None:
            basis = f"`{norm.id}`" if is_number_of(norm, level) else f"{basis}, after `{norm.id}`"
        subject = "districts" if level.subject in city.districts else level.subject
        rows.setdefault((measure.title.of("en"), limit, basis), []).append(subject)
    return [[what, ", ".join(dict.fromkeys(of)), limit, basis] for (what, limit, basis), of in rows.items()]


def failures(chapter: Chapter) -> str:
    """How many failure rates and fragility curves are less than found or second-hand."""
    declared = [registry().catalogues[name] for name in chapter.catalogues]
    curves = [(one.fragilities, one.rates) for one in declared]
    both = [(len(group), sum(of.confidence in UNSURE for of in group)) for group in zip_sums(curves)]
    if not any(total for total, _ in both):
        return ""
    parts = [
        f"of {total} {what} {unsure} {'is an assumption' if unsure == 1 else 'are assumptions'} or from memory"
        for what, (total, unsure) in zip(("fragility curves", "failure rates"), both, strict=True)
        if total
    ]
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}; `stadtwerk list fragilities` and `stadtwerk list rates` say which."


UNSURE = (Confidence.ASSUMPTION, Confidence.MEMORY)


def zip_sums(pairs: Sequence[tuple[Sequence[object], Sequence[object]]]) -> tuple[list[object], list[object]]:
    return [one for first, _ in pairs for one in first], [one for _, second in pairs for one in second]


def sensors(city: City) -> list[list[str]]:
    """What the demo city measures: quantity, number, accuracy, period."""
    found: dict[tuple[str, str, str], int] = {}
    words = registry().quantities
    for one in city.cohorts:
        unit = "" if one.unit == "1" else f" {one.unit}"
        key = (words[one.quantity].title.of("en"), f"{one.accuracy:,.6g}{unit}", f"{one.period_s:g} s")
        found[key] = found.get(key, 0) + len(one.components)
    return [[what, f"{count:,}", accuracy, period] for (what, accuracy, period), count in found.items()]


def numbers(chapter: Chapter, city: City) -> str:
    """All that stands between the marks of a page."""
    parts = []
    if rows := parameters(chapter):
        marked = sum("**assumption**" in row[3] for row in rows)
        parts += [
            "### Defaults of components and faults",
            f"{marked} of {len(rows)} are assumptions.",
            table(("of", "what", "default", "source"), rows),
        ]
    if text := failures(chapter):
        parts.append(text)
    if rows := levels(chapter, city):
        parts += [
            "### What the demo city requires",
            "A basis in code letters is a norm (`stadtwerk list norms`); *after* a norm: it says why, not this number.",
            table(("measure", "of", "required", "basis"), rows),
        ]
    if "sensors" in chapter.catalogues:
        parts += [
            "### What the demo city measures",
            "Accuracy is one standard deviation; where each comes from stands in the city's `city.yaml` (`basis`). "
            "Most are assumptions.",
            table(("quantity", "sensors", "accuracy", "every"), sensors(city)),
        ]
    if rows := constants(chapter):
        parts += [
            "### Assumptions inside the code",
            "Not parameters of a city: whoever wants another number changes the code.",
            table(("number", "value", "what it is, and why"), rows),
        ]
    return "\n\n".join(parts)


def page(text: str, made: str) -> str:
    """The page with its numbers anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def main() -> int:
    city = load_named_city("demo")
    for name, chapter in there().items():
        path = DOCS / f"{name}.md"
        path.write_text(page(path.read_text(encoding="utf-8"), numbers(chapter, city)), encoding="utf-8")
    for name, draw in {**QUICK, **(LONG if "--all" in sys.argv else {})}.items():
        if name in there():
            (DOCS / f"{name}.svg").write_text(draw(city), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
