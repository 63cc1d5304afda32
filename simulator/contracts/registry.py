"""The registry: all that sub-systems, lifelines and plug-ins declare, collected once, when somebody first asks.

Ours are found by scanning their folders for a `catalogue.py`, foreign ones by the entry points of `GROUPS`. Both pass
`register()`, and everything is held in the order of names. A foreign plug-in that cannot be read, was written for
another version of the interface, or declares what is there already, is named in `broken` and left out.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.machinery import PathFinder
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

from simulator.contracts.catalogue import (
    API,
    Alert,
    Catalogue,
    ComponentType,
    Extension,
    LinkType,
    NetworkFile,
    Page,
    PlausibilityRule,
    Start,
    StoreKind,
    SubSystem,
    TownLayer,
    TownPart,
    TradeType,
)
from simulator.contracts.component import Domain
from simulator.contracts.failure import PROTECTION, FailureRate, Fragility, HazardType
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.figures import Formula
from simulator.contracts.level import Measure
from simulator.contracts.link import LinkKind
from simulator.contracts.quantities import QuantityName, Tells
from simulator.contracts.repair import Trade

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

DOMAINS, LIFELINES = "stadtwerk.domains", "stadtwerk.lifelines"
IMPORTERS, CHECKERS, DETECTORS = "stadtwerk.importers", "stadtwerk.checkers", "stadtwerk.detectors"
GROUPS = (DOMAINS, LIFELINES, IMPORTERS, CHECKERS, DETECTORS)
"""Groups of entry points: the first two name a `Catalogue`, the others an `Extension`."""

SCANNED = ("coupling", "sensors", "lifelines", "domains/*", "lifelines/*")
"""Folders below `simulator/` that may hold a `catalogue.py` of ours."""

ANY_QUANTITY = "all"
"""The `quantity` of a fault that means every sensor of the component."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """What was found, ours or foreign. `error` says why it was left out; `digest` is over a foreign one's source, and
    `catalogue` the name of the catalogue that it brings."""

    name: str
    group: str
    origin: str
    version: str = ""
    digest: str = ""
    error: str = ""
    catalogue: str = ""

    @property
    def ours(self) -> bool:
        return not self.version


class Rejected(ValueError):
    """Raised by `register` for what cannot be taken in, with the reason in words."""


class Registry:
    """What exists. Everything is sorted by the name of its catalogue, and within one in the order it is declared."""

    def __init__(self) -> None:
        self.plugins: list[Plugin] = []
        self.homes: dict[str, str] = {}
        """The package of each catalogue, by the catalogue's name."""
        self._catalogues: dict[str, Catalogue] = {}
        self._extensions: dict[str, dict[str, Extension]] = {group: {} for group in GROUPS[2:]}

    def check(self, group: str, declared: object) -> Catalogue | Extension:
        """What is declared, if it is of the kind and the version that can be read. Raises `Rejected`."""
        wanted: type[Catalogue] | type[Extension] = Catalogue if group in (DOMAINS, LIFELINES) else Extension
        if not isinstance(declared, wanted):
            raise Rejected(f"is a {type(declared).__name__}, not a {wanted.__name__}")
        if declared.api != API:
            raise Rejected(f"was written for version {declared.api} of the interface, this is version {API}")
        return declared

    def register(self, group: str, given: object) -> None:
        """Take in what one folder or plug-in declares. Raises `Rejected` if it does not fit what is there."""
        declared = self.check(group, given)
        if isinstance(declared, Extension):
            if declared.name in self._extensions[group]:
                raise Rejected(f"there is a {declared.name!r} already")
            self._extensions[group][declared.name] = declared
            return
        if declared.name in self._catalogues:
            raise Rejected(f"there is a catalogue {declared.name!r} already")
        for what, of in _NAMED.items():
            there = {_name(one) for other in self._catalogues.values() for one in of(other)}
            twice = sorted(there & {_name(one) for one in of(declared)})
            if twice:
                raise Rejected(f"declares the {what} {twice[0]!r}, which is there already")
        self._catalogues[declared.name] = declared

    def leave_out_strays(self) -> None:
        """Once all are there: leave out foreign catalogues with types of a sub-system that nobody declares."""
        there = {one.name for catalogue in self._catalogues.values() for one in catalogue.subsystems}
        for i, plugin in enumerate(self.plugins):
            declared = self._catalogues.get(plugin.catalogue)
            strays = [one for one in declared.types if one.domain not in there] if declared else []
            if declared and strays:
                why = f"declares {strays[0].name!r} of the sub-system {strays[0].domain.value!r}, which nobody declares"
                del self._catalogues[declared.name], self.homes[declared.name]
                self.plugins[i] = replace(plugin, digest="", catalogue="", error=why)

    @property
    def broken(self) -> tuple[Plugin, ...]:
        """Plug-ins that were left out, each with the reason."""
        return tuple(one for one in self.plugins if one.error)

    def behind(self, error: BaseException) -> Plugin | None:
        """The foreign plug-in whose code an error was raised in, or went through; None if in none."""
        packages = {one.origin.partition(":")[0].partition(".")[0]: one for one in reversed(self.foreign)}
        passed = [frame.f_globals.get("__name__", "") for frame, _line in walk_tb(error.__traceback__)]
        return next((packages[top] for top in (name.partition(".")[0] for name in passed) if top in packages), None)

    @property
    def foreign(self) -> tuple[Plugin, ...]:
        """Plug-ins of others that take part."""
        return tuple(one for one in self.plugins if not one.ours and not one.error)

    def extensions(self, group: str) -> Mapping[str, Extension]:
        """Importers, checkers or detectors by name."""
        return dict(sorted(self._extensions[group].items()))

    @cached_property
    def catalogues(self) -> Mapping[str, Catalogue]:
        return dict(sorted(self._catalogues.items()))

    @cached_property
    def subsystems(self) -> Mapping[Domain, SubSystem]:
        return {one.name: one for catalogue in self.catalogues.values() for one in catalogue.subsystems}

    @cached_property
    def types(self) -> Mapping[str, ComponentType]:
        """Every type of component by name, with what stands ready against its faults. A depot takes the parameters of
        all trades."""
        declared = (one for catalogue in self.catalogues.values() for one in catalogue.types)
        found = {one.name: replace(one, parameters=_with_reserves(one, self._protections(one))) for one in declared}
        trades = tuple(trade.crews for trade in self.trades.values())
        for name in self.depots:
            found[name] = replace(found[name], parameters=(*trades, *found[name].parameters))
        return found

    def setting(self, domain: Domain, name: str) -> float:
        """What a sub-system declares as the default of a setting. Raises `KeyError` for none."""
        for one in self.subsystems[domain].settings:
            if one.name == name and isinstance(one.default, float):
                return one.default
        raise KeyError(f"{domain.value!r} declares no setting {name!r}")

    def _protections(self, one: ComponentType) -> list[Parameter]:
        """What can stand ready at such a component against the hazards that it has a curve of."""
        hazards = {
            curve.hazard for curve in self.fragilities.values() if one.name in curve.kinds and not curve.open_to_it
        }
        return [PROTECTION[hazard] for hazard in HazardType if hazard in hazards & PROTECTION.keys()]

    @cached_property
    def links(self) -> Mapping[LinkKind, LinkType]:
        return {one.name: one for catalogue in self.catalogues.values() for one in catalogue.links}

    @cached_property
    def trades(self) -> Mapping[Trade, TradeType]:
        """Every trade, in the order in which a depot names its crews."""
        found = (one for catalogue in self.catalogues.values() for one in catalogue.trades)
        return {one.name: one for one in sorted(found, key=lambda one: (one.order, one.name))}

    @cached_property
    def depots(self) -> tuple[str, ...]:
        """Types of component that crews come from."""
        return tuple(catalogue.depot for catalogue in self.catalogues.values() if catalogue.depot)

    @cached_property
    def any_work(self) -> tuple[Trade, ...]:
        """Trades whose crews do any work."""
        return tuple(one.name for one in self.trades.values() if one.any_work)

    @cached_property
    def from_files(self) -> Mapping[Domain, tuple[str, ...]]:
        """Types that only a network file can bring, because the physics behind them is there, by sub-system."""
        found: dict[Domain, tuple[str, ...]] = {}
        for kind in self.types.values():
            if kind.from_file:
                found[kind.domain] = (*found.get(kind.domain, ()), kind.name)
        return found

    def links_that(self, plays: Callable[[LinkType], bool]) -> tuple[LinkKind, ...]:
        """The kinds of link that play a role, in their order."""
        found = sorted(self.links.values(), key=lambda one: (one.order, one.name))
        return tuple(one.name for one in found if plays(one))

    @cached_property
    def stopping_links(self) -> tuple[LinkKind, ...]:
        return self.links_that(lambda one: one.stops_target)

    @cached_property
    def access_links(self) -> tuple[LinkKind, ...]:
        return self.links_that(lambda one: one.access)

    @cached_property
    def digital_links(self) -> tuple[LinkKind, ...]:
        """Links of the data network, and those that need a path over it."""
        return self.links_that(lambda one: one.undirected or one.needs_path is not None)

    def types_that(self, plays: Callable[[ComponentType], bool]) -> tuple[str, ...]:
        """The types of component that play a role."""
        return tuple(name for name, one in self.types.items() if plays(one))

    @cached_property
    def severing(self) -> tuple[str, ...]:
        """Faults that take a link down."""
        return tuple(dict.fromkeys(p.name for link in self.links.values() for p in link.faults if p.severs))

    @cached_property
    def trade_of_buildings(self) -> Trade:
        """The trade that repairs what no other one claims: the one that says so, or else whoever does any work."""
        ranked = sorted(self.trades.values(), key=lambda one: (not one.buildings, not one.any_work))
        return ranked[0].name

    @cached_property
    def measures(self) -> Mapping[str, Measure]:
        return {one.name: one for catalogue in self.catalogues.values() for one in catalogue.measures}

    @cached_property
    def limited_figures(self) -> tuple[str, ...]:
        """Quantities of which a figure counts the people below a limit."""
        kinds = (kind for measure in self.measures.values() for kind in measure.figures)
        return tuple(dict.fromkeys(kind.quantity for kind in kinds if kind.formula is Formula.BELOW))

    @cached_property
    def quantities(self) -> Mapping[str, QuantityName]:
        """Every quantity by name, with all the types of component that it exists at."""
        found: dict[str, QuantityName] = {}
        for one in (one for catalogue in self.catalogues.values() for one in catalogue.quantities):
            other = found.get(one.name)
            of = (*(() if other is None else other.of), *one.of)
            if one.of_types_with:
                of += tuple(name for name, kind in self.types.items() if kind.fault(one.of_types_with) is not None)
            if one.of_types_that is not None:
                of += self.types_that(one.of_types_that)
            recorded = (*(() if other is None else other.recorded), *one.recorded)
            found[one.name] = replace(other or one, of=of, recorded=recorded)
        return found

    def telling(self, tells: Tells) -> tuple[str, ...]:
        """The quantities in which a mechanism reads this."""
        return tuple(name for name, one in self.quantities.items() if one.tells is tells)

    @cached_property
    def sensor_faults(self) -> tuple[FaultPoint, ...]:
        """What can befall the sensors of a component of any type."""
        return tuple(self._filled(p) for catalogue in self.catalogues.values() for p in catalogue.sensor_faults)

    @cached_property
    def report_faults(self) -> tuple[FaultPoint, ...]:
        """What can befall readings on their way."""
        return tuple(point for catalogue in self.catalogues.values() for point in catalogue.report_faults)

    @cached_property
    def faults_of_data(self) -> frozenset[str]:
        """Names of the faults that change what is read, and nothing in the town."""
        return frozenset(point.name for point in (*self.sensor_faults, *self.report_faults))

    @cached_property
    def faults_of_type(self) -> Mapping[str, tuple[FaultPoint, ...]]:
        """How a component can fail, by its type: in itself, and in the sensors that it carries."""
        return {name: kind.faults + self.sensor_faults for name, kind in self.types.items()}

    @cached_property
    def faults(self) -> Mapping[str, FaultPoint]:
        """Every fault point by name. A name means the same wherever it is declared."""
        points = {point.name: point for kind in self.types.values() for point in kind.faults}
        points.update((point.name, point) for link in self.links.values() for point in link.faults)
        points.update((point.name, point) for point in self.sensor_faults)
        return points

    @cached_property
    def networks(self) -> Mapping[str, NetworkFile]:
        """Every kind of network file by the name that city.yaml gives it, but those that the city room reads itself."""
        return {one.name: one for catalogue in self.catalogues.values() for one in catalogue.networks}

    @cached_property
    def layers(self) -> Mapping[str, TownLayer]:
        """What is laid over the demo city, by name, in the order in which that has to happen."""
        found = (one for catalogue in self.catalogues.values() for one in catalogue.layers)
        return {one.name: one for one in sorted(found, key=lambda one: (one.order, one.name))}

    @cached_property
    def town(self) -> tuple[TownPart, ...]:
        """What is laid over the networks of every generated town, in the order in which that has to happen."""
        found = (one for catalogue in self.catalogues.values() for one in catalogue.town)
        return tuple(sorted(found, key=lambda one: (one.order, one.run)))

    @cached_property
    def plausibility(self) -> tuple[PlausibilityRule, ...]:
        """What is asked of the data of a town that is read in, in that order."""
        found = (one for catalogue in self.catalogues.values() for one in catalogue.plausibility)
        return tuple(sorted(found, key=lambda one: (one.order, one.run)))

    @cached_property
    def stores(self) -> Mapping[str, StoreKind]:
        """Every store whose depletion is forecast, by the quantity under which it is recorded."""
        return {one.quantity: one for catalogue in self.catalogues.values() for one in catalogue.stores}

    @cached_property
    def alerts(self) -> tuple[Alert, ...]:
        """What somebody is to be called for, in the order in which it is listed."""
        found = (one for catalogue in self.catalogues.values() for one in catalogue.alerts)
        return tuple(sorted(found, key=lambda one: (one.order, one.name)))

    @cached_property
    def fragilities(self) -> Mapping[str, Fragility]:
        """Every curve by id: at which intensity of a hazard what fails."""
        return {one.id: one for catalogue in self.catalogues.values() for one in catalogue.fragilities}

    @cached_property
    def rates(self) -> Mapping[str, FailureRate]:
        """Every class by id: how often what fails by wear."""
        return {one.id: one for catalogue in self.catalogues.values() for one in catalogue.rates}

    @cached_property
    def pages(self) -> Mapping[Domain, Page]:
        """The dashboard pages of sub-systems, in the order in which one reads them."""
        found = [(one.page.order, one.name, one.page) for one in self.subsystems.values() if one.page is not None]
        return {name: page for _, name, page in sorted(found, key=lambda one: one[:2])}

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """What brings the sub-systems to life, in the order in which that has to happen."""
        found = (one for catalogue in self.catalogues.values() for one in catalogue.starts)
        return tuple(sorted(found, key=lambda one: (one.order, one.run)))

    def _filled(self, point: FaultPoint) -> FaultPoint:
        """The fault point with all quantities as choices, where a parameter names one."""
        choices = (ANY_QUANTITY, *self.quantities)
        own = tuple(replace(p, choices=choices) if p.names_quantity else p for p in point.parameters)
        return replace(point, parameters=own)


