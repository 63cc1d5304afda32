"""Names of things outside the folders of those things: `python -m tests.contracts.names` writes the list anew.

A thing's types, faults, modes, quantities, measures, links, trades and sub-systems are declared in its catalogue. Other
modules ask the registry which thing plays a role, and hold no string that names one. `names_left.json` holds those that
still do, or whose word means something else; the test lets this list only shrink.
"""

from __future__ import annotations

import ast
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from simulator.contracts import measurements
from simulator.contracts.catalogue import Catalogue
from simulator.contracts.codes import event_codes
from simulator.contracts.event import EventKind
from simulator.contracts.registry import registry

ROOT = Path(__file__).resolve().parents[2]
LEFT = Path(__file__).with_name("names_left.json")
ROOMS = ("simulator", "monitoring", "gateways", "resilience", "dashboards", "scenarios", "stadtwerk")

EVERYDAY = {"none", "all", "open", "closed", "failed", "empty", "fixed", "line", "loss"}
"""Names that are words of everyday code too (a colour that is none, a file that is open): not looked for."""

OLD_ENUMS = {"LinkKind", "Domain", "Trade"}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words that mean something else in these places (how their paths begin) than a thing of that name."""

    words: frozenset[str]
    places: tuple[str, ...]
    meaning: str


def vocabularies() -> tuple[Vocabulary, ...]:
    """All of them; a test says where one is of no use any more."""
    declared = [one for one in vars(measurements).values() if isinstance(one, measurements.Measurement)]
    database = {one for m in declared for one in (m.name, *m.tags, *(field.name for field in m.fields))}
    rows = (
        "simulator/contracts/measurements.py",
        "stadtwerk/influx/",
        "dashboards/domain.py",
        "dashboards/health.py",
        "dashboards/queries.py",
        "simulator/domains/energy/catalogue.py",
    )
    found = (
        (database, rows, "measurements, tags and fields of the database; a balance names the fields that it draws"),
        ({"gateway", "broker", "online"}, ("gateways/",), "the programs that this room is, and the state they report"),
        ({"online"}, ("stadtwerk/influx/live.py",), "the state that a gateway or an ingest reports"),
        ({"full"}, ("gateways/",), "an outbox that takes no more, or a disk"),
        ({"control"}, ("gateways/brokers/rights.py",), "the branch of topics over which gateways are configured"),
        ({"control"}, ("stadtwerk/runs/run.py",), "the field of a scenario that says who acts on what"),
        ({"flooding"}, ("gateways/ingest/screening.py",), "more messages than their sender may send"),
        ({"gateway"}, ("stadtwerk/live/compose.py",), "a part of the name of a container"),
        ({kind.value for kind in EventKind}, ("simulator/contracts/event.py", "dashboards/resilience.py"), "events"),
        ({"local"}, ("simulator/contracts/link.py", "simulator/contracts/entries.py"), "a fallback of a control link"),
        ({"telemetry"}, ("stadtwerk/runs/feed.py",), "the turn of the readings' way within an instant"),
        ({"depot"}, ("resilience/scenario/timeline_model.py",), "a field of a repair in a scenario"),
        ({"primary", "standby"}, ("resilience/scenario/model.py",), "fields of a redundancy in a scenario"),
        ({"lifeline"}, ("resilience/study/audit/cases.py",), "cases in which one has lost everything digital"),
        ({"service", "primary", "standby", "telemetry"}, ("resilience/report/run/",), "texts of the report"),
        ({"service"}, ("resilience/study/comparison/campaigns.py",), "a text of the comparison"),
        ({"data"}, ("simulator/city/power_file.py", "dashboards/alerts.py"), "a key of power-grid-model, of Grafana"),
        ({"network"}, ("simulator/city/water_file.py", "simulator/domains/wastewater/"), "a file as a whole"),
        ({"pump"}, ("simulator/domains/wastewater/",), "a section of SWMM's files"),
        ({"power"}, ("simulator/city/importers/tntp.py",), "the exponent of a road's cost, a column of TNTP"),
        (
            {"power"},
            ("simulator/lifelines/hospital/", "simulator/lifelines/town_hall/"),
            "why it goes by paper",
        ),
        ({"police"}, ("simulator/coupling/police.py",), "a parameter of what police may have on their list"),
        ({"water", "power"}, ("stadtwerk/cli/cities.py",), "options of `stadtwerk city import`"),
        ({"roads"}, ("simulator/city/",), "the folder of road tables, and what is assumed of them"),
        (
            {"bus", "switch", "transformer", "infeed", "data", "split"},
            ("simulator/city/importers/pandapower_",),
            "tables and columns of pandapower, by which its importer sorts what it assumes; how a table is written",
        ),
    )
    return tuple(Vocabulary(frozenset(words), places, meaning) for words, places, meaning in found)


@cache
def blanks() -> tuple[frozenset[str], ...]:
    """Names of the parameters of each event code: a record of them is filled for a sentence."""
    return tuple(frozenset(code.parameters) for code in event_codes().values())


def names_of(catalogue: Catalogue) -> Iterator[str]:
    """Everything that a catalogue gives a name."""
    for kind in catalogue.types:
        yield from (kind.name, *kind.modes, *(point.name for point in kind.faults))
    for link in catalogue.links:
        yield from (link.name, *(point.name for point in link.faults))
    for named in (catalogue.quantities, catalogue.measures, catalogue.trades, catalogue.subsystems):
        yield from (str(one.name) for one in named)
    yield from (point.name for point in (*catalogue.sensor_faults, *catalogue.report_faults))


def homes() -> dict[str, set[str]]:
    """The folders in which each name is at home."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, catalogue in registry().catalogues.items():
        folder = registry().homes[name].replace(".", "/") + "/"
        for one in names_of(catalogue):
            found[one].add(folder)
    return found


