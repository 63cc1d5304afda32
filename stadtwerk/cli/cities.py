"""`city import`, `city generate`, `city show` and `city export` behind the command line."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from resilience.scenario.norms import basis_words
from simulator.contracts.city import City
from simulator.contracts.codes import maker_words
from simulator.contracts.names import slug, suggestion
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.registry import IMPORTERS, named, registry
from simulator.contracts.words import Said, Text, Words, number
from stadtwerk.cli.things import Asked, show_things
from stadtwerk.library import load_named_city
from stadtwerk.runs.finished import results_of
from stadtwerk.terminal import Terminal

_ = Words("stadtwerk")
_n = _.plural


SHOWN_AT_FIRST = 30
"""Assumptions printed on the terminal; all of them stand in the city's folder."""

FULLEST = 12
"""Cable trenches printed on the terminal, those with most cables."""


_FILES = (
    *("water", "power", "roads_net", "roads_nodes", "roads_trips", "gmns", "links", "districts"),
    *("road_map", "assets"),
)
"""Options of the import that name a file (or folder)."""


def import_from(options: argparse.Namespace) -> None:
    """Run the import that the options describe and say what came of it. Raises `BadInput`."""
    from simulator.city.importers.road_units import RoadUnits
    from simulator.city.importing import ImportSources, import_city

    terminal = Terminal(options.lang)
    with TemporaryDirectory() as aside:
        asked = {name: path for name in _known() if (path := _given(options, name)) is not None}
        asked |= _brought(options, Path(aside))
        own = {name: path for name, path in asked.items() if name in _FILES}
        networks = {name: path for name, path in asked.items() if name not in _FILES}
        sources = ImportSources(
            options.name or slug(options.out.resolve().name) or "town",
            title="" if options.name else options.out.resolve().name,
            networks=networks,
            place=options.place,
            crs=options.crs,
            district_id=options.district_id,
            district_people=options.district_people,
            districts_count=_whole("--districts-count", options.districts_count, 200),
            sensors_per_gateway=_whole("--sensors-per-gateway", options.sensors_per_gateway, 100_000),
            road_units=RoadUnits(
                options.roads_length_unit,
                options.roads_time_unit,
                options.roads_speed_unit,
                options.roads_coordinates,
                options.roads_trips_period,
            ),
            **own,
        )
        with terminal.working(_("reading networks")):
            report = import_city(sources, options.out)
    show(report.city, terminal)
    made = _("city folder: {folder}", folder=str(options.out))
    n, file = len(report.assumptions), str(options.out / "assumptions.md")
    for said in (made, _n("{n} assumption, in {file}", "{n} assumptions, all in {file}", n, file=file)):
        print(terminal.said(said))


def generate_town(inhabitants: int, seed: int, out: Path, name: str, lang: str) -> None:
    """Draw a town, and say what it has and how its figures compare with published ones. Raises `BadInput`."""
    from simulator.city.planning.plan import generate_city

    terminal = Terminal(lang)
    with terminal.working(_("drawing the town")):
        drawn = generate_city(inhabitants, seed, out, name or slug(out.resolve().name))
    show(drawn.city, terminal)
    heads = (_("figure"), _("unit"), _("town"), _("in towns"), _("source"))
    rows = [
        (
            terminal.said(one.name),
            one.unit,
            terminal.said(number(one.value)),
            terminal.said(_("{least} to {most}", least=number(one.least), most=number(one.most))),
            terminal.said(one.source),
        )
        for one in drawn.figures
    ]
    terminal.table(terminal.said(_("figures")), [terminal.said(head) for head in heads], rows)
    print(terminal.said(_("city folder: {folder}", folder=str(out))))


def _whole(option: str, value: int, most: int) -> int:
    """A number that was given for an option, 0 for none. Raises `BadInput`."""
    if not 0 <= value <= most:
        what, fix = _("{value} is not from 1 to {most}", value=value, most=most), _("write another number")
        raise BadInput([Problem("command line", 0, option, what, fix)])
    return value


def write_list(out: Path, lang: str) -> None:
    """Write a list of assets with an example of each kind of row. Raises `BadInput`."""
    from simulator.city.importers.assets import write_template

    try:
        write_template(out)
    except OSError as error:
        what = _("cannot be written ({reason})", reason=reason_of(error))
        raise BadInput([Problem(str(out), 0, "--out", what, _("check the path"))]) from None
    print(
        _(
            "{file}: fill it in in place of the two examples, then: stadtwerk city import … --assets {file}",
            file=str(out),
        ).of(lang)
    )


def _known() -> tuple[str, ...]:
    """What the import takes: the options of its own, and the network files that catalogues declare."""
    return (*_FILES, *registry().networks)


def _given(options: argparse.Namespace, name: str) -> Path | None:
    """The file that was named for an option of the import."""
    path: Path | None = getattr(options, name if name in _FILES else f"network {name}", None)
    return path


