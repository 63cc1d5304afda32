"""What the user of a live run asks for beyond a run, and where an installation is that others run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Interval, MinLen

from gateways.brokers.address import BrokerAddress
from gateways.network.tls_proxy import Certificate
from gateways.stores.influx.settings import InfluxSettings
from simulator.contracts.problem import BadInput, Problem, Unfit
from simulator.contracts.settings import STRICT, read_settings
from simulator.contracts.words import Text, Words

_ = Words("stadtwerk.live")

SCHEMA = "stadtwerk/installation/1"

Port = Annotated[int, Interval(ge=1, le=65535)]


@dataclass(frozen=True, slots=True)
class Station:
    """One gateway: its southbound port, and the ports on which the ways from it to the brokers begin here."""

    __pydantic_config__: ClassVar[Any] = STRICT

    host: Annotated[str, MinLen(1)]
    port: Port
    links: tuple[Port, Port]


@dataclass(frozen=True, slots=True)
class Installation:
    """What a live run must know to join in.

    `brokers` are reached as the identity `control`, which rolls gateway software out and back; `watching` are the same
    brokers, reached as one who only reads; `uplinks` is where the ways of gateways end, at the door that is theirs; the
    preferred broker comes first. The ways from gateways to brokers begin at `links_host`. `identity` opens the doors of
    gateways.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    schema: Literal["stadtwerk/installation/1"]
    gateways: Annotated[Mapping[str, Station], MinLen(1)]
    brokers: tuple[BrokerAddress, BrokerAddress]
    watching: tuple[BrokerAddress, BrokerAddress]
    uplinks: tuple[BrokerAddress, BrokerAddress]
    links_host: Annotated[str, MinLen(1)]
    identity: Certificate
    database: InfluxSettings

    def __post_init__(self) -> None:
        taken: set[int] = set()
        for name, station in self.gateways.items():
            if taken & set(station.links):
                fix = _("give each gateway ports of its own")
                raise Unfit(_("are used by another gateway"), fix, f"gateways.{name}.links")
            taken |= set(station.links)


def read_installation(path: Path) -> Installation:
    """Read a file; names in it count from its folder. Raises `BadInput` with every mistake."""
    return read_settings(path, Installation)


BROKERS = ("broker-a", "broker-b")
INGESTS = ("ingest-1", "ingest-2")
DOWN_S = 5.0
"""Wall time that a process killed in a drill stays down (assumption: about what a service manager waits)."""


DRAIN_S = 90.0


@dataclass(frozen=True, slots=True)
class Drill:
    """`kill -9` on a process at a time of the scenario, in seconds."""

    process: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Attachment:
    """An installation that others run, and the file that says where it is."""

    file: Path
    installation: Installation


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """`gateways`: as many of the city's gateways are processes, None for all; `mosquitto`: a folder that `stadtwerk
    secrets init` made, for a pair of Mosquitto brokers instead of the embedded ones; `attached`: all of it runs
    elsewhere; `alive`: a file that is touched while the run goes on; `drain_s`: wall time that readings have to reach
    the store after the end (assumption: enough for the longest wait between two tries of a gateway); what is not there
    then is kept; `now`: what leaves
    the run bears times as if it began now; `report`: the address under which a database has its report."""

    gateways: int | None = None
    ingests: int = 1
    drills: tuple[Drill, ...] = ()
    influx: InfluxSettings | None = None
    mosquitto: Path | None = None
    attached: Attachment | None = None
    alive: Path | None = None
    drain_s: float = DRAIN_S
    now: bool = False
    report: str = ""

    @property
    def longest_wait_s(self) -> float:
        """Longest wait before a database is asked again, whatever it says: some tries must fit into `drain_s`."""
        return max(1.0, self.drain_s / 6.0)

    @property
    def brokers(self) -> str:
        """Of which kind they are."""
        if self.attached is not None:
            return "elsewhere"
        return "embedded" if self.mosquitto is None else "mosquitto"

    @property
    def store(self) -> str:
        """Where readings go: "embedded", or the address of a database."""
        return "embedded" if self.influx is None else self.influx.url

    @classmethod
    def from_arguments(
        cls,
        gateways: int | None,
        ingests: int | None,
        kills: Sequence[str],
        influx: InfluxSettings | None = None,
        mosquitto: str | None = None,
        told: Sequence[Problem] = (),
        attach: str | None = None,
        alive: str | None = None,
        now: bool = False,
        report: str = "",
        drain_s: float = DRAIN_S,
    ) -> LiveSettings:
        """Check what came from a command line; `told` are mistakes that are known. Raises `BadInput` with all."""
        problems: list[Problem] = list(told)

        def wrong(field: str, what: Text, fix: Text) -> None:
            problems.append(Problem("command line", 0, field, what, fix))

        if gateways is not None and gateways < 1:
            wrong(
                "--gateways",
                _("{gateways} is below 1", gateways=gateways),
                _("use a whole number from 1, or leave it out for all"),
            )
        if ingests is not None and not 1 <= ingests <= len(INGESTS):
            wrong("--ingests", _("{ingests} is no choice", ingests=ingests), _("use 1 or 2"))
        drills = []
        for text in kills:
            name, at, second = text.rpartition("@")
            try:
                at_s = float(second)
            except ValueError:
                at_s = math.nan
            if not name or not at or not math.isfinite(at_s):
                wrong("--kill", _("{text} is no process and second", text=repr(text)), _("write it like broker-a@120"))
            else:
                drills.append(Drill(INGESTS[0] if name == "ingest" else name, at_s))
        if not 0 < drain_s < math.inf:
            wrong("--drain", _("{drain_s} is no time", drain_s=drain_s), _("use a number of seconds above 0"))
        secrets = None if mosquitto is None else Path(mosquitto).resolve()
        if secrets is not None and not (secrets / "identities").is_dir():
            wrong(
                "--mosquitto",
                _("{mosquitto} is no folder of secrets", mosquitto=repr(mosquitto)),
                _("make one with `stadtwerk secrets init`"),
            )
        attached = None
        if attach is not None:
            for field, given in (
                ("--mosquitto", mosquitto),
                ("--influx", influx),
                ("--kill", kills),
                ("--ingests", ingests),
            ):
                if given:
                    wrong(
                        field, _("has no meaning with --attach"), _("leave it out: what runs elsewhere is told there")
                    )
            try:
                attached = Attachment(Path(attach), read_installation(Path(attach)))
                influx = attached.installation.database
            except BadInput as bad:
                problems += bad.problems
        if problems:
            raise BadInput(problems)
        file = None if alive is None else Path(alive)
        return cls(gateways, ingests or 1, tuple(drills), influx, secrets, attached, file, drain_s, now, report)
