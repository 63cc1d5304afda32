"""Writing a city folder: the same draft gives the same bytes."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from simulator.city.draft import WITHHOLD, CityDraft, NetworkRef, RoadRef
from simulator.city.frame import MapFrame
from simulator.city.geojson import write_districts
from simulator.city.read import CITY_FILE, OWN_NETWORKS
from simulator.contracts.city import ASSUMED, Assumption, City, Finding
from simulator.contracts.component import Component
from simulator.contracts.entries import COMPONENT_COLUMNS, LINK_COLUMNS, cell, link_cells
from simulator.contracts.link import Link
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words
from simulator.domains.traffic.catalogue import ROAD

_ = Words("simulator.city")

COMPONENTS_FILE = "components.csv"
LINKS_FILE = "links.csv"
ACCESS_FILE = "access.csv"
DISTRICTS_FILE = "districts.geojson"
ASSUMPTIONS_FILE = "assumptions.md"
IDS_FILE = "ids.csv"


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A new folder that becomes `out` when all went well, and vanishes when not.

    Raises `BadInput` if `out` is there already and not an empty folder, or cannot be made.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput([Problem(str(out), 0, "out", _("is there already"), _("name a new folder, or remove this one"))])
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        what = _("cannot be made ({reason})", reason=reason_of(error))
        raise BadInput([Problem(str(out), 0, "out", what, _("check the path"))]) from None
    try:
        yield stage
        stage.chmod(0o755)
        if out.exists():
            out.rmdir()
        stage.rename(out)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def write_city(draft: CityDraft, folder: Path) -> None:
    """Write city.yaml and its tables into a folder in which the network files lie already."""
    folder.mkdir(parents=True, exist_ok=True)
    access = [link for link in draft.links if link.kind == ROAD]
    couplings = [link for link in draft.links if link.kind != ROAD]
    if draft.components:
        _table(folder / COMPONENTS_FILE, COMPONENT_COLUMNS, map(_component_cells, draft.components))
    for name, links in ((LINKS_FILE, couplings), (ACCESS_FILE, access)):
        if links:
            _table(folder / name, LINK_COLUMNS, map(_link_cells, links))
    if draft.districts:
        write_districts(folder / DISTRICTS_FILE, draft.districts, draft.longitude_deg, draft.latitude_deg)
    files = [name for name, links in ((LINKS_FILE, couplings), (ACCESS_FILE, access)) if links]
    (folder / CITY_FILE).write_text(_yaml(draft, files), encoding="utf-8")


def write_assumptions(city: City, folder: Path) -> None:
    """List everything that was assumed for a city, on loading it too, in assumptions.md of its folder."""
    (folder / ASSUMPTIONS_FILE).write_text(assumptions_text(city.title_en, city.assumptions), encoding="utf-8")


def write_ids(city: City, folder: Path) -> None:
    """What the files call everything, and what it is called here: ids.csv of the city's folder."""
    elements = sorted((c for c in city.components.values() if c.network_id), key=lambda c: (c.kind, c.id))
    rows = [(c.id, c.kind, c.network_id, c.title) for c in elements]
    rows += [(d.id, "district", "", d.title) for d in city.districts.values()]
    _table(folder / IDS_FILE, ("id", "kind", "in_file", "title"), rows)


def assumptions_text(title: str, assumptions: Iterable[Assumption]) -> str:
    """The list of everything assumed, as Markdown."""
    lines = [f"# What was assumed for {title}", "", "| about | assumed | basis |", "|---|---|---|"]
    lines += [f"| {_bar(a.subject.en)} | {_bar(a.text.en)} | {_bar(a.basis.en)} |" for a in assumptions]
    return "\n".join(lines) + "\n"


