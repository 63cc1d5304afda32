"""A city as a GeoPackage for QGIS, and styles for its layers. `pyogrio`, which brings GDAL, is loaded here alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from simulator.city.export import Extra, features
from simulator.city.files import not_installed
from simulator.contracts.city import City
from simulator.contracts.registry import registry
from simulator.contracts.words import SOURCE, Words

_ = Words("simulator.city")

SUFFIX = ".gpkg"
EPOCH = "1980-01-01T00:00:00.000Z"
"""The time of change that stands in each file: the same city gives the same bytes."""
LAYERS = {"districts": "Polygon", "lines": "LineString", "links": "LineString", "places": "Point"}
"""Layers and what they hold: districts, pipes with power lines and roads, links between components, all else."""
CLOSED = "#bbbbbb"


def gdal(file: Path | str) -> Any:
    """The library that reads and writes GeoPackages and shapefiles. Raises `BadInput` where it is not installed."""
    try:
        import pyogrio
    except ModuleNotFoundError:
        raise not_installed(
            file, "pyogrio", _("install it with: pip install 'stadtwerk[{name}]'", name="gis")
        ) from None
    return pyogrio


def layer_of(feature: Mapping[str, Any]) -> str:
    """The layer that a feature of the export belongs to."""
    kind, shape = feature["properties"]["feature"], feature["geometry"]["type"]
    if kind == "component":
        return "lines" if shape == "LineString" else "places"
    return "districts" if kind == "district" and shape == "Polygon" else "links" if kind == "link" else "places"


def write_geopackage(path: Path, city: City, extra: Extra | None = None, lang: str = SOURCE) -> None:
    """Write the layers in longitude and latitude. Raises `BadInput`, `OSError`."""
    pyogrio = gdal(path)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in LAYERS}
    for feature in features(city, extra, lang):
        rows[layer_of(feature)].append(feature)
    path.unlink(missing_ok=True)
    path.touch()  # a folder that is not there is told as the system tells it
    path.unlink()
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": EPOCH})
    try:
        for name, found in rows.items():
            if found:
                _write(pyogrio, path, name, found)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write(pyogrio: Any, path: Path, layer: str, found: Sequence[Mapping[str, Any]]) -> None:
    names = list(dict.fromkeys(name for one in found for name in one["properties"]))
    columns = [_column([one["properties"].get(name) for one in found]) for name in names]
    shapes = shapely.from_geojson([json.dumps(one["geometry"]) for one in found])
    pyogrio.raw.write(
        str(path),
        shapely.to_wkb(shapes),
        columns,
        np.array(names, dtype=object),
        layer=layer,
        driver="GPKG",
        geometry_type=LAYERS[layer],
        crs="EPSG:4326",
        append=path.exists(),
    )


def _column(values: Sequence[object]) -> Any:
    """Numbers where all are, whole ones or not; else texts."""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == sum(value is not None for value in values):
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return np.array([None if value is None else str(value) for value in values], dtype=object)


def write_styles(path: Path) -> tuple[Path, ...]:
    """QGIS styles beside an export, one a layer: `city-lines.qml` colours each sub-system as the town's map does."""
    found = []
    for layer in LAYERS:
        style = path.with_name(f"{path.stem}-{layer}.qml")
        style.write_text("\n".join(_style(layer)) + "\n", encoding="utf-8", newline="\n")
        found.append(style)
    return tuple(found)


def _style(layer: str) -> Iterator[str]:
    """A style of QGIS 3: categories of the field `domain`, or one symbol."""
    colours = {name.value: one.colour for name, one in registry().subsystems.items()}
    plain = {"districts": "#f4f1e8", "links": "#cccccc"}
    ways = {"": plain[layer]} if layer in plain else {**colours, "": CLOSED}
    yield "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
    yield '<qgis version="3.22" styleCategories="Symbology">'
    if layer in plain:
        yield '  <renderer-v2 type="singleSymbol">'
    else:
        yield '  <renderer-v2 type="categorizedSymbol" attr="domain">'
        yield "    <categories>"
        for number, name in enumerate(ways):
            shown = escape(name or "other")
            yield f'      <category symbol="{number}" value="{escape(name)}" label="{shown}" render="true"/>'
        yield "    </categories>"
    yield "    <symbols>"
    for number, colour in enumerate(ways.values()):
        yield from _symbol(layer, number, _rgb("#444444" if colour in ("#fff", "#ffffff") else colour))
    yield "    </symbols>"
    yield "  </renderer-v2>"
    yield "</qgis>"


def _rgb(colour: str) -> str:
    digits = colour.lstrip("#")
    digits = "".join(one * 2 for one in digits) if len(digits) == 3 else digits
    return ",".join(str(int(digits[i : i + 2], 16)) for i in (0, 2, 4)) + ",255"


_SYMBOLS = {
    "districts": ("fill", "SimpleFill", {"outline_color": "136,136,136,255", "outline_width": "0.4"}),
    "lines": ("line", "SimpleLine", {"line_width": "0.5"}),
    "links": ("line", "SimpleLine", {"line_width": "0.15", "use_custom_dash": "1", "customdash": "2;2"}),
    "places": ("marker", "SimpleMarker", {"name": "circle", "size": "1.6", "outline_style": "no"}),
}


def _symbol(layer: str, number: int, rgb: str) -> Iterator[str]:
    kind, drawn, options = _SYMBOLS[layer]
    colour = "line_color" if kind == "line" else "color"
    yield f'      <symbol name="{number}" type="{kind}" alpha="1">'
    yield f'        <layer class="{drawn}" enabled="1">'
    yield '          <Option type="Map">'
    for name, value in {colour: rgb, **options}.items():
        yield f'            <Option type="QString" name="{name}" value="{value}"/>'
    yield "          </Option>"
    yield "        </layer>"
    yield "      </symbol>"
