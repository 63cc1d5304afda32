"""What the same machine and broker can do: a plain paho program, and clients written in C."""

from __future__ import annotations

import contextlib
import multiprocessing
import subprocess
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import orjson
import paho.mqtt.client as mqtt

from benchmarks.telemetry_links import BARE, CEILING, COUNTER, KEPT, LIMIT_S, START_UNIX, Failed, connected
from benchmarks.telemetry_path import work_of
from gateways.brokers.address import BrokerAddress
from gateways.brokers.pair import Broker
from gateways.wire import topics

# Published to are topics that these identities may write and that ingest does not read: of the bare loop `meta`, of the
# ceiling `status`, as the session kept for its subscriber must not fill up with anything else.

BARE_MESSAGES = 10_000


def count_messages(address: BrokerAddress, topic: str, messages: int, said: Connection) -> None:
    """A process of its own: subscribes, says so, and says when so many messages have come."""
    done, come = threading.Event(), 0

    def on_message(client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        nonlocal come
        come += 1
        if come >= messages:
            done.set()

    def prepare(client: mqtt.Client) -> None:
        client.on_message = on_message
        client.on_connect = lambda client, *_: client.subscribe(topic, 1)
        client.on_subscribe = lambda *_: said.send("ready")

    with connected(address, COUNTER, prepare):
        said.send("done" if done.wait(LIMIT_S) else "late")


def bare_loop(broker: Broker) -> float:
    """Messages a second of a plain paho program."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    record = {"bn": "urn:dev:stadtwerk:bare:", "n": "node-17/pressure", "u": "m", "t": START_UNIX, "v": 50.123}
    message = orjson.dumps([{"schema": 1, "restart": 1, "seq": 1} | record])
    arguments = (broker.address(COUNTER), topics.meta(BARE), BARE_MESSAGES, theirs)
    counter = multiprocessing.get_context("spawn").Process(target=count_messages, args=arguments, daemon=True)
    counter.start()
    theirs.close()  # so that its end is noticed
    try:
        if not ours.poll(LIMIT_S) or ours.recv() != "ready":
            raise Failed("the bare loop's subscriber did not come up")
        with connected(broker.address(BARE), BARE, lambda client: None) as client:
            began = time.perf_counter()
            for _ in range(BARE_MESSAGES):
                client.publish(topics.meta(BARE), message, qos=1)
            if not ours.poll(LIMIT_S) or ours.recv() != "done":
                raise Failed("the bare loop did not come to its end")
            return BARE_MESSAGES / (time.perf_counter() - began)
    except EOFError:
        raise Failed("the bare loop's subscriber ended early") from None
    finally:
        counter.terminate()
        counter.join()


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Messages a second of the C clients, and the share of that time for which the broker had a core."""

    rate: float
    broker: float


def ceiling(broker: Broker, message: bytes, messages: int, folder: Path) -> Ceiling:
    """Two `mosquitto_pub`, as one does not fill a broker, and one `mosquitto_sub` that counts them; an even number."""

    def command(program: str, identity: str, *leaves: str) -> list[str]:
        address = broker.address(identity)
        files = ["--cafile", address.ca_file, "--cert", address.cert_file, "--key", address.key_file]
        where = ["-h", address.host, "-p", address.port, "-i", identity, "-q", 1]
        return [program, *map(str, where + files), *(word for leaf in leaves for word in ("-t", topics.status(leaf)))]

    lines = folder / "lines"
    lines.write_bytes((message + b"\n") * (messages // 2))
    # A session that the broker keeps is there before the first message, however long the subscriber's start takes.
    subscriber = [*command("mosquitto_sub", KEPT, BARE, CEILING), "-c"]
    subprocess.run([*subscriber, "-E"], check=True, timeout=LIMIT_S, stdout=subprocess.DEVNULL)
    counting = [*subscriber, "-C", str(messages), "-W", str(int(LIMIT_S))]
    before, began = work_of(broker.pid), time.perf_counter()
    with contextlib.ExitStack() as clients:
        receiving = _child(clients, counting, None)
        sending = [
            _child(clients, [*command("mosquitto_pub", identity, identity), "-l"], lines)
            for identity in (BARE, CEILING)
        ]
        try:
            if any([receiving.wait(LIMIT_S), *(publisher.wait(LIMIT_S) for publisher in sending)]):
                raise Failed("a client in C did not come to its end")
        except subprocess.TimeoutExpired:
            raise Failed(f"the clients in C took longer than {LIMIT_S:g} s") from None
        took = time.perf_counter() - began
    return Ceiling(messages / took, (work_of(broker.pid) - before).ran_s / took)


def _child(clients: contextlib.ExitStack, command: list[str], source: Path | None) -> subprocess.Popen[bytes]:
    """A process that ends with the stack at the latest."""
    given = subprocess.DEVNULL if source is None else clients.enter_context(source.open("rb"))
    process = subprocess.Popen(command, stdin=given, stdout=subprocess.DEVNULL)
    clients.callback(process.wait)
    clients.callback(process.kill)
    return process
