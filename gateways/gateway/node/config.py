"""Everything that a gateway process must know, as one record and one JSON file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Interval, MinLen

from gateways.brokers.address import BrokerAddress
from gateways.gateway.failover import LinkSettings
from gateways.gateway.outbox import LIMIT_BYTES
from gateways.network.tls_proxy import TlsProxyConfig
from gateways.wire.senml import SenmlError
from gateways.wire.versions import DEFAULT, GatewayConfig
from simulator.contracts.problem import Unfit, reason_of
from simulator.contracts.settings import STRICT, FileName, Tested, read_settings, settings_text
from simulator.contracts.words import Words

_ = Words("gateways")


def _written(payload: str) -> None:
    try:
        GatewayConfig(payload)
    except SenmlError as error:
        raise Unfit(_("cannot be written: {error}", error=reason_of(error)), _("name another version")) from None


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """One gateway.

    `brokers` stand in the order of preference. `field_port` on 127.0.0.1 takes readings; 0 lets the system choose one.
    `outbox` is the file of unacknowledged packs, bounded by `outbox_bytes` (at least one pack) and, if given,
    `outbox_readings`; the oldest are dropped first. `first_boot` is the number of the first start with a new outbox:
    raise it when a box is replaced, for ingest takes a number that it knows for a repetition. `payload` is the version
    written until the retained configuration on the broker says otherwise. A pack is closed at `batch_size` readings or
    after `batch_period_s`; 0 closes it with each commit, which under load takes in all that came meanwhile.
    `keepalive_s`: a broker that hangs is noticed after about twice this. `drills`: the configuration on the broker may
    make the gateway write packs that nobody can read, to see what becomes of them. `dies_with_parent`: the process ends
    when the one that started it has ended. `door` lets readings in from another machine, encrypted; without it they
    come from this machine only.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    gateway: Annotated[str, MinLen(1)]
    brokers: Annotated[tuple[BrokerAddress, ...], MinLen(1)]
    outbox: FileName
    field_port: Annotated[int, Interval(ge=0, le=65535)] = 0
    outbox_bytes: Annotated[int, Ge(1 << 16)] = LIMIT_BYTES
    outbox_readings: int | None = None
    first_boot: Annotated[int, Interval(ge=1, le=(1 << 31) - 1)] = 1
    payload: Annotated[str, Tested(_written)] = DEFAULT
    batch_size: Annotated[int, Interval(ge=1, le=5000)] = 1000
    batch_period_s: Annotated[float, Interval(ge=0, le=3600)] = 0.0
    keepalive_s: Annotated[int, Interval(ge=1, le=3600)] = 10
    health_period_s: Annotated[float, Interval(gt=0, le=3600)] = 10.0
    drills: bool = False
    dies_with_parent: bool = True
    link: LinkSettings = field(default_factory=LinkSettings)
    door: TlsProxyConfig | None = None

    def __post_init__(self) -> None:
        if self.outbox_readings is not None and self.outbox_readings < self.batch_size:
            raise Unfit(
                _("is below batch_size"), _("give at least {batch_size}", batch_size=self.batch_size), "outbox_readings"
            )


def save(config: NodeConfig, path: Path) -> None:
    """Write the configuration as a file that `load` reads."""
    path.write_bytes(settings_text(config))


def load(path: Path) -> NodeConfig:
    """Read a configuration. Relative file names count from its folder. Raises `BadInput` with every mistake in it."""
    return read_settings(path, NodeConfig)
