"""All processes and links of one live run: two brokers, gateways, ingest, and a proxy on each way between them."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateways.brokers.address import BrokerAddress, read_secret
from gateways.brokers.embedded import EmbeddedBroker
from gateways.brokers.mosquitto import MosquittoBroker
from gateways.brokers.pair import BrokerPair, embedded_pair, mosquitto_pair
from gateways.brokers.rights import CONTROL, PROBE, VIEWERS, WATCH, identities
from gateways.gateway.failover import LinkSettings
from gateways.gateway.node import NodeConfig, NodeProcess
from gateways.gateway.rollout import Rollout
from gateways.ingest.config import IngestConfig
from gateways.network.proxy import HOST
from gateways.wire.versions import GatewayConfig
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.settings import settings_text
from simulator.contracts.words import Text, Verbatim, Words, joined
from stadtwerk.live import events
from stadtwerk.live.credentials import Credentials, check_secrets, files_of, private_copy
from stadtwerk.live.plant import Journal, Wire, Wires
from stadtwerk.live.settings import BROKERS, INGESTS, LiveSettings
from stadtwerk.live.supervisor import IngestProcess, Supervisor, store_config

_ = Words("stadtwerk")


START_S = 60.0
"""Time for all processes to come up: ten Pythons on two cores (assumption)."""

STOP_S = 20.0
"""Time for a group of processes to end; each is killed before that if it does not end by itself."""

KEEPALIVE_S = 3
"""A link that hangs is noticed after about twice this (assumption: short, as the town's time runs fast)."""

HEALTH_S = 1.0
"""Gateways tell how they are as often as ingest does (assumption)."""

LINK = LinkSettings(
    ack_timeout_s=3.0, ack_timeout_max_s=6.0, retry_max_s=3.0, silence_s=3.0, silence_max_s=6.0, settled_s=3.0
)
"""As for a link within a town, but with shorter waits, as the town's time runs fast (assumption)."""


class _Node(NodeProcess):
    """A gateway's process that also tells whether its field side listens."""

    def healthy(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), 2.0):
                return self.pid is not None
        except OSError:
            return False