def strings(tree: ast.Module) -> Iterator[str]:
    """Strings of a module, and members of the enums that there were.

    Docstrings are none, nor sentences to be translated, nor the keys of a record that fills the blanks of a sentence.
    In a catalogue a fault is declared where its `FaultPoint` stands, whoever else may have it.
    """
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("_" | "_n" | "_c" | "FaultPoint"), args=[first, *rest]):
                documents.add(id(first))
                if node.func.id in ("_n", "_c"):
                    documents.update(map(id, rest))
            case ast.Dict(keys=keys) if keys:
                names = {key.value for key in keys if isinstance(key, ast.Constant)}
                if len(names) == len(keys) and any(names <= code for code in blanks()):
                    documents.update(map(id, keys))
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() as said) if id(node) not in documents:
                yield said
            case ast.Attribute(value=ast.Name(id=enum), attr=member) if enum in OLD_ENUMS and member.isupper():
                yield f"{enum}.{member}"


def strangers() -> dict[str, Counter[str]]:
    """By module, the names that are at home elsewhere, and how often, whatever they mean there."""
    at_home, found = homes(), {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found[where] = Counter(
                said
                for said in strings(tree)
                if said not in EVERYDAY
                and (said.partition(".")[0] in OLD_ENUMS or said in at_home)
                and not any(where.startswith(home) for home in at_home.get(said, ()))
            )
    return found


def left() -> dict[str, dict[str, int]]:
    """By module, the names that are not at home there, and how often."""
    others, found = vocabularies(), {}
    for where, words in strangers().items():
        meant = {word for one in others if where.startswith(one.places) for word in one.words}
        if strange := {word: count for word, count in sorted(words.items()) if word not in meant}:
            found[where] = strange
    return found


if __name__ == "__main__":
    rows = {where: sum(names.values()) for where, names in left().items()}
    LEFT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(f"{sum(rows.values())} names in {len(rows)} modules")
