"""What a sub-system or a lifeline declares of itself, as data: the records that every `catalogue.py` is made of.

A catalogue stands in the folder of the thing it describes and says all that other rooms need to know of it. It imports
contracts and constants of other catalogues only, so that reading all of them costs nothing and loads no engine. Where
a mechanism (supply, crews, audit, report, dashboards) has to treat things differently, the thing says which *role* it
plays, as a field of these records; no mechanism names a thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

from simulator.contracts.component import Domain, Value
from simulator.contracts.cure import Cure
from simulator.contracts.failure import FailureRate, Fragility
from simulator.contracts.fault import Damage, FaultPoint, Parameter
from simulator.contracts.level import Measure
from simulator.contracts.link import LinkKind
from simulator.contracts.quantities import QuantityName
from simulator.contracts.repair import OTHER_REPAIR, RepairClass, Trade
from simulator.contracts.words import Text

API = 1
"""The version of these records. A plug-in that was written for another one is named and left out."""


class State(IntEnum):
    """How a component is, from well to gone: what an engineer wants to see of every type at once.

    A fallback that carries is worse than a weak primary way, but better than nothing.
    """

    NORMAL = 0
    DEGRADED = 1
    TECHNICAL = 2
    ANALOGUE = 3
    FAILED = 4


@dataclass(frozen=True, slots=True)
class Mode:
    """A way in which a component does its duty, and the class of it."""

    name: str
    state: State
    title: Text


def normal(name: str, title: Text) -> Mode:
    """The usual way."""
    return Mode(name, State.NORMAL, title)


def degraded(name: str, title: Text) -> Mode:
    """The usual way, but badly."""
    return Mode(name, State.DEGRADED, title)


def technical(name: str, title: Text) -> Mode:
    """Another device stands in."""
    return Mode(name, State.TECHNICAL, title)


def analogue(name: str, title: Text) -> Mode:
    """People, paper or stocks stand in."""
    return Mode(name, State.ANALOGUE, title)


def failed(name: str, title: Text) -> Mode:
    """Nothing is left."""
    return Mode(name, State.FAILED, title)


@dataclass(frozen=True, slots=True)
class ComponentType:
    """A type of component: what it is, how it can break, which parameters it takes, how it falls back.

    `about` says more of what it is than its title, where there is more to say. `ladder` are the modes of its
    redundancy, best first, empty where it has none; `same_medium` names those that are ways of one and the same medium
    where others stand in for its loss (empty: all but the last).

    Roles:
    `gives`        kinds of link that may start here, because its sub-system says when it can feed them
    `forwards`     kinds of link whose messages it passes on (nodes of the data network)
    `from_file`    only a network file can bring it, because the physics behind it is there
    `also_in_file` a network file may bring it, or a table of components
    `trade`        the trade that repairs it; empty: that of its sub-system. `repair` is how long that takes
    `site`         it works or does not, without a fallback of its own: a service level of it is 1 or 0
    `vital`        crews that go by lifelines see to it, and to what feeds it, first
    `called`       people telephone it for help: in a generated town it has a line of its own
    `police`       the officers who regulate dark junctions belong to it (its parameters say how many, and how long)
    `roots`        kinds of link whose flow begins at it, whatever else there is (generator, reservoir, server)
    `stores`       kinds of link whose flow it holds a store of (tank)
    `clustered`    it stands on the components that its parameter `cluster` names together with it
    `core`         a loss of it by itself is looked at in every audit
    `network_part` one of the many parts of a network: looked at one by one only when asked
    `visited`      people, fuel or crews must always get to it
    `base`         crews or ambulances leave from it
    `ambulances`   ambulances leave from it: who is reached in time is counted from there
    `device`       it has software or electronics in it: its maker and year have to be known
    `mqtt_broker`  gateways send to it
    `shed`         when an island runs short, what feeds it is shed first (3), then (2), or last (1)
    `buried`       it is a cable in the ground, unless its parameter `overhead` says that it hangs
    `stands_in`    people turn to it when nothing comes over links of this kind any more
    `district_measures` measures of its district that it answers for
    `mode_says_all` its mode by itself says how it is
    `glyph`        its shape on the map, an SVG path around (0, 0) about 12 wide; only what comes by the hundred, is
                   one of many parts of a network, stands nowhere or stands `inside` has none
    `small`        its shape is small, and so is the cross on it where it failed
    `inside`       it stands in the house or station of another component, whose shape stands for both
    `no_curve`     why no catalogue has a fragility curve of it, though it can break
    `no_rate`      why no catalogue has a failure rate of it, though it can break
    `many`         it comes by the hundred: drawn only where there are few, its state told only when it changes
    `shown_failed` drawn only where it failed
    `technical`    a level of it below its minimum is no service that people lack: what they lack shows in other levels
    `clients`      the parameter that counts those who lack its service; empty: all who lean on the level
    `client_of`    the parameter that names the component whose clients lack its service
    `same_need`    the measure that says the same to residents as a level of it
    `failover`     the time until something stands in for it is one of a run's figures
    `process`      "module:Class" of the state machine that runs one of it (lifelines)
    `order`        when its state machines start, small numbers first
    `sited`        a list or a map may say where it stands in a town whose other parts rules lay; the tags that
                   OpenStreetMap has for it, as key=value
    `damage`       what damage of a share of it is; where nothing is said, any damage is its first fault, if that alone
                   puts it out of use, and else none that anybody knows
    """

    name: str
    domain: Domain
    title: Text
    faults: tuple[FaultPoint, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    ladder: tuple[Mode, ...] = ()
    same_medium: tuple[str, ...] = ()
    gives: tuple[LinkKind, ...] = ()
    forwards: tuple[LinkKind, ...] = ()
    from_file: bool = False
    also_in_file: bool = False
    trade: Trade | None = None
    repair: RepairClass = OTHER_REPAIR
    site: bool = False
    vital: bool = False
    called: bool = False
    police: bool = False
    roots: tuple[LinkKind, ...] = ()
    stores: tuple[LinkKind, ...] = ()
    clustered: bool = False
    core: bool = False
    network_part: bool = False
    visited: bool = False
    base: bool = False
    ambulances: bool = False
    device: bool = False
    mqtt_broker: bool = False
    shed: int = 3
    buried: bool = False
    stands_in: LinkKind | None = None
    district_measures: tuple[str, ...] = ()
    mode_says_all: bool = False
    glyph: str = ""
    small: bool = False
    inside: bool = False
    no_curve: str = ""
    no_rate: str = ""
    many: bool = False
    shown_failed: bool = False
    technical: bool = False
    clients: str = ""
    client_of: str = ""
    same_need: str = ""
    failover: bool = False
    process: str = ""
    order: int = 0
    about: Text | None = None
    damage: Damage | None = None
    sited: tuple[str, ...] = ()

    @property
    def modes(self) -> tuple[str, ...]:
        """The names of its modes, best first."""
        return tuple(mode.name for mode in self.ladder)

    @property
    def ways(self) -> tuple[str, ...]:
        """The modes among which one is a fallback for another: those of its medium, or all but the last, none."""
        return self.same_medium or self.modes[:-1]

    def fault(self, name: str) -> FaultPoint | None:
        return next((point for point in self.faults if point.name == name), None)

    def damaged(self, share: float) -> tuple[str, dict[str, Value]] | None:
        """The fault, with its parameters, that damage of a share of one is (0 to 1); None where nobody knows."""
        if self.damage is not None:
            return self.damage.of(share)
        first = next(iter(self.faults), None)
        return (first.name, {}) if first is not None and (first.disables or first.cuts_off) else None

    def mode(self, name: str) -> Mode | None:
        return next((mode for mode in self.ladder if mode.name == name), None)


@dataclass(frozen=True, slots=True)
class Balance:
    """What arrives in a district against what is asked for, from quantities that are recorded for districts.

    `supplied` is the quantity that arrives. What is asked for is the quantity `asked`, or `supplied` over the quantity
    `share`, or with neither the most that arrived so far. `stored` and `local` are shown beside it, and nothing is
    told of a district where one that is named in `needs` is unknown. With `counted` the balance is another one: of how
    many components that quantity is above zero. `names` are the fields that a dashboard draws, in words, `unit` is the
    unit of its axis and `over_districts` how districts are taken together (SUM or MEAN).
    """

    names: Mapping[str, Text]
    description: Text
    unit: str
    over_districts: str = "SUM"
    supplied: str = ""
    asked: str = ""
    share: str = ""
    stored: str = ""
    local: str = ""
    counted: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorstReadings:
    """Sensors whose worst reading a dashboard shows: `function` is MIN or MAX, `unit` that of its column."""

    quantity: str
    function: str
    unit: str
    title: Text


@dataclass(frozen=True, slots=True)
class Page:
    """The dashboard page of a sub-system. Without a balance the service levels themselves are shown.

    `order` is the place among the pages; `depletes` says that the sub-system has stores, which run empty.
    """

    title: Text
    description: Text
    order: int
    balance: Balance | None = None
    readings: WorstReadings | None = None
    depletes: bool = True


@dataclass(frozen=True, slots=True)
class Alert:
    """What somebody is to be called for: people below what measures require, or a component on its last way.

    `below` names the measures, `last_way_of` the type of component; one of the two is given. `lasting` is how long it
    must be so. `summary` says what is wrong, `runbook` what to do; `page` and `panel` are where to look on dashboards.
    """

    name: str
    title: Text
    summary: Text
    runbook: Text
    page: str
    panel: str
    order: int
    below: tuple[str, ...] = ()
    last_way_of: str = ""
    lasting: str = "1m"


@dataclass(frozen=True, slots=True)
class StoreKind:
    """A store whose depletion is forecast, by the quantity under which it is recorded.

    `hours` is the quantity that says how long it lasts, if one does; `per_hour` how much an hour takes of it. With
    neither it lasts as long as it falls now.
    """

    name: str
    quantity: str
    unit: str
    title: Text
    hours: str = ""
    per_hour: float = 0.0


@dataclass(frozen=True, slots=True)
class SubSystem:
    """A sub-system of the town. `engine` says that one model solves all of it, `for_people` that people lean on its
    components directly: lifelines.

    `trade` repairs what belongs to it; None: the trade that looks after buildings. `page` is its dashboard, if it has
    one; `fallback_rank` its place where fallbacks are listed, the nearest to people first; `colour` that of its shapes
    on maps. `settings` are numbers of its engine that a city may give otherwise, and a scenario for one run; each has a
    default, and bounds.
    """

    name: Domain
    title: Text
    trade: Trade | None = None
    engine: bool = False
    for_people: bool = False
    page: Page | None = None
    fallback_rank: int = 1
    colour: str = "#999"
    settings: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkType:
    """A kind of link, declared by the sub-system that provides what flows over it.

    `carrier` is that sub-system: what breaks such a link broke there. `trade` repairs one.

    Roles:
    `stops_target`  the target stops without it, once its autonomy is used up (power)
    `undirected`    an edge of a graph, usable both ways (data)
    `needs_path`    a link between two ends that needs a working path of links of this other kind (control over data)
    `commands`      the source commands the target over it; a source that has lost control reaches nobody (control)
    `draws`         the target takes a measured load from the source (power)
    `access`        the way on which crews and trucks get to the target (road)
    `buried`        it is a cable in the ground, which lies in trenches (power, data)
    `passes_loss`   who loses it passes the loss on: what hangs on the target leans on the source as well
    `order`         its place in audits, small numbers first
    `autonomy`      the quantity under which the seconds are recorded that targets still go on without it
    `reserve`       what can be bought to go on longer without it, in minutes
    `second`        what another one is called, into a target that has one already
    """

    name: LinkKind
    carrier: Domain
    title: Text
    trade: Trade
    faults: tuple[FaultPoint, ...] = ()
    stops_target: bool = False
    undirected: bool = False
    needs_path: LinkKind | None = None
    commands: bool = False
    draws: bool = False
    access: bool = False
    buried: bool = False
    passes_loss: bool = False
    autonomy: str = ""
    order: int = 100
    reserve: Cure | None = None
    second: Text | None = None

    @property
    def private(self) -> bool:
        """Whether a cut leaves the supply only through its questions: nothing stops and no path is searched anew."""
        return not (self.stops_target or self.undirected or self.needs_path)

    @property
    def cut(self) -> FaultPoint:
        """What takes such a link down. Raises `LookupError` where nothing does."""
        found = next((point for point in self.faults if point.severs), None)
        if found is None:
            raise LookupError(f"no fault of a {self.name} link severs it")
        return found


@dataclass(frozen=True, slots=True)
class TradeType:
    """What a crew has learnt. `crews` is the parameter of a depot that says how many such crews belong to it.

    `any_work` marks the trade whose crews do any work, `buildings` the one that repairs what no other one does. `order`
    is the place among the trades of a depot, `in_town` how many such crews a depot of a generated town has by day
    (assumption).
    """

    name: Trade
    title: Text
    crews: Parameter
    any_work: bool = False
    buildings: bool = False
    order: int = 0
    in_town: float = 0.0


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """A file that brings the components of a sub-system, named in city.yaml under `networks:` by `name`.

    `read` is "module:function": called with the path it returns `NetworkElement`s or raises `BadInput`.
    """

    name: str
    domain: Domain
    title: Text
    read: str


@dataclass(frozen=True, slots=True)
class TownLayer:
    """What a thing lays over the demo city after all that the city room's own rules lay there.

    `run` is "module:function": called with a `simulator.city.generator.town.Town` it returns the draft with what it
    added. Smaller `order` comes first. The demo city can be built without it, by its `name`.
    """

    name: str
    run: str
    order: int


@dataclass(frozen=True, slots=True)
class TownPart:
    """What a thing lays over the networks of every town that is generated or imported.

    `run` is "module:function": called with a `simulator.city.generator.layer.Laying` it returns the `Layer` that it
    adds. Smaller `order` comes first.
    """

    run: str
    order: int


@dataclass(frozen=True, slots=True)
class CityCheck:
    """What a sub-system asks of a city beyond what every city must do.

    `run` is "module:function", called with the links, the components by id and a `Where` that says at which line an
    entry stands; it returns the problems. With `whole` it is asked only of cities of which everything could be read.
    """

    run: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class PlausibilityRule:
    """What a sub-system asks of the data of a town that is read in, beyond that they can be read.

    `run` is "module:function": called with a `simulator.city.plausibility.Trial` it returns the draft, with findings
    where something is odd and whatever else it learned. It raises `BadInput` for what cannot be a town. Smaller
    `order` is asked first. One that is asked `always` looks at no more than a moment's work: it is asked of every city
    that is loaded, too, and what it returns beside findings is not taken over then.
    """

    run: str
    order: int
    always: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """What brings a sub-system to life: `run` is "module:function" and is called with the runtime.

    The function returns a `Running`, or None where the city has nothing of it. Smaller `order` starts first.
    """

    run: str
    order: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that one folder declares. `name` is unique among catalogues; `api` the `API` it was written for, as a number.

    `sensor_faults` befall the sensors that a component of any type carries, `report_faults` the readings on their way.
    `depot` names the type that crews come from: it takes the parameters of all trades. Of `fragilities`, and of
    `rates`, the first whose class a component belongs to counts.
    """

    name: str
    api: int
    subsystems: tuple[SubSystem, ...] = ()
    types: tuple[ComponentType, ...] = ()
    links: tuple[LinkType, ...] = ()
    trades: tuple[TradeType, ...] = ()
    quantities: tuple[QuantityName, ...] = ()
    measures: tuple[Measure, ...] = ()
    sensor_faults: tuple[FaultPoint, ...] = ()
    report_faults: tuple[FaultPoint, ...] = ()
    networks: tuple[NetworkFile, ...] = ()
    layers: tuple[TownLayer, ...] = ()
    town: tuple[TownPart, ...] = ()
    stores: tuple[StoreKind, ...] = ()
    starts: tuple[Start, ...] = ()
    checks: tuple[CityCheck, ...] = ()
    plausibility: tuple[PlausibilityRule, ...] = ()
    depot: str = ""
    fragilities: tuple[Fragility, ...] = ()
    rates: tuple[FailureRate, ...] = ()
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the checker of a plug-in has found. `passed` None: the run does not show it either way."""

    passed: bool | None
    reason: Text


@dataclass(frozen=True, slots=True)
class Extension:
    """What a plug-in adds beside sub-systems and lifelines: an importer, a checker or a detector.

    `run` is "module:function". An importer is called with the file and an empty folder that it may write into, and
    returns files by the options of `stadtwerk city import` that they stand for. A checker is called with the city, the
    history of a run and what the expectation gives it under `with`, and returns a `Judgement`.
    A detector is called without anything and returns a `monitoring.detectors.Detector`, whose evidence is of the kind
    `name`; `stadtwerk monitor` asks it beside those that ship.
    """

    name: str
    api: int
    title: Text
    run: str
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
