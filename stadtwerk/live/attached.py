"""An installation that others run, as far as a live run reaches it: doors of gateways, their ways to the brokers."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateways.brokers.address import BrokerAddress, UnsafeSecret
from gateways.gateway.rollout import Rollout
from gateways.network.tls_proxy import LOCAL, Way
from gateways.wire.versions import GatewayConfig
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Text, Verbatim, Words, joined
from stadtwerk.live import events
from stadtwerk.live.plant import Journal, Wire, Wires
from stadtwerk.live.settings import BROKERS, Installation

_ = Words("stadtwerk")


START_S = 120.0
"""Time for all gateways to open their doors: containers come up one after the other (assumption)."""

LOOK_S = 0.5
HELD_S = 1.0
"""A way whose far end is not there, or lets nobody in, is hung up within this time (assumption)."""

_CUT = Wire(float("inf"))
_FAILED, _EXPIRED = "failed", "expired"


class Attached:
    """A `Plant` of gateways, brokers and ingest that are kept alive elsewhere; the ways between them begin here.

    What runs elsewhere cannot be killed. A gateway that fails is cut off from sensors and brokers instead, a broker
    that fails from every gateway, and so is one whose certificate has run out; the journal says so.
    """

    def __init__(self, gateways: Mapping[str, str], installation: Installation, file: Path, journal: Journal) -> None:
        missing = [name for name in gateways if name not in installation.gateways]
        if missing:
            fix = _("name them there; it has {names}", names=", ".join(installation.gateways))
            raise BadInput([Problem(str(file), 0, "gateways", _("lacks {names}", names=", ".join(missing)), fix)])
        self.gateways = tuple(gateways)
        self.store: Path | None = None
        self._payloads = dict(gateways)
        self._installation, self._file, self._journal = installation, file, journal
        self._ways: dict[str, Way] = {}
        self._wires: dict[str, Wires] = {}
        self._wanted: dict[str, Sequence[Wire]] = {}
        self._rollout = Rollout(installation.brokers)
        self._faulty: set[str] = set()
        self._expired: set[str] = set()
        self._away: dict[str, set[str]] = {}

    @property
    def ingests(self) -> tuple[str, ...]:
        """None: their ways to the brokers do not begin here."""
        return ()

    @property
    def names(self) -> tuple[str, ...]:
        """None: nothing can be killed from here."""
        return ()

    def start(self) -> None:
        """Raises `BadInput` for secrets that cannot be used, ports that are taken, and gateways that do not answer."""
        place = self._installation
        try:
            for name in self.gateways:
                station = place.gateways[name]
                wires = Wires(name, place.uplinks, BROKERS, self._journal, place.links_host, station.links)
                self._wires[name], self._wanted[name] = wires, (Wire(),) * len(BROKERS)
                wires.start()
                self._ways[name] = self._way(name)
            self._rollout.start()
        except (OSError, UnsafeSecret) as error:
            raise BadInput(
                [Problem(str(self._file), 0, "installation", reason_of(error), _("see the reason"))]
            ) from None
        deadline = time.monotonic() + START_S
        silent = set(self.gateways)
        while silent and time.monotonic() < deadline:
            silent -= {name for name in silent if _holds(self._ways[name].port)}
            time.sleep(LOOK_S if silent else 0.0)
        if silent:
            raise BadInput(
                [
                    Problem(
                        str(self._file),
                        0,
                        f"gateways.{name}",
                        _(
                            "does not let us in at {host}:{port}",
                            host=place.gateways[name].host,
                            port=place.gateways[name].port,
                        ),
                        _("see whether it runs, and whether both certificates are of one authority"),
                    )
                    for name in sorted(silent)
                ]
            )

    def stop(self) -> None:
        self._rollout.stop()
        for way in self._ways.values():
            way.stop()
        for wires in self._wires.values():
            wires.stop()

    def port(self, gateway: str) -> int:
        return self._ways[gateway].port

    def kill(self, process: str, reason: str, down_s: float, cause: int | None = None) -> None:
        """Cut it off until `revive`. Drills, which end by themselves, are refused before."""
        self._cut_off(process, _FAILED, reason, cause)
        if process in self._expired:
            self._cut_off(process, _EXPIRED, "", cause)

    def revive(self, process: str, cause: int | None = None) -> None:
        self._reach(process, _FAILED, cause)

    def wire(self, name: str, wires: Sequence[Wire], cause: int | None = None) -> None:
        self._wanted[name] = wires
        self._rewire(cause)

    def expire(self, name: str, reconnect: bool, cause: int | None = None) -> None:
        """Certificates elsewhere are not ours to change: where it would not get in, it is cut off."""
        self._expired.add(name)
        if reconnect or name in self._away:
            self._cut_off(name, _EXPIRED, "its certificate ran out", cause)
        else:
            self._journal.add(events.EXPIRED_QUIETLY, name, cause=cause)

    def renew(self, name: str, cause: int | None = None) -> None:
        self._expired.discard(name)
        self._reach(name, _EXPIRED, cause)

    def install(self, gateway: str, software: GatewayConfig, cause: int | None = None) -> None:
        (self._faulty.add if software.faulty else self._faulty.discard)(gateway)
        self._rollout.tell(gateway, software)
        code = events.SOFTWARE_FAULTY if software.faulty else events.SOFTWARE
        self._journal.add(code, gateway, {"payload": software.payload}, cause=cause)

    def mend_all(self) -> None:
        for name in sorted(self._away):
            self.renew(name)
            self.revive(name)
        self._expired.clear()
        for gateway in self.gateways:
            self.wire(gateway, (Wire(),) * len(BROKERS))
            if gateway in self._faulty:
                self.install(gateway, GatewayConfig(self._payloads[gateway]))

    def outbox(self, gateway: str) -> Path | None:
        return None

    def tag(self, tags: Mapping[str, Mapping[str, str]]) -> bool:
        """No: ingest elsewhere is told elsewhere, and knows of no run."""
        return False

    def watching(self) -> dict[str, BrokerAddress]:
        return dict(zip(BROKERS, self._installation.watching, strict=True))

    def listening(self) -> Text:
        where = joined([Verbatim(str(broker)) for broker in self._installation.uplinks], _(" and "))
        return _("telemetry: {where}, topics city/+/+/+, for those who have an identity there", where=where)

    def dead_letters(self) -> list[Path]:
        return []

    def counts(self) -> dict[str, dict[str, int]]:
        return {}

    def _cut_off(self, name: str, why: str, reason: str, cause: int | None) -> None:
        """Whoever is cut off for two reasons is reached again when neither holds any more."""
        known = self._away.setdefault(name, set())
        first = not known
        known.add(why)
        if not first:
            return
        self._journal.add(events.CUT_OFF, name, cause=cause, after=reason)
        if name in self._ways:
            self._ways[name].stop()
        self._rewire(cause)

    def _reach(self, name: str, why: str, cause: int | None) -> None:
        known = self._away.get(name, set())
        if why not in known:
            return
        known.discard(why)
        if known:
            return
        del self._away[name]
        self._journal.add(events.REACHED, name, cause=cause)
        if name in self._ways:
            self._ways[name] = self._way(name, self._ways[name].port)
        self._rewire(cause)

    def _way(self, name: str, port: int = 0) -> Way:
        station = self._installation.gateways[name]
        way = Way((station.host, station.port), self._installation.identity, port)
        way.start()
        return way

    def _rewire(self, cause: int | None) -> None:
        for name, wires in self._wires.items():
            if name in self._away:
                wires.be((_CUT,) * len(BROKERS), cause)
            else:
                asked = self._wanted[name]
                wires.be([_CUT if b in self._away else w for b, w in zip(BROKERS, asked, strict=True)], cause)


def _holds(port: int) -> bool:
    """Whether a way leads to somebody who lets us in: who does not hangs up."""
    try:
        with socket.create_connection((LOCAL, port), HELD_S) as line:
            line.settimeout(HELD_S)
            return line.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False
