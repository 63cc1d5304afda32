"""The whole town as one typed graph: components, links, districts, and the service levels owed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from simulator.contracts.component import Component, District, Domain
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.sensor import SensorCohort
from simulator.contracts.words import Text, Words

_ = Words("simulator.contracts")


ASSUMED = _("assumption")
"""The basis of what nobody published."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that no input said and that had to be assumed, with the reason."""

    subject: Text
    text: Text
    basis: Text = ASSUMED


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd that a rule of plausibility found about the city's own data, when they were read in.

    `rule` names the rule; `subjects` are the components that it is about. Of the domains in `withholds` no level is
    judged: what they show would be the fault of the data, not of what a scenario does.
    """

    rule: str
    text: Text
    subjects: tuple[str, ...] = ()
    withholds: tuple[Domain, ...] = ()


@dataclass(frozen=True, slots=True)
class RoadFiles:
    """GMNS tables: nodes, directed links, and car trips by origin, destination and hour."""

    nodes: Path
    links: Path
    demand: Path | None


Settings = Mapping[str, Mapping[str, float]]
"""Settings of engines by sub-system and name, as far as somebody gave them (see `engine_settings`)."""


@dataclass(frozen=True, slots=True)
class City:
    """A city as loaded and validated: every id that a link, level or cohort names exists.

    Mappings keep the order of the files. `latitude_deg` is for the sun over the PV panels.
    `settings` are those that the city, or the run, gives otherwise than the sub-systems declare.
    `network_files` are the files that catalogues declare (`NetworkFile`), by their names. `water_hours` is the state
    of the water network by hour of an ordinary day, None where the network file's own levels count at any hour.
    `land` is the Land whose law counts, empty where nobody says. `called` is what a command line names the city by
    where its own name is not enough: the folder.
    """

    name: str
    title_en: str
    title_de: str
    latitude_deg: float
    longitude_deg: float
    components: Mapping[str, Component]
    links: Mapping[str, Link]
    districts: Mapping[str, District]
    levels: Mapping[str, ServiceLevel]
    cohorts: tuple[SensorCohort, ...] = ()
    water_file: Path | None = None
    water_hours: Path | None = None
    power_file: Path | None = None
    road_files: RoadFiles | None = None
    network_files: Mapping[str, Path] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    findings: tuple[Finding, ...] = ()
    folder: Path | None = None
    settings: Settings = field(default_factory=dict)
    land: str = ""
    called: str = field(default="", compare=False)
    _by_kind: dict[str, tuple[Component, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _into: dict[str, tuple[Link, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _out_of: dict[str, tuple[Link, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _measured: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        kinds: dict[str, list[Component]] = {}
        for component in self.components.values():
            kinds.setdefault(component.kind, []).append(component)
        into: dict[str, list[Link]] = {}
        out: dict[str, list[Link]] = {}
        for link in self.links.values():
            into.setdefault(link.target, []).append(link)
            out.setdefault(link.source, []).append(link)
        measured: dict[str, list[str]] = {}
        for cohort in self.cohorts:
            for carrier in cohort.components:
                measured.setdefault(carrier, []).append(cohort.quantity)
        self._by_kind.update((k, tuple(v)) for k, v in kinds.items())
        self._measured.update((k, tuple(v)) for k, v in measured.items())
        self._into.update((k, tuple(v)) for k, v in into.items())
        self._out_of.update((k, tuple(v)) for k, v in out.items())

    def setting(self, domain: Domain, name: str) -> float:
        """A setting of a sub-system: as this city or run gives it, else as declared. Raises `KeyError` for none."""
        given = self.settings.get(domain.value, {}).get(name)
        if given is not None:
            return given
        from simulator.contracts.registry import registry

        return registry().setting(domain, name)

    @property
    def people(self) -> int:
        return sum(district.people for district in self.districts.values())

    def of_kind(self, *kinds: str) -> tuple[Component, ...]:
        """All components of these kinds, kind by kind, in file order."""
        return tuple(c for kind in kinds for c in self._by_kind.get(kind, ()))

    def measured_at(self, component: str) -> tuple[str, ...]:
        """The quantities that sensors read at a component, none where it carries no sensor."""
        return self._measured.get(component, ())

    def links_into(self, component: str, kind: LinkKind | None = None) -> tuple[Link, ...]:
        return tuple(ln for ln in self._into.get(component, ()) if kind is None or ln.kind == kind)

    def links_out_of(self, component: str, kind: LinkKind | None = None) -> tuple[Link, ...]:
        return tuple(ln for ln in self._out_of.get(component, ()) if kind is None or ln.kind == kind)

    def links_of_kind(self, kind: LinkKind) -> Iterator[Link]:
        return (link for link in self.links.values() if link.kind == kind)

    def levels_of(self, domain: Domain) -> tuple[ServiceLevel, ...]:
        """The service levels whose measure belongs to this domain."""
        from simulator.contracts.registry import registry

        return tuple(lv for lv in self.levels.values() if registry().measures[lv.measure].domain == domain)
