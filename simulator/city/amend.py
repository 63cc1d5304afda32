"""Changes to a city's data that stand beside its folder: what would be added, and what would be set otherwise.

They are read by the same rules as the folder's own files, before the whole city is checked, so that a change that does
not fit is refused in the same words, at its own line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.city.components import Report, complete
from simulator.city.draft import Override
from simulator.city.read import Reading, component_of_row
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.document import Document, Part, Place
from simulator.contracts.entries import (
    LINK_COLUMNS,
    ComponentRow,
    LinkRow,
    entry_of,
    link_cells,
    link_of,
)
from simulator.contracts.link import Link
from simulator.contracts.names import suggestion
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words

_ = Words("simulator.city")

COMPONENTS, LINKS = "components.csv", "links.csv"
"""The tables of the city's folder that show all ids."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change. `data` stands at `place` of `document`; `note` tells of it among the city's assumptions.

    `add` holds `components` and `links` as the city's tables have them. `set` is a list: each names a `component`,
    `components` (kind, district, owner, maker), a `link` or `links` (kind, source, target, source_kind, target_kind,
    owner), and new `parameters`, or for links `autonomy_min`, `latency_ms`, `loss`. An entry that is None is passed
    over: it keeps the place of one that cannot be read.
    """

    document: Document
    place: Place
    data: Mapping[str, Any]
    note: Assumption | None = None


def amend(reading: Reading, amendment: Amendment) -> None:
    """Carry out one change on a city folder that has been read. Mistakes are added to the reading's problems."""
    change = _Change(reading, amendment)
    for place, entry in _entries(amendment.data.get("add", {}), "components"):
        change.add_component(("add", "components", place), entry)
    for place, entry in _entries(amendment.data.get("add", {}), "links"):
        change.add_link(("add", "links", place), entry)
    for place, entry in _entries(amendment.data, "set"):
        if "component" in entry or "components" in entry:
            change.set_components(("set", place), entry)
        else:
            change.set_links(("set", place), entry)
    if amendment.note is not None:
        reading.draft = replace(reading.draft, assumptions=(*reading.draft.assumptions, amendment.note))


def _entries(of: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    return [(place, entry) for place, entry in enumerate(of.get(name) or ()) if entry is not None]


class _Change:
    def __init__(self, reading: Reading, amendment: Amendment) -> None:
        self._reading, self._amendment = reading, amendment

    def _at(self, way: Place) -> Part:
        return Part(self._amendment.document, (*self._amendment.place, *way))

    def _report(self, way: Place) -> Report:
        def report(name: str, what: Text, fix: Text) -> None:
            place = tuple(name.split(".")) if name else ()
            self._reading.problems.append(self._at(way).problem(place, what, fix))

        return report

    def add_component(self, way: Place, entry: Mapping[str, Any]) -> None:
        draft, at, problems = self._reading.draft, self._at(way), self._reading.problems
        row = entry_of(ComponentRow, entry, at, problems)
        if row is None:
            self._reading.hidden.add(str(entry["id"]))
        elif row.id in {component.id for component in draft.components}:
            problems.append(
                at.problem(
                    ("id",), _("the city has a {id} already", id=repr(row.id)), _("take another id, or use `set`")
                )
            )
        else:
            self._reading.where.entry("components", row.id, at)
            made = component_of_row(row, at, problems)
            self._reading.draft = replace(draft, components=(*draft.components, made))

    def add_link(self, way: Place, entry: Mapping[str, Any]) -> None:
        draft, at, problems = self._reading.draft, self._at(way), self._reading.problems
        row = entry_of(LinkRow, entry, at, problems)
        if row is None:
            self._reading.hidden.add(str(entry["id"]))
        elif row.id in {known.id for known in draft.links}:
            problems.append(
                at.problem(
                    ("id",), _("the city has a {id} already", id=repr(row.id)), _("take another id, or use `set`")
                )
            )
        else:
            self._reading.where.entry("links", row.id, at)
            self._reading.draft = replace(draft, links=(*draft.links, link_of(row)))

    def set_components(self, way: Place, entry: Mapping[str, Any]) -> None:
        """Listed components get new parameters; an element of a network file, named by its id, gets an override."""
        report, draft = self._report(way), self._reading.draft
        given = {name: v if isinstance(v, bool | str) else float(v) for name, v in entry.get("parameters", {}).items()}
        named = entry.get("component")
        meant = _meant(entry["components"] if named is None else {"id": named}, {})
        chosen = {component.id for component in draft.components if meant(component)}
        if named is not None and not chosen:
            if named in self._reading.hidden:
                return
            if not _network_kind(named):
                fix = suggestion(named, [c.id for c in draft.components], COMPONENTS)
                report("component", _("there is no component {name}", name=repr(named)), fix)
                return
            known = draft.overrides.get(named, Override())
            merged = replace(known, parameters={**known.parameters, **given})
            self._reading.where.entry("overrides", named, self._at(way))
            self._reading.draft = replace(draft, overrides={**draft.overrides, named: merged})
            return
        if not chosen:
            fix = _("see {table}; an element of a network file is set by `component`, one by one", table=COMPONENTS)
            report("components", _("no listed component matches"), fix)
        changed = [
            replace(c, parameters=complete(c.kind, {**c.parameters, **given}, report)) if c.id in chosen else c
            for c in draft.components
        ]
        self._reading.draft = replace(draft, components=tuple(changed))

    def set_links(self, way: Place, entry: Mapping[str, Any]) -> None:
        report, draft = self._report(way), self._reading.draft
        named = entry.get("link")
        meant = _meant(entry["links"] if named is None else {"id": named}, {c.id: c for c in draft.components})
        new = {name: value for name, value in entry.items() if name in LINK_COLUMNS}
        links, found = [], False
        for known in draft.links:
            if not meant(known):
                links.append(known)
                continue
            found = True
            row = entry_of(LinkRow, {**link_cells(known), **new}, self._at(way), self._reading.problems)
            links.append(known if row is None else link_of(row))
        if not found and named is not None:
            report(
                "link",
                _("there is no link {named}", named=repr(named)),
                suggestion(named, [ln.id for ln in draft.links], LINKS),
            )
        elif not found:
            report("links", _("no link matches"), _("see {table}", table=LINKS))
        self._reading.draft = replace(draft, links=tuple(links))


def _meant(fields: Mapping[str, str], components: Mapping[str, Component]) -> Callable[[Component | Link], bool]:
    """Whether a component or link has all these fields; `source_kind` and `target_kind` are those of a link's ends."""

    def value(of: Component | Link, name: str) -> str:
        end, _, kind = name.rpartition("_")
        if kind == "kind" and end:
            at = str(getattr(of, end))
            return components[at].kind if at in components else _network_kind(at)
        return str(getattr(of, name))

    return lambda of: all(value(of, name) == wanted for name, wanted in fields.items())


def _network_kind(name: str) -> str:
    """The kind of a network file's element, with which its id begins."""
    kinds = [kind for kinds in registry().from_files.values() for kind in kinds if name.startswith(f"{kind}-")]
    return max(kinds, key=len, default="")
