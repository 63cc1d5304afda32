"""The text of a SWMM input file: its sections, and what the toolkit cannot be asked for (dry-weather flow, places)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Words

_ = Words("simulator.domains.wastewater")

M_PER_FT = 0.3048
"""SWMM's own factor between its internal feet and metres."""

FLOW_UNIT_M3_S = {
    "CFS": 0.3048**3,
    "GPM": 0.3048**3 / 448.831,
    "MGD": 0.3048**3 / 0.64632,
    "CMS": 1.0,
    "LPS": 0.001,
    "MLD": 1000.0 / 86400.0,
}
"""One of the file's flow units in m3/s, with the factors of SWMM's own source for those per cubic foot a second."""

_US = ("CFS", "GPM", "MGD")

NODE_SECTIONS = {"JUNCTIONS": "manhole", "DIVIDERS": "manhole", "OUTFALLS": "outfall", "STORAGE": "storage"}
LINK_SECTIONS = {
    "CONDUITS": "sewer",
    "PUMPS": "pump",
    "ORIFICES": "regulator",
    "WEIRS": "regulator",
    "OUTLETS": "regulator",
}


@dataclass(frozen=True)
class InpFile:
    """The sections of one file, upper case and in full, each a list of rows of words without comments."""

    path: Path
    text: str
    sections: dict[str, list[list[str]]]

    def rows(self, section: str, at_least: int = 1) -> Iterator[list[str]]:
        """The rows of a section that have so many words; shorter ones are for SWMM to refuse."""
        return (row for row in self.sections.get(section, ()) if len(row) >= at_least)

    def option(self, name: str, default: str = "") -> str:
        """A value of [OPTIONS]; the last one counts, as in SWMM."""
        return next((row[1] for row in reversed(self.sections.get("OPTIONS", [])) if row[0].upper() == name), default)

    @property
    def flow_units(self) -> str:
        return self.option("FLOW_UNITS", "CFS").upper()

    @property
    def metric(self) -> bool:
        """Whether lengths are metres; else they are feet."""
        return self.flow_units not in _US

    @property
    def length_m(self) -> float:
        return 1.0 if self.metric else M_PER_FT

    @property
    def flow_m3_s(self) -> float:
        return FLOW_UNIT_M3_S.get(self.flow_units, 1.0)


def read_inp(path: Path) -> InpFile:
    """Split a file into sections. Raises `BadInput` for one that cannot be read or has no network in it."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        what = _("cannot be read ({reason})", reason=reason_of(error))
        raise BadInput([Problem(str(path), 0, "file", what, _("check the path"))]) from None
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in text.splitlines():
        words = line.split(";", maxsplit=1)[0].split()
        if not words:
            continue
        if words[0].startswith("["):
            name = words[0].strip("[]").upper()
            rows = sections.setdefault(name, [])
        else:
            rows.append(words)
    inp = InpFile(path, text, sections)
    if not any(True for section in NODE_SECTIONS for _ in inp.rows(section)):
        what = _("has no junctions, outfalls or storage units")
        raise BadInput([Problem(str(path), 0, "file", what, _("name an input file of EPA SWMM 5"))])
    return inp


def mean_dry_weather_m3_s(inp: InpFile) -> dict[str, float]:
    """The dry-weather flow of each node that has one: its average, without its patterns (whose mean is 1 by rule)."""
    out: dict[str, float] = {}
    for node, what, value, *_ in inp.rows("DWF", 3):
        if what.upper() == "FLOW":
            out[node] = out.get(node, 0.0) + float(value) * inp.flow_m3_s
    return out


def places(inp: InpFile) -> dict[str, tuple[float, float]]:
    """Where nodes and rain gages are drawn, as the file has it."""
    found: dict[str, tuple[float, float]] = {}
    for section in ("COORDINATES", "SYMBOLS"):
        for name, x, y, *_ in inp.rows(section, 3):
            found[name] = (float(x), float(y))
    return found