def _bar(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def _link_cells(link: Link) -> list[str]:
    cells = link_cells(link)
    return [cell(cells.get(name, "")) for name in LINK_COLUMNS]


def _component_cells(component: Component) -> list[str]:
    defaults = {parameter.name: parameter.default for parameter in registry().types[component.kind].parameters}
    given = {name: value for name, value in component.parameters.items() if value != defaults.get(name)}
    return [
        component.id,
        component.kind,
        cell(component.x_m),
        cell(component.y_m),
        component.district,
        component.owner,
        component.maker,
        component.model,
        component.firmware,
        "" if component.year is None else str(component.year),
        component.title,
        "; ".join(f"{name}={cell(value)}" for name, value in given.items()),
        "; ".join(component.trenches),
        "; ".join(component.given),
    ]


def _yaml(draft: CityDraft, link_files: Sequence[str]) -> str:
    data: dict[str, Any] = {
        "schema": "stadtwerk/city/1",
        "name": draft.name,
        "title": {"en": draft.title_en, "de": draft.title_de},
        "place": {"latitude_deg": draft.latitude_deg, "longitude_deg": draft.longitude_deg},
    }
    if draft.land:
        data["land"] = draft.land
    if draft.litres_per_person_day is not None:
        people = {"litres_per_person_day": draft.litres_per_person_day, "source": _wording(draft.litres_source)}
        data["people"] = people
    networks = dict(zip(OWN_NETWORKS, (draft.water, draft.energy, draft.traffic), strict=True)) | dict(draft.networks)
    named = {name: _network(network) for name, network in networks.items() if network is not None}
    if named:
        data["networks"] = named
    if draft.components:
        data["components"] = COMPONENTS_FILE
    if link_files:
        data["links"] = list(link_files)
    if draft.districts:
        data["districts"] = {"file": DISTRICTS_FILE, "coordinates": "lonlat"}
    if draft.levels:
        data["levels"] = [_without(level, people=0, owner="") for level in draft.levels]
    if draft.sensors:
        usual = {"kind": "", "share": 1.0, "components": (), "phase_s": 0.0, "group_size": 0, "too_small": WITHHOLD}
        data["sensors"] = [_without(rule, **usual) for rule in draft.sensors]
    if draft.overrides:
        data["overrides"] = {name: _without(known, **_NOTHING) for name, known in draft.overrides.items()}
    if draft.settings:
        data["settings"] = {name: dict(given) for name, given in draft.settings.items()}
    if draft.assumptions:
        data["assumptions"] = [_assumed(assumption) for assumption in draft.assumptions]
    if draft.findings:
        data["findings"] = [_found(finding) for finding in draft.findings]
    body = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
    return f"# A city of Stadtwerk. The header of each table and the schema say what may stand here.\n{body}"


_NOTHING: dict[str, Any] = {
    "district": None,
    "owner": None,
    "maker": None,
    "model": None,
    "firmware": None,
    "year": None,
    "title": None,
    "x_m": None,
    "y_m": None,
    "parameters": {},
    "trenches": (),
    "given": (),
}


class _Dumper(yaml.SafeDumper):
    """Writes no anchors: what is said twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _network(network: NetworkRef | RoadRef) -> dict[str, Any]:
    out = _without(network, demand="", hours="", owner="", maker="", year=None, frame=MapFrame())
    frame = out.pop("frame", None)
    if frame is not None:
        out["map"] = _without(frame, rotate_deg=0.0)
    return out


def _assumed(assumption: Assumption) -> dict[str, Any]:
    """What was assumed, in one wording where all languages have the same."""
    texts = {"subject": assumption.subject, "text": assumption.text, "basis": assumption.basis}
    return {name: text.en if text == ASSUMED else _wording(text) for name, text in texts.items()}


def _wording(text: Text) -> str | dict[str, str]:
    """What a file says, once where all languages say the same."""
    return text.en if text.en == text.de else text.record()


def _found(finding: Finding) -> dict[str, Any]:
    lists = {"subjects": list(finding.subjects), "withholds": [domain.value for domain in finding.withholds]}
    text = finding.text.en if finding.text.en == finding.text.de else finding.text.record()
    return {"rule": finding.rule, "text": text} | {name: value for name, value in lists.items() if value}


def _without(record: Any, **defaults: Any) -> dict[str, Any]:
    """A record's fields as plain data, those left out that equal their default."""
    out: dict[str, Any] = {}
    for item in fields(record):
        value = getattr(record, item.name)
        if item.name in defaults and value == defaults[item.name]:
            continue
        if isinstance(value, Mapping):
            value = dict(value)
        elif isinstance(value, tuple):
            value = list(value)
        out[item.name] = value
    return out
