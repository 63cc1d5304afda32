"""`python -m gateways.gateway.node CONFIG.json`: one gateway, until it is told to end.

SIGTERM and SIGINT end it in order: what came in is committed and answered, the broker is told. Exit codes: 0 ended in
order, 64 bad configuration, 69 the outbox or the port is in use, 70 an internal error; whoever started it starts it
again after that one.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import orjson

from gateways.alive import ALIVE, Alive
from gateways.brokers.address import UnsafeSecret
from gateways.gateway.node.batches import GroupBook
from gateways.gateway.node.config import NodeConfig, load
from gateways.gateway.node.northbound import Northbound
from gateways.gateway.node.southbound import SouthboundServer
from gateways.gateway.outbox import Outbox, OutboxBusy, Torn
from gateways.network.tls_proxy import TlsProxy, TlsProxyConfig
from simulator.contracts.command_line import BAD_INPUT, program, say_places
from simulator.contracts.problem import BadInput, reason_of
from simulator.contracts.words import Text, Words

_ = Words("gateways")

WATCH_S = 0.25
"""How often the parent and the threads are looked at."""


def main(arguments: list[str] | None = None) -> int:
    parser, say = program("gateways.gateway.node", _("A gateway between sensors and brokers."), arguments)
    parser.add_argument("config", type=Path, help=say(_("the configuration, a JSON file")))
    ready = _("written once readings are taken: port, number of the start and process id")
    parser.add_argument("--ready", type=Path, metavar="FILE", help=say(ready))
    port = _("instead of the port in the configuration")
    parser.add_argument("--field-port", type=int, metavar="PORT", help=say(port))
    parser.add_argument("--alive", type=Path, metavar="FILE", help=say(ALIVE))
    say_places(parser, say)
    options = parser.parse_args(arguments)
    parent = os.getppid()
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    try:
        config = load(options.config)
    except BadInput as error:
        print(error.told(options.lang), file=sys.stderr)
        return BAD_INPUT
    alive = Alive(options.alive)
    field_port = config.field_port if options.field_port is None else options.field_port
    try:
        with Outbox(config.outbox, config.outbox_bytes, config.outbox_readings, first_boot=config.first_boot) as outbox:
            if outbox.torn is not None:
                print(say(_torn(config.gateway, outbox.torn)), file=sys.stderr)
            return _serve(config, outbox, field_port, options.ready, lambda: _is_over(config, ending, parent, alive))
    except (OutboxBusy, OSError, UnsafeSecret) as error:
        print(f"{config.gateway}: {say(reason_of(error))}", file=sys.stderr)
        return 69


def _is_over(config: NodeConfig, ending: threading.Event, parent: int, alive: Alive) -> bool:
    alive.beat()
    return ending.wait(WATCH_S) or (config.dies_with_parent and os.getppid() != parent)


def _torn(gateway: str, torn: Torn) -> Text:
    return _(
        "{gateway}: the outbox was damaged ({reason}); it lies in {file}, {readings} readings in {batches} batches "
        "were saved from it",
        gateway=gateway,
        reason=torn.reason,
        file=str(torn.file),
        readings=torn.saved_readings,
        batches=torn.saved_packs,
    )


def _serve(config: NodeConfig, outbox: Outbox, port: int, ready: Path | None, is_over: Callable[[], bool]) -> int:
    book = GroupBook(outbox)
    field = SouthboundServer(
        config.gateway,
        outbox,
        book,
        port=port,
        batch_size=config.batch_size,
        batch_period_s=config.batch_period_s,
    )
    uplink = Northbound(config, outbox, book, lambda: field.intake)
    uplink.start()
    field.start(on_commit=uplink.wake)
    door = None if config.door is None else _opened(config.door, field.port)
    if ready is not None:
        part = ready.with_name(ready.name + ".part")
        told = {"port": field.port, "boot": outbox.boot, "pid": os.getpid(), "door": door and door.port}
        part.write_bytes(orjson.dumps(told))
        part.replace(ready)
    while not is_over() and field.failure is None and uplink.failure is None:
        pass
    if door is not None:
        door.stop()
    field.stop()
    uplink.stop()
    for failure in (field.failure, uplink.failure):
        if failure is not None:
            traceback.print_exception(failure)
            return 70
    return 0


def _opened(config: TlsProxyConfig, port: int) -> TlsProxy:
    """The door for readings from another machine. Raises `OSError` if its port cannot be had."""
    door = TlsProxy(port, config.certificate, config.peers, config.host, config.port)
    door.start()
    return door


if __name__ == "__main__":
    sys.exit(main())