def _brought(options: argparse.Namespace, aside: Path) -> dict[str, Path]:
    """What importers of plug-ins make of their files: files of forms that the import knows, by its own options.

    An importer is called with its file and an empty folder that it may write into, and returns the files by the names
    of the options that they stand for (`water`, `power`, `links` ...). Raises `BadInput`.
    """
    importers, found, problems = registry().extensions(IMPORTERS), {}, []
    for place, asked in enumerate(options.brought):
        name, _equals, file = asked.partition("=")
        if name not in importers or not file:
            fix = (
                suggestion(name, importers, "stadtwerk list plugins")
                if importers
                else _("see `stadtwerk list plugins`")
            )
            problems.append(
                Problem("command line", 0, "--from", _("{asked} names no importer and a file", asked=repr(asked)), fix)
            )
            continue
        into = aside / str(place)
        into.mkdir()
        try:
            made: dict[str, Path] = dict(named(importers[name].run)(Path(file), into))
        except OSError as error:
            problems.append(
                Problem(file, 0, "file", _("cannot be read ({reason})", reason=reason_of(error)), _("check the path"))
            )
            continue
        except BadInput as bad:
            problems += bad.problems
            continue
        except Exception as error:  # whatever a plug-in stumbles over
            said = f"{type(error).__name__}: {error}"
            what = _("the importer {name} of a plug-in fails: {error}", name=repr(name), error=said)
            problems.append(Problem(file, 0, "importer", what, _("check the file, or ask whoever wrote the plug-in")))
            continue
        for option, path in made.items():
            if option not in _known():
                what = _(
                    "the importer {name} brings {option}, which no option of the import stands for",
                    name=repr(name),
                    option=repr(option),
                )
                problems.append(
                    Problem(file, 0, "importer", what, _("it may bring: {names}", names=", ".join(_known())))
                )
            elif option in found or _given(options, option) is not None:
                fix = _("leave out --{option}", option=option.replace("_", "-"))
                problems.append(
                    Problem(file, 0, "importer", _("brings {option}, which is given twice", option=option), fix)
                )
            else:
                found[option] = path
    if problems:
        raise BadInput(problems)
    return found


def show_city(name: str, asked: Asked | None, lang: str) -> None:
    """What a city has: in number, or what is asked for by id and name. Raises `BadInput`."""
    terminal = Terminal(lang)
    with terminal.working(_("loading the city")):
        city = load_named_city(name)
    if asked is None:
        show(city, terminal)
    else:
        show_things(city, asked, terminal)


def export_city(name: str, out: Path, run: Path | None, lang: str) -> None:
    """Write a city as GeoJSON or GeoPackage, with what a run did to it if one is named, and styles beside it.

    Raises `BadInput`.
    """
    from simulator.city.export import write_geojson
    from simulator.city.geopackage import SUFFIX, write_geopackage, write_styles
    from stadtwerk.runs.finished import run_folders

    city = load_named_city(name)
    results = None
    if run is not None:
        (folder,) = run_folders([run])
        results = results_of(folder, city)
    styles: tuple[Path, ...] = ()
    try:
        if out.suffix.lower() == SUFFIX:
            write_geopackage(out, city, results, lang)
        else:
            write_geojson(out, city, results, lang)
        styles = write_styles(out)
    except OSError as error:
        raise BadInput(
            [
                Problem(
                    str(out),
                    0,
                    "--out",
                    _("cannot be written ({reason})", reason=reason_of(error)),
                    _("check the path"),
                )
            ]
        ) from None
    said = _(
        "{file}: {districts} districts, {components} components, {links} links",
        file=str(out),
        districts=number(len(city.districts)),
        components=number(len(city.components)),
        links=number(len(city.links)),
    )
    print(said.of(lang))
    print(_("styles for QGIS: {files}", files=", ".join(style.name for style in styles)).of(lang))


def show(city: City, terminal: Terminal) -> None:
    """Districts, components and links in number, and the assumptions behind them."""

    def table(title: Text, heads: Sequence[Text], rows: Sequence[Sequence[str]]) -> None:
        terminal.table(terminal.said(title), [terminal.said(head) for head in heads], rows)

    def count(value: int) -> str:
        return terminal.said(number(value))

    title = Said({"en": city.title_en, "de": city.title_de})
    people, components = number(city.people), number(len(city.components))
    head = _("{title} ({name}): {people} people, {components} components")
    print(terminal.said(head.filled(title=title, name=city.name, people=people, components=components)))
    districts = [(d.id, d.title, count(d.people)) for d in city.districts.values()]
    table(_("districts"), (_("id"), _("name"), _("people")), districts)
    kinds = Counter(component.kind for component in city.components.values())
    domains = {component.kind: component.domain.value for component in city.components.values()}
    heads = (_("kind"), _("domain"), _("number"))
    table(_("components"), heads, [(kind, domains[kind], count(n)) for kind, n in kinds.items()])
    links = Counter(link.kind.value for link in city.links.values())
    table(_("links"), (_("kind"), _("number")), [(kind, count(n)) for kind, n in links.items()])
    makes = Counter((c.maker, c.model, c.firmware) for c in city.components.values() if c.maker)
    if makes:
        made = (_("vendor"), _("model"), _("firmware"), _("number"))
        table(
            _("vendors"),
            made,
            [
                (terminal.said(maker_words(maker)), model, firmware, count(n))
                for (maker, model, firmware), n in sorted(makes.items())
            ],
        )
    cables = Counter(name for link in city.links.values() for name in link.trenches)
    cables.update(name for component in city.components.values() for name in component.trenches)
    if cables:
        many = len(cables) > FULLEST
        text = _("cable trenches ({n}), the fullest") if many else _("cable trenches ({n})")
        fullest = sorted(cables.items(), key=lambda item: (-item[1], item[0]))[:FULLEST]
        rows = [(name, count(n)) for name, n in fullest]
        table(text.filled(n=number(len(cables))), (_("trench"), _("cables")), rows)
    told = [
        tuple(map(terminal.said, (a.subject, a.text, basis_words(a.basis)))) for a in city.assumptions[:SHOWN_AT_FIRST]
    ]
    assumed = (_("about"), _("what was assumed"), _("basis"))
    table(_("assumptions ({n})", n=number(len(city.assumptions))), assumed, told)
    if len(city.assumptions) > SHOWN_AT_FIRST:
        print(terminal.said(_("and {n} more", n=number(len(city.assumptions) - SHOWN_AT_FIRST))))
    for finding in city.findings:
        print(terminal.said(_("Warning: {text}", text=finding.text)))
