"""The map of a page: where things stand and how they are, on a ground that needs no internet."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from grafana_foundation_sdk.builders import geomap, text
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import geomap as map_model
from grafana_foundation_sdk.models import text as text_model

from dashboards import palette, queries
from dashboards.influxql import InfluxQuery, source
from dashboards.panels import NOTHING, Kit, PanelOf, by_threshold, grey, prop
from simulator.contracts.state import State
from simulator.contracts.words import Text, Words

_ = Words("dashboards")

_DISTRICTS = _("districts")
NAMES = _("names of districts")


def legend(kit: Kit) -> PanelOf:
    """What colours and letters mean, on maps and courses alike."""
    named = [
        f'<span style="color: {colour}">●</span> {words.of(kit.lang)}{f" ({sign})" if sign else ""}'
        for words, colour, sign in palette.STATES.values()
    ]
    content = f'<div style="font-size: 12px; line-height: 14px">{"&emsp;&emsp;".join(named)}</div>'
    return (
        text.Panel()
        .title(kit.say(_("Legend")))
        .description(kit.say(_("What colours and letters mean, on the map and in the courses of states.")))
        .transparent(True)
        .mode(text_model.TextMode.HTML)
        .content(content)
    )


class Ready(Builder[Any]):
    """A builder of something that is built already."""

    def __init__(self, made: Any) -> None:
        self._made = made

    def build(self) -> Any:
        return self._made


def town_map(kit: Kit, title: Text, description: Text, domain: str | None, names: Mapping[str, Text]) -> PanelOf:
    """Districts as large discs with their names, and a marker for each place.

    A layer for each state, the worst on top; a marker of a state that is not normal has its letter beside it. What text
    has no colour of its own takes that of its marker, so names and letters are layers of their own in black. The legend
    of such a map would hide a third of it, so it is a panel of its own.
    """
    panel = (
        geomap.Panel()
        .title(kit.say(title))
        .description(kit.say(description))
        .datasource(source())
        .with_target(InfluxQuery(queries.map_districts(), DISTRICTS))
        .unit("none")
        .no_value(kit.say(NOTHING))
        .thresholds(grey())
        .color_scheme(by_threshold())
        .view(Ready(_fitted()))
        .controls(
            Ready(
                map_model.ControlsOptions(
                    show_zoom=True, mouse_wheel_zoom=False, show_attribution=True, show_scale=False
                )
            )
        )
        .basemap(Ready(_paper()))
        .tooltip(Ready(map_model.TooltipOptions(mode=map_model.TooltipMode.DETAILS)))
    )
    layers = [_layer(DISTRICTS, kit.say(_DISTRICTS), {"field": "state", "fixed": palette.GREY}, size=14, opacity=0.35)]
    for state, (words, colour, _sign) in palette.STATES.items():
        panel = panel.with_target(InfluxQuery(queries.map_places(kit.lang, int(state), domain), _ref(state)))
        layers.append(_layer(_ref(state), words.of(kit.lang), {"fixed": colour}, size=5, opacity=0.95))
    black = {"fixed": palette.BLACK}
    for state, (words, _colour, sign) in palette.STATES.items():
        if sign:
            letter = {"mode": "fixed", "fixed": sign}
            layers.append(_layer(_ref(state), f"{words.of(kit.lang)}: {sign}", black, said=letter, offset=(9, 0)))
    name = {"mode": "field", "field": "label", "fixed": ""}
    layers.append(_layer(DISTRICTS, kit.say(NAMES), black, said=name, offset=(0, -18)))
    panel = panel.layers([Ready(layer) for layer in layers])
    panel = panel.override_by_name("state", [prop("mappings", palette.states(kit.lang))])
    units = {"quality": "percentunit", "people_below": "locale", "label": "string", "components": "short"}
    for column in ("lat", "lon", *units):
        panel = panel.override_by_name(column, [prop("unit", units.get(column, "degree"))])
    for column, words in names.items():
        panel = panel.override_by_name(column, [prop("displayName", kit.say(words))])
    return panel


DISTRICTS = "A"


def _ref(state: State) -> str:
    """The query of the places in a state."""
    return chr(ord(DISTRICTS) + 1 + int(state))


def _fitted() -> map_model.MapViewConfig:
    """What the layers hold; the middle of Germany until there is data."""
    made: Callable[..., map_model.MapViewConfig] = map_model.MapViewConfig  # it takes degrees, not whole ones only
    return made(id_val="fit", lat=51.1, lon=10.4, zoom=12, padding=12, all_layers=True)


def _paper() -> common.MapLayerOptions:
    """A plain ground of our own, so that the map needs no tiles from the internet; docs/dashboards.md names others."""
    config = {"url": f"data:image/png;base64,{_tile()}", "attribution": "Stadtwerk", "minZoom": 0, "maxZoom": 19}
    return common.MapLayerOptions(type_val="xyz", name="Basemap", config=config, tooltip=False)


def _layer(
    ref: str,
    name: str,
    colour: Mapping[str, str],
    size: int = 5,
    opacity: float = 0.0,
    said: Mapping[str, str] | None = None,
    offset: tuple[int, int] = (0, 0),
) -> common.MapLayerOptions:
    style = {
        "color": colour,
        "opacity": opacity,
        "rotation": {"fixed": 0, "max": 360, "min": -360, "mode": "mod"},
        "size": {"fixed": size, "min": 4, "max": 30},
        "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
        "symbolAlign": {"horizontal": "center", "vertical": "center"},
        "textConfig": {
            "fontSize": 12,
            "offsetX": offset[0],
            "offsetY": offset[1],
            "textAlign": "center",
            "textBaseline": "middle",
        },
    }
    return common.MapLayerOptions(
        type_val="markers",
        name=name,
        config={"showLegend": False, "style": style | ({} if said is None else {"text": said})},
        location=common.FrameGeometrySource(common.FrameGeometrySourceMode.COORDS, latitude="lat", longitude="lon"),
        filter_data={"id": "byRefId", "options": ref},
        tooltip=said is None,
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
