"""`city import`, `city show` and `city export` behind the command line."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from simulator.contracts.city import City
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import IMPORTERS, named, registry
from simulator.contracts.words import Words
from stadtwerk.library import load_named_city
from stadtwerk.runs.finished import results_of
from stadtwerk.terminal import Terminal

_ = Words("stadtwerk")


SHOWN_AT_FIRST = 30
"""Assumptions printed on the terminal; all of them stand in the city's folder."""

FULLEST = 12
"""Cable trenches printed on the terminal, those with most cables."""


_FILES = ("water", "power", "roads_net", "roads_nodes", "roads_trips", "gmns", "links", "districts")
"""Options of the import that name a file (or folder)."""


def import_from(options: argparse.Namespace) -> None:
    """Run the import that the options describe and say what came of it. Raises `BadInput`."""
    from simulator.city.importing import ImportSources, import_city

    terminal = Terminal()
    with TemporaryDirectory() as aside:
        given = {name: getattr(options, name) for name in _FILES} | _brought(options, Path(aside))
        sources = ImportSources(options.name or options.out.resolve().name, **given)
        with terminal.working(_("reading networks")):
            report = import_city(sources, options.out)
    show(report.city, terminal)
    print(f"city folder: {options.out}")
    print(f"assumptions: {len(report.assumptions)}, all in {options.out / 'assumptions.md'}")


def _brought(options: argparse.Namespace, aside: Path) -> dict[str, Path]:
    """What importers of plug-ins make of their files: files of forms that the import knows, by its own options.

    An importer is called with its file and an empty folder that it may write into, and returns the files by the names
    of the options that they stand for (`water`, `power`, `links` ...). Raises `BadInput`.
    """
    importers, found, problems = registry().extensions(IMPORTERS), {}, []
    for number, asked in enumerate(options.brought):
        name, _, file = asked.partition("=")
        if name not in importers or not file:
            fix = suggestion(name, importers, "stadtwerk list plugins") if importers else "see `stadtwerk list plugins`"
            problems.append(Problem("command line", 0, "--from", f"{asked!r} names no importer and a file", fix))
            continue
        into = aside / str(number)
        into.mkdir()
        try:
            made: dict[str, Path] = named(importers[name].run)(Path(file), into)
        except OSError as error:
            problems.append(Problem(file, 0, "file", f"cannot be read ({error.strerror})", "check the path"))
            continue
        for option, path in made.items():
            if option not in _FILES:
                what = f"the importer {name!r} brings {option!r}, which no option of the import stands for"
                problems.append(Problem(file, 0, "importer", what, f"it may bring: {', '.join(_FILES)}"))
            elif option in found or getattr(options, option) is not None:
                fix = f"leave out --{option.replace('_', '-')}"
                problems.append(Problem(file, 0, "importer", f"brings {option}, which is given twice", fix))
            else:
                found[option] = path
    if problems:
        raise BadInput(problems)
    return found


def show_city(name: str) -> None:
    terminal = Terminal()
    with terminal.working(_("loading the city")):
        city = load_named_city(name)
    show(city, terminal)


def export_city(name: str, out: Path, run: Path | None) -> None:
    """Write a city as GeoJSON, with what a run did to it if one is named. Raises `BadInput`."""
    from simulator.city.export import write_geojson
    from stadtwerk.runs.finished import run_folders

    city = load_named_city(name)
    results = None
    if run is not None:
        (folder,) = run_folders([run])
        results = results_of(folder, city)
    try:
        write_geojson(out, city, results)
    except OSError as error:
        raise BadInput(
            [Problem(str(out), 0, "--out", f"cannot be written ({error.strerror})", "check the path")]
        ) from None
    print(f"{out}: {len(city.districts)} districts, {len(city.components):,} components, {len(city.links):,} links")


def show(city: City, terminal: Terminal) -> None:
    """Districts, components and links in number, and the assumptions behind them."""
    print(f"{city.title_en} ({city.name}): {city.people:,} people, {len(city.components):,} components")
    districts = [(d.id, d.title, f"{d.people:,}") for d in city.districts.values()]
    terminal.table("districts", ("id", "name", "people"), districts)
    kinds = Counter(component.kind for component in city.components.values())
    domains = {component.kind: component.domain.value for component in city.components.values()}
    terminal.table("components", ("kind", "domain", "number"), [(k, domains[k], f"{n:,}") for k, n in kinds.items()])
    links = Counter(link.kind.value for link in city.links.values())
    terminal.table("links", ("kind", "number"), [(k, f"{n:,}") for k, n in links.items()])
    makes = Counter((c.maker, c.model, c.firmware) for c in city.components.values() if c.maker)
    if makes:
        heads = ("maker", "model", "firmware", "number")
        terminal.table("makers", heads, [(*make, f"{n:,}") for make, n in sorted(makes.items())])
    cables = Counter(name for link in city.links.values() for name in link.trenches)
    cables.update(name for component in city.components.values() for name in component.trenches)
    if cables:
        title = f"cable trenches ({len(cables)})" + (", the fullest" if len(cables) > FULLEST else "")
        fullest = sorted(cables.items(), key=lambda item: (-item[1], item[0]))[:FULLEST]
        terminal.table(title, ("trench", "cables"), [(name, f"{n:,}") for name, n in fullest])
    rows = [(a.subject, a.text, a.basis) for a in city.assumptions[:SHOWN_AT_FIRST]]
    terminal.table(f"assumptions ({len(city.assumptions)})", ("about", "what was assumed", "basis"), rows)
    if len(city.assumptions) > SHOWN_AT_FIRST:
        print(f"and {len(city.assumptions) - SHOWN_AT_FIRST} more")
