"""The map of a page: where things stand and how they are, on a ground that needs no internet."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from grafana_foundation_sdk.builders import geomap
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import geomap as map_model

from dashboards import palette
from dashboards.influxql import InfluxQuery, source
from dashboards.panels import NOTHING, Kit, PanelOf, by_threshold, prop, thresholds
from simulator.contracts.words import Text, Words

_ = Words("dashboards")

_DISTRICTS = _("districts")
_COMPONENTS = _("components")


class Ready(Builder[Any]):
    """A builder of something that is built already."""

    def __init__(self, made: Any) -> None:
        self._made = made

    def build(self) -> Any:
        return self._made


def town_map(
    kit: Kit, title: Text, description: Text, components: str, districts: str, names: Mapping[str, Text]
) -> PanelOf:
    """Districts as large discs, components as points, both by state; the letter says it without the colour."""
    panel = (
        geomap.Panel()
        .title(kit.say(title))
        .description(kit.say(description))
        .datasource(source())
        .with_target(InfluxQuery(districts, "A"))
        .with_target(InfluxQuery(components, "B"))
        .unit("none")
        .no_value(kit.say(NOTHING))
        .thresholds(thresholds((None, palette.GREY)))
        .color_scheme(by_threshold())
        .view(Ready(_fitted()))
        .controls(
            Ready(
                map_model.ControlsOptions(
                    show_zoom=True, mouse_wheel_zoom=False, show_attribution=True, show_scale=True
                )
            )
        )
        .basemap(Ready(_paper()))
        .layers(
            [
                Ready(_layer("A", kit.say(_DISTRICTS), 14, 0.45, "label")),
                Ready(_layer("B", kit.say(_COMPONENTS), 5, 0.95, "sign")),
            ]
        )
        .tooltip(Ready(map_model.TooltipOptions(mode=map_model.TooltipMode.DETAILS)))
    )
    panel = panel.override_by_name("state", [prop("mappings", palette.states(kit.lang))])
    panel = panel.override_by_name("sign", [prop("mappings", palette.signs())])
    for name in ("lat", "lon", "people_below", "quality", "label"):
        units = {"quality": "percentunit", "people_below": "short", "label": "string"}
        panel = panel.override_by_name(name, [prop("unit", units.get(name, "degree"))])
    for name, words in names.items():
        panel = panel.override_by_name(name, [prop("displayName", kit.say(words))])
    return panel


def _fitted() -> map_model.MapViewConfig:
    """What the layers hold; the middle of Germany until there is data."""
    made: Callable[..., map_model.MapViewConfig] = map_model.MapViewConfig  # it takes degrees, not whole ones only
    return made(id_val="fit", lat=51.1, lon=10.4, zoom=12, padding=12, all_layers=True)


def _paper() -> common.MapLayerOptions:
    """A plain ground of our own, so that the map needs no tiles from the internet; docs/dashboards.md names others."""
    config = {"url": f"data:image/png;base64,{_tile()}", "attribution": "Stadtwerk", "minZoom": 0, "maxZoom": 19}
    return common.MapLayerOptions(type_val="xyz", name="Basemap", config=config, tooltip=False)


def _layer(ref: str, name: str, size: int, opacity: float, label: str) -> common.MapLayerOptions:
    style = {
        "color": {"field": "state", "fixed": palette.GREY},
        "opacity": opacity,
        "rotation": {"fixed": 0, "max": 360, "min": -360, "mode": "mod"},
        "size": {"fixed": size, "min": 4, "max": 30},
        "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
        "symbolAlign": {"horizontal": "center", "vertical": "center"},
        "text": {"mode": "field", "field": label, "fixed": ""},
        "textConfig": {"fontSize": 12, "offsetX": 0, "offsetY": 0, "textAlign": "center", "textBaseline": "middle"},
    }
    return common.MapLayerOptions(
        type_val="markers",
        name=name,
        config={"showLegend": True, "style": style},
        location=common.FrameGeometrySource(common.FrameGeometrySourceMode.COORDS, latitude="lat", longitude="lon"),
        filter_data={"id": "byRefId", "options": ref},
        tooltip=True,
    )


def _tile() -> str:
    """A PNG of 1 x 1 pixel in a light grey, as base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = (
        b"\x78\x01\x01\x04\x00\xfb\xff" + b"\x00\xee\xf0\xf2" + struct.pack(">I", zlib.adler32(b"\x00\xee\xf0\xf2"))
    )
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return base64.b64encode(png).decode()