_NAMED: Mapping[str, Callable[[Catalogue], Iterable[Any]]] = {
    "sub-system": lambda catalogue: catalogue.subsystems,
    "type of component": lambda catalogue: catalogue.types,
    "kind of link": lambda catalogue: catalogue.links,
    "trade": lambda catalogue: catalogue.trades,
    "measure": lambda catalogue: catalogue.measures,
    "network file": lambda catalogue: catalogue.networks,
    "layer of the demo city": lambda catalogue: catalogue.layers,
    "fragility curve": lambda catalogue: catalogue.fragilities,
    "failure rate": lambda catalogue: catalogue.rates,
    "alert": lambda catalogue: catalogue.alerts,
}
"""What no two catalogues may declare both. A quantity may exist in several."""


def _name(one: Any) -> str:
    return str(one.id if isinstance(one, Fragility | FailureRate) else one.name)


def _with_reserves(one: ComponentType, protections: Iterable[Parameter]) -> tuple[Parameter, ...]:
    ready = {parameter.name: parameter for point in one.faults for parameter in point.against}
    return (*one.parameters, *ready.values(), *protections)


def named(place: str) -> Any:
    """What "module:name" names. Raises `ImportError` or `AttributeError` where there is no such thing."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


@cache
def registry() -> Registry:
    """The registry of this process. Opened when first asked for, so that `--help` does not pay for it."""
    found = Registry()
    for group, module in _ours():
        declared = importlib.import_module(module).CATALOGUE
        found.register(group, declared)
        found.homes[declared.name] = module.rpartition(".")[0]
        found.plugins.append(Plugin(module.split(".")[-2], group, module))
    for group, point in _foreign():
        found.plugins.append(_take(found, group, point))
    found.leave_out_strays()
    return found


def _ours() -> list[tuple[str, str]]:
    """Our own catalogues, as group and module, in the order of their places."""
    root = Path(__file__).parents[1]
    places = sorted({path for pattern in SCANNED for path in root.glob(f"{pattern}/catalogue.py")})
    modules = [".".join(("simulator", *path.relative_to(root).with_suffix("").parts)) for path in places]
    return [(LIFELINES if ".lifelines." in module else DOMAINS, module) for module in modules]


def _foreign() -> list[tuple[str, EntryPoint]]:
    """What installed packages declare, in the order of groups and names."""
    if not _may_declare():
        return []
    from importlib.metadata import entry_points  # costs a sixth of a short command

    points = entry_points()
    return [
        (group, point)
        for group in GROUPS
        for point in sorted(points.select(group=group), key=lambda point: (point.name, point.value))
    ]


def _may_declare() -> bool:
    """Whether some installed package may declare a plug-in: its list of entry points names a group of ours, or lies
    where only `importlib.metadata` can read it (in an archive, or with an importer of its own)."""
    finders = [finder for finder in sys.meta_path if finder is not PathFinder]
    if any(hasattr(finder, "find_distributions") for finder in finders):
        return True
    for place in sys.path:
        try:
            packages = [
                p for p in Path(place or ".").iterdir() if p.name.endswith((".dist-info", ".egg-info", "EGG-INFO"))
            ]
        except NotADirectoryError:
            return True
        except OSError:
            continue
        for package in packages:
            with contextlib.suppress(OSError):
                if b"[stadtwerk." in (package / "entry_points.txt").read_bytes():
                    return True
    return False


def _take(found: Registry, group: str, point: EntryPoint) -> Plugin:
    """Register a foreign plug-in. Whatever goes wrong in it is a reason to leave it out, never one to stop."""
    from simulator.contracts.foreign import faults_of

    plugin = Plugin(point.name, group, point.value, "0" if point.dist is None else point.dist.version)
    try:
        declared = point.load()
        declared = declared() if callable(declared) else declared
        home = point.module.rpartition(".")[0]
        for file in ("events", "names"):
            if module := beside(home, file):
                importlib.import_module(module)
        found.check(group, declared)
        if wrong := next(faults_of(declared), None):
            raise Rejected(wrong)
        found.register(group, declared)
        if isinstance(declared, Catalogue):
            found.homes[declared.name] = home
            plugin = replace(plugin, catalogue=declared.name)
    except (Exception, SystemExit) as error:  # a module that ends the program is left out, too
        reason = str(error) if isinstance(error, Rejected) else f"{type(error).__name__}: {error}"
        return replace(plugin, error=" ".join(reason.split()))
    return replace(plugin, digest=_digest(point.dist, point.module))


def beside(home: str, file: str) -> str | None:
    """The module `events` or `names` in a catalogue's package; None where it has none."""
    name = f"{home}.{file}"
    return name if home and importlib.util.find_spec(name) else None


def _digest(dist: Distribution | None, module: str) -> str:
    """One over the source of a plug-in: the Python files its distribution lists, or else its top package's."""
    files = [Path(str(dist.locate_file(file))) for file in (dist.files or ()) if file.suffix == ".py"] if dist else []
    if not files:
        place = importlib.import_module(module.split(".", maxsplit=1)[0]).__file__
        files = [] if place is None else sorted(Path(place).parent.rglob("*.py"))
    digest = hashlib.sha256()
    for file in sorted(files):
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
