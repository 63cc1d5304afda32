"""`stadtwerk city import`, `city generate`, `city show`, `city export` and `city template`."""

from __future__ import annotations

import argparse
import contextlib
from functools import partial
from pathlib import Path
from typing import Any

from simulator.contracts.command_line import PLACES, Parser, Speaker
from simulator.contracts.words import Words

_ = Words("stadtwerk")

EPILOG = _("examples of an action: stadtwerk city ACTION --help\n")
SHOWN = _(
    """\
examples:
  stadtwerk city show demo                              the demo city: how many of what, and what was assumed
  stadtwerk city show mycity                            a city folder
  stadtwerk city show demo --list                       every component and link, with the id that scenarios take
  stadtwerk city show demo --find hospital              what is called so, in any language, or has such an id
  stadtwerk city show demo --kind pump --district d5    the pumps of a district
"""
)
EXPORTED = _(
    """\
examples:
  stadtwerk city export demo --out city.geojson                            districts, components and links
  stadtwerk city export demo --out city.geojson --run runs/blackout-seed1  with what a run did to them
  stadtwerk city export demo --out city.gpkg                               layers for QGIS, with their styles (.qml)
"""
)
TEMPLATE = _(
    """\
examples:
  stadtwerk city template --out assets.xlsx
  stadtwerk city import --water net.inp --assets assets.xlsx --out mycity
"""
)
IMPORTED = _(
    """\
examples:
  stadtwerk city import --water net.inp --power grid.json --out mycity
  stadtwerk city import --water water.inp --power power.json --roads-net net.tntp --roads-nodes node.tntp \\
      --roads-trips trips.tntp --links dependencies.csv --name micropolis --out micropolis
  stadtwerk city import --water net.inp --roads town.osm.pbf --districts town.gpkg:districts --assets assets.xlsx \\
      --out mycity

What no input said is assumed by stated rules, and every assumption is listed in assumptions.md of the folder.
"""
)
GENERATED = _(
    """\
examples:
  stadtwerk city generate --inhabitants 20000 --seed 1 --out mytown
  stadtwerk run quiet-day --city mytown

A town that nobody has built, drawn by planning rules: streets, water, power, roads and all that the import lays over
networks. Its figures stand beside published ones in statistics.md of the folder, what was assumed in assumptions.md.
The same number of people and seed give the same files.
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    as_written: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    seen = say(_("what stands in a city, and what was assumed"))
    show = actions.add_parser("show", help=seen, epilog=say(SHOWN), **as_written)
    show.add_argument("city", help=say(_("a city folder, or the name of one that ships")))
    show.add_argument(
        "--list", action="store_true", help=say(_("list all components and links in place of counting them"))
    )
    show.add_argument("--find", metavar="TEXT", default="", help=say(_("list those whose name or id holds this text")))
    show.add_argument(
        "--kind", metavar="NAME", default="", help=say(_("list those of this kind (stadtwerk list faults)"))
    )
    show.add_argument(
        "--district", metavar="NAME", default="", help=say(_("list those in this district, by id or by name"))
    )
    geojson = say(_("write a city as GeoJSON or GeoPackage, for QGIS and other programs that read maps"))
    export = actions.add_parser("export", help=geojson, epilog=say(EXPORTED), **as_written)
    export.add_argument("city", help=say(_("a city folder, or the name of one that ships")))
    export.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=say(_("GeoJSON or GeoPackage to write"))
    )
    export.add_argument(
        "--run", type=Path, metavar="RUN_FOLDER", help=say(_("add what this run did to districts and facilities"))
    )
    made = say(_("make a city folder from the files planners have"))
    bring = actions.add_parser("import", help=made, epilog=say(IMPORTED), **as_written)
    file = {"type": Path, "metavar": "FILE"}
    bring.add_argument("--water", help=say(_("EPANET .inp, or epyt:NAME of a network that EPyT ships")), **file)  # type: ignore[arg-type]
    bring.add_argument("--power", help=say(_("pandapower .json, or simbench:CODE of a SimBench grid")), **file)  # type: ignore[arg-type]
    bring.add_argument("--roads-net", help=say(_("TNTP network")), **file)  # type: ignore[arg-type]
    bring.add_argument("--roads-nodes", help=say(_("TNTP node coordinates")), **file)  # type: ignore[arg-type]
    bring.add_argument("--roads-trips", help=say(_("TNTP trip table")), **file)  # type: ignore[arg-type]
    bring.add_argument(
        "--gmns", type=Path, metavar="DIR", help=say(_("GMNS folder with node.csv, link.csv, demand.csv"))
    )
    assert isinstance(bring, Parser)
    bring.late = partial(_declared, say)
    bring.add_argument("--links", help=say(_("CSV of links between components")), **file)  # type: ignore[arg-type]
    bring.add_argument(
        "--roads",
        dest="road_map",
        type=Path,
        metavar="FILE",
        help=say(_("roads: GeoPackage, shapefile, or OpenStreetMap (.osm.pbf)")),
    )
    bring.add_argument(
        "--assets",
        type=Path,
        metavar="FILE",
        help=say(_("list of assets: Excel, CSV (stadtwerk city template) or a layer")),
    )
    bring.add_argument("--districts", help=say(_("GeoJSON, GeoPackage or shapefile of districts")), **file)  # type: ignore[arg-type]
    bring.add_argument(
        "--districts-count",
        type=int,
        default=0,
        metavar="N",
        help=say(_("districts to cut the town into, if none are given (1 to 200)")),
    )
    bring.add_argument(
        "--sensors-per-gateway", type=int, default=0, metavar="N", help=say(_("sensors that report to one gateway"))
    )
    bring.add_argument(
        "--district-id", metavar="NAME", default="", help=say(_("property of a district that is its id"))
    )
    bring.add_argument(
        "--district-people", metavar="NAME", default="", help=say(_("property of a district that is its people"))
    )
    bring.add_argument(
        "--crs", metavar="NAME", default="", help=say(_("reference system of files that name none (EPSG:25832)"))
    )
    bring.add_argument(
        "--place", type=_degrees, metavar="PLACE", help=say(_("longitude,latitude of the town if no file says so"))
    )
    bring.add_argument(
        "--from",
        dest="brought",
        action="append",
        default=[],
        metavar="IMPORTER=FILE",
        help=say(_("a file of a form that a plug-in reads; may be given again (stadtwerk list plugins)")),
    )
    bring.add_argument("--name", help=say(_("short name of the city (default: the folder's)")))
    bring.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help=say(_("city folder to write; must not exist"))
    )

    about = say(_("write an empty list of assets to fill in, with what its columns mean"))
    template = actions.add_parser("template", help=about, epilog=say(TEMPLATE), **as_written)
    template.add_argument("--out", type=Path, required=True, metavar="FILE", help=say(_(".xlsx or .csv to write")))

    drawn = say(_("draw a town of so many people by planning rules"))
    generate = actions.add_parser("generate", help=drawn, epilog=say(GENERATED), **as_written)
    generate.add_argument(
        "--inhabitants", type=int, required=True, metavar="N", help=say(_("people who live there, 5,000 to 50,000"))
    )
    generate.add_argument("--seed", type=int, default=1, metavar="N", help=say(_("another seed, another town (1)")))
    generate.add_argument("--name", default="", help=say(_("short name of the city (default: the folder's)")))
    generate.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help=say(_("city folder to write; must not exist"))
    )

    for action in (show, export, bring, template, generate):
        say.add_lang(action, _("language of the answer"))


def _degrees(said: str) -> tuple[float, float]:
    """Longitude and latitude of a place. Raises `ValueError`."""
    longitude, latitude = (float(part) for part in said.split(","))
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise ValueError(said)
    return longitude, latitude


def _declared(say: Speaker, bring: argparse.ArgumentParser) -> None:
    """Units of roads, and an option for each network file that a catalogue declares.

    One whose name is taken comes by an importer only.
    """
    from simulator.city.importers.road_units import COORDINATES, LENGTHS_M, PERIODS, SPEEDS_M_S, TIMES_S
    from simulator.contracts.registry import registry

    for option, units, text in (
        ("length", LENGTHS_M, _("unit of the lengths of roads")),
        ("time", TIMES_S, _("unit of free-flow times (TNTP)")),
        ("speed", SPEEDS_M_S, _("unit of speeds of roads; TNTP: take them, not the times")),
    ):
        bring.add_argument(f"--roads-{option}-unit", choices=tuple(units), default="", help=say(text))
    bring.add_argument(
        "--roads-coordinates", choices=COORDINATES, default="", help=say(_("unit of the coordinates of roads"))
    )
    bring.add_argument(
        "--roads-trips-period",
        choices=PERIODS,
        default="",
        help=say(_("what the trip table counts (TNTP; else a day)")),
    )
    for name, file in registry().networks.items():
        with contextlib.suppress(argparse.ArgumentError):
            bring.add_argument(
                f"--{name}", type=Path, metavar=say(PLACES["FILE"]), dest=f"network {name}", help=say(file.title)
            )


def execute(options: argparse.Namespace) -> int:
    from stadtwerk.cli.cities import export_city, generate_town, import_from, show_city, write_list
    from stadtwerk.cli.things import Asked

    if options.action == "export":
        export_city(options.city, options.out, options.run, options.lang)
    elif options.action == "template":
        write_list(options.out, options.lang)
    elif options.action == "generate":
        generate_town(options.inhabitants, options.seed, options.out, options.name, options.lang)
    elif options.action == "show":
        listed = options.list or options.find or options.kind or options.district
        asked = Asked(options.find, options.kind, options.district) if listed else None
        show_city(options.city, asked, options.lang)
    else:
        import_from(options)
    return 0