class Processes:
    """Starts everything, keeps it alive, breaks it when told, and ends it in bounded time.

    `gateways` are ids of the city, each with the payload version that it writes at first. Each has a process that
    reaches each broker through a proxy of its own, so that its link can be cut. Brokers are embedded ones, or a pair of
    Mosquitto with TLS, where gateways and ingest show the certificates that are their own. Logs and the secrets of
    embedded brokers lie in `folder`, open to this user only; `store` is the file that ingest writes, and below
    `outboxes` is what gateways have not delivered: both outlive the run. Nobody who calls `kill`, `revive` or `wire`
    waits.
    """

    def __init__(
        self,
        gateways: Mapping[str, str],
        settings: LiveSettings,
        folder: Path,
        store: Path,
        outboxes: Path,
        journal: Journal,
    ) -> None:
        self.store: Path | None = store
        self._outboxes = outboxes
        self._tags: Mapping[str, Mapping[str, str]] = {}
        self._folder, self._journal, self._settings = folder, journal, settings
        self.gateways = tuple(gateways)
        self._payloads = dict(gateways)
        try:
            known = identities(self.gateways, INGESTS[: settings.ingests])
        except ValueError as error:
            fix = _("give the gateway an id that a broker's user can have")
            raise BadInput([Problem("city", 0, "gateways", reason_of(error), fix)]) from None
        self._credentials = Credentials(settings.mosquitto)
        self._secrets: Path | None = None
        if settings.mosquitto is None:
            self._pair: BrokerPair = embedded_pair(known)
        else:
            needed = (*self.gateways, *INGESTS[: settings.ingests], CONTROL, WATCH, PROBE)
            check_secrets(settings.mosquitto, needed)
            self._secrets = private_copy(settings.mosquitto, folder)
            self._pair = mosquitto_pair(self._secrets, folder)
        self._supervisors: dict[str, Supervisor] = {}
        self._nodes: dict[str, _Node] = {}
        self._wires: dict[str, Wires] = {}
        self._rollout: Rollout | None = None
        self._faulty: set[str] = set()
        self._expired: set[str] = set()

    @property
    def ingests(self) -> tuple[str, ...]:
        return INGESTS[: self._settings.ingests]

    @property
    def names(self) -> tuple[str, ...]:
        """Of all processes."""
        return (*BROKERS, *self.ingests, *self.gateways)

    def start(self) -> None:
        """Bring everything up. Raises `BadInput` with the reason if something does not come up in time."""
        self._up(dict(zip(BROKERS, self._pair.brokers, strict=True)))
        self._rollout = Rollout(self._pair.addresses(CONTROL))
        self._rollout.start()
        children: dict[str, Any] = {}
        for name in self.ingests:
            children[name] = IngestProcess(self._ingest_config(name))
        for gateway in self.gateways:
            children[gateway] = self._nodes[gateway] = self._node(gateway)
        self._up(children)

    def port(self, gateway: str) -> int:
        """Where its field side listens."""
        return self._nodes[gateway].port

    def kill(self, process: str, reason: str, down_s: float, cause: int | None = None) -> None:
        """`kill -9` by process id; started again after `down_s` (infinite: until `revive`)."""
        self._supervisors[process].kill(reason, down_s, cause)

    def revive(self, process: str, cause: int | None = None) -> None:
        self._supervisors[process].revive(cause)

    def wire(self, name: str, wires: Sequence[Wire], cause: int | None = None) -> None:
        """What the ways of a gateway or an ingest service to the two brokers are like from now on."""
        self._wires[name].be(wires, cause)

    def expire(self, name: str, reconnect: bool, cause: int | None = None) -> None:
        """Logins of a gateway, or at a broker, are refused from now on; with `reconnect` all have to log in anew.

        An embedded broker learns of it when it starts again, which it does at once with `reconnect`.
        """
        self._expired.add(name)
        self._journal.add(events.EXPIRED, name, cause=cause)
        if name in BROKERS:
            self._expire_broker(BROKERS.index(name), True, reconnect, cause)
            return
        self._credentials.expire(name, self._pair.addresses(name))
        if reconnect:
            self._wires[name].drop()

    def renew(self, name: str, cause: int | None = None) -> None:
        self._expired.discard(name)
        self._journal.add(events.RENEWED, name, cause=cause)
        if name in BROKERS:
            self._expire_broker(BROKERS.index(name), False, True, cause)
        else:
            self._credentials.renew(files_of(self._pair.addresses(name)))

    def install(self, gateway: str, software: GatewayConfig, cause: int | None = None) -> None:
        """Tell a gateway, through the brokers, which payload version to write, or to write what nobody can read."""
        assert self._rollout is not None
        (self._faulty.add if software.faulty else self._faulty.discard)(gateway)
        self._rollout.tell(gateway, software)
        code = events.SOFTWARE_FAULTY if software.faulty else events.SOFTWARE
        self._journal.add(code, gateway, {"payload": software.payload}, cause=cause)

    def mend_all(self) -> None:
        """Nothing is broken any more."""
        for name in list(self._expired):
            self.renew(name)
        for wires in self._wires.values():
            wires.be([Wire()] * len(BROKERS))
        for gateway in list(self._faulty):
            self.install(gateway, GatewayConfig(self._payloads[gateway]))
        for supervisor in self._supervisors.values():
            if not supervisor.up:
                supervisor.revive()

    def outbox(self, gateway: str) -> Path:
        """The file of its unacknowledged packs; its process alone may open it while it runs."""
        return self._nodes[gateway].config.outbox

    def tag(self, tags: Mapping[str, Mapping[str, str]]) -> bool:
        self._tags = tags
        return True

    def watching(self) -> dict[str, BrokerAddress]:
        return dict(zip(BROKERS, self._pair.addresses(WATCH), strict=True))

    def listening(self) -> Text:
        """How anyone on this machine can listen, for a person to read."""
        ways = self._pair.addresses(VIEWERS[0])
        where = joined([Verbatim(str(way)) for way in ways], _(" and "))
        first = ways[0]
        if first.password_file is None:
            return _("telemetry: {where}, topics city/+/+/+, with the certificate of a viewer", where=where)
        password = read_secret(first.password_file)
        sentence = _(
            "telemetry: {where}, topics city/+/+/+, user {user}, password {password} (read only, first broker)"
        )
        return sentence.filled(where=where, user=str(first.user), password=password)

    def dead_letters(self) -> list[Path]:
        """Files of the messages that ingest did not take, older ones first; there are none if it took all."""
        files = [self._dead(name) for name in self.ingests]
        older = [file.with_name(f"{file.name}.1") for file in files]
        return [file for file in (*older, *files) if file.is_file()]

    def counts(self) -> dict[str, dict[str, int]]:
        """Starts and deaths of each process."""
        return {name: {"starts": k.starts, "deaths": k.deaths} for name, k in self._supervisors.items()}

    def stop(self) -> None:
        """End gateways, then ingest, then the brokers and links, each group at once."""
        if self._rollout is not None:
            self._rollout.stop()
        for group in (self.gateways, INGESTS, BROKERS):
            self._end([self._supervisors[name] for name in group if name in self._supervisors])
        for wires in self._wires.values():
            wires.stop()

    def _up(self, children: dict[str, Any]) -> None:
        deadline = time.monotonic() + START_S
        for name, child in children.items():
            self._supervisors[name] = Supervisor(name, child, self._journal)
            self._supervisors[name].start()
        for name in children:
            if not self._supervisors[name].wait_up(max(0.0, deadline - time.monotonic())):
                why = self._supervisors[name].failure or f"it was not there after {START_S:g} s"
                raise BadInput([Problem("live run", 0, name, _("does not start: {why}", why=why), _("see the reason"))])

    def _end(self, supervisors: Sequence[Supervisor]) -> None:
        deadline = time.monotonic() + STOP_S
        for supervisor in supervisors:
            supervisor.end()
        for supervisor in supervisors:
            if not supervisor.join(max(0.0, deadline - time.monotonic())):
                self._journal.add(events.NOT_ENDED, supervisor.name)

    def _wired(self, name: str) -> tuple[BrokerAddress, ...]:
        """Put a proxy on each way of somebody to the brokers; returns where the brokers are for them from now on."""
        wires = self._wires[name] = Wires(name, self._pair.addresses(name), BROKERS, self._journal)
        wires.start()
        return wires.addresses

    def _expire_broker(self, place: int, expired: bool, restart: bool, cause: int | None) -> None:
        broker = self._pair.brokers[place]
        if isinstance(broker, EmbeddedBroker):
            broker.locked = expired
        else:
            assert isinstance(broker, MosquittoBroker) and self._secrets is not None
            broker.expired = expired
            folder = self._secrets / broker.name
            if expired:
                self._credentials.expire_server(broker.name, folder, HOST)
            else:
                self._credentials.renew((folder / "server.crt", folder / "server.key"))
            if not restart:
                broker.reload()
        supervisor = self._supervisors[BROKERS[place]]
        if restart and supervisor.up:
            supervisor.kill("its certificate ran out" if expired else "it has a new certificate", 0.0, cause)

    def _node(self, gateway: str) -> _Node:
        ways = self._wired(gateway)
        folder = self._folder / gateway
        config = NodeConfig(
            gateway,
            ways,
            self._outboxes / gateway / "outbox.db",
            payload=self._payloads[gateway],
            keepalive_s=KEEPALIVE_S,
            health_period_s=HEALTH_S,
            link=LINK,
            drills=True,
        )
        return _Node(config, folder)

    def _dead(self, ingest: str) -> Path:
        return self._folder / f"{ingest}-dead"

    def _ingest_config(self, name: str) -> Path:
        assert self.store is not None
        config = IngestConfig(
            name,
            self._wired(name),
            store_config(self.store, self._settings.influx, self._tags, self._settings.longest_wait_s),
            gateways=frozenset(self.gateways),
            dead_letters=self._dead(name),
        )
        path = self._folder / f"{name}.json"
        path.write_bytes(settings_text(config))
        return path


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that only this user can open, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="stadtwerk-live-", ignore_cleanup_errors=True) as name:
        yield Path(name)
