"""Where a database is, and how to prove to it who one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from annotated_types import Gt, MinLen

from gateways.brokers.address import on_this_machine, read_secret
from simulator.contracts.problem import Unfit
from simulator.contracts.settings import STRICT, FileName
from simulator.contracts.words import Text, Words

_ = Words("gateways")

Api = Literal["v2", "v1"]

Engine = Literal["influxdb", "victoriametrics"]


@dataclass(frozen=True, slots=True)
class InfluxSettings:
    """One database. Secrets are in files that only their owner can read, never in the record.

    `api`: v2 is `/api/v2/write` of InfluxDB 2.7 and later and of VictoriaMetrics, with `org`, `bucket` and a token; v1
    is `/write` of InfluxDB 1, where `bucket` names the database and `user` and a password take the place of the token.
    `ca_file` is the authority behind an https address, by default those that the machine trusts.
    `engine` says what it takes to make written lines safe (see `InfluxWriter.flush`). `timeout_s` bounds each request
    (10 s is the client's own default).
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    url: Annotated[str, MinLen(1)]
    bucket: Annotated[str, MinLen(1)]
    org: str = ""
    token_file: FileName | None = None
    user: str = ""
    password_file: FileName | None = None
    ca_file: FileName | None = None
    api: Api = "v2"
    gzip: bool = False
    timeout_s: Annotated[float, Gt(0)] = 10.0
    engine: Engine = "influxdb"

    def __post_init__(self) -> None:
        secret = self.token_file is not None or self.password_file is not None
        if (what := unfit_address(self.url, secret)) is not None:
            raise Unfit(what, _("use https://host:port, or http://host:port on this machine"), "url")

    def token(self) -> str:
        """Raises `UnsafeSecret` if the file is missing, empty or open to others."""
        return "" if self.token_file is None else read_secret(self.token_file)

    def password(self) -> str:
        """Raises `UnsafeSecret` like `token`."""
        return "" if self.password_file is None else read_secret(self.password_file)


def unfit_address(url: str, secret: bool) -> Text | None:
    """Why this cannot be the address of a database, None if it can. A `secret` goes over a network encrypted only."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, brackets without an address
        known = False
    if not known or parts.username is not None or parts.query or parts.fragment:
        if "@" in url:
            return _("an address of a database holds no login")
        return _("{url} is no address of a database", url=repr(url))
    if secret and parts.scheme == "http" and not on_this_machine(str(parts.hostname)):
        return _("{url} is not encrypted, and a login would go over the network", url=repr(url))
    return None
