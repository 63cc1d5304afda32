"""Readings a second from the sensor to the store, beside what the same machine and broker can do at all.

Run with `make telemetry-bench`. All figures come from one run on one machine; only the ratios mean anything.

End to end: a thousand sensors in four cohorts are handed to a gateway process, which commits them to its outbox, sends
them as SenML JSON at QoS 1 to a real Mosquitto with the settings that ship (TLS 1.2 or newer, a certificate on both
ends, topic rights), from where an ingest process commits them to the embedded store. Both commits wait for the disk.
The clock runs from the first block handed over until the gateway is told that the last pack is committed. Blocks are
handed over as fast as they are taken: what is measured is throughput, not delay. Once more with blocks of twenty
sensors, as small cohorts bring them. After each run every reading must be in the store, once.

Bare loop: one paho client publishes one reading a message, in paho's default manner, at QoS 1; another one, in a
process of its own, counts. The same broker, certificates and rights; no disk, no decoding.

Ceiling: two `mosquitto_pub` and one `mosquitto_sub`, written in C, with messages of 150 bytes and with a pack of the
end-to-end run. Their start and login are in the figure. Where the broker is not busy all the time, on few cores, it is
the clients that stand in its way: then it could do more than the figure says.

All take turns. How long each process ran, and waited for a core, is as the kernel counted it (Linux).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.telemetry_bare import BARE_MESSAGES, Ceiling, bare_loop, ceiling
from benchmarks.telemetry_links import BARE, CEILING, GATEWAY, KEPT, WATCHER, Failed
from benchmarks.telemetry_path import LARGE, SMALL, EndToEnd, Town
from gateways.brokers.embedded import BrokerUnavailable, EmbeddedBroker
from gateways.brokers.mosquitto import MosquittoBroker
from gateways.brokers.pair import Broker
from gateways.brokers.rights import identities
from gateways.secrets.folder import init_secrets

REPEATS = 3
AIM = 20
"""Readings end to end for one of the bare loop."""

MESSAGE_BYTES, MESSAGES = 150, 40_000
PACK_MESSAGES = 1500


def bottleneck(run: EndToEnd) -> str:
    """The stage that costs most a reading, what it could do by itself, and what kept it from that."""
    stage, work = max(run.work.items(), key=lambda entry: entry[1].ran_s)
    if not work.ran_s > 0:
        return "unknown: this system does not say how long processes ran"
    alone = run.readings / work.ran_s
    return (
        f"{stage}: with a core of its own all the time {alone:,.0f} readings/s; it had one for "
        f"{work.ran_s / run.took_s:.0%} of the time, its threads waited for one for {work.queued_s / run.took_s:.0%}"
    )


def span(values: list[float]) -> str:
    return f"{min(values):12,.0f} to {max(values):10,.0f}"


@dataclass(slots=True)
class Figures:
    """What the repeats gave; the rates of messages are empty where there is no client in C."""

    runs: list[EndToEnd] = field(default_factory=list)
    small: list[EndToEnd] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    messages: list[Ceiling] = field(default_factory=list)
    packs: list[Ceiling] = field(default_factory=list)
    pack: bytes = b""


def rate_of(measured: Ceiling) -> float:
    return measured.rate


def report(figures: Figures) -> None:
    runs, bare, packs, pack = figures.runs, figures.bare, figures.packs, figures.pack
    best = max(runs, key=lambda run: run.rate)
    in_pack = pack.count(b'"v":')
    print(f"readings a second, least to most of {REPEATS} runs in turns")
    print(f"  end to end            {span([run.rate for run in runs])}   {best.readings:,} a run")
    print(f"  of it, to the outbox  {span([run.readings / run.answered_s for run in runs])}   committed and answered")
    rates = [run.rate for run in figures.small]
    print(f"  blocks of {SMALL[0]} sensors  {span(rates)}   {figures.small[0].readings:,} a run")
    print(f"  bare paho loop        {span(bare)}   one a message, {BARE_MESSAGES:,} a run")
    if packs:
        small, large = max(figures.messages, key=rate_of), max(packs, key=rate_of)
        print(
            f"  broker's ceiling      {span([one.rate for one in figures.messages])}   {MESSAGE_BYTES} bytes a message"
        )
        print(f"  the same with packs   {span([one.rate * in_pack for one in packs])}   {in_pack:,} a message")
    print(f"  end to end / bare loop  {best.rate / max(bare):.0f}, the quickest of each (aim: at least {AIM})")
    print(f"      the slowest of the former to the quickest of the latter: {min(r.rate for r in runs) / max(bare):.0f}")
    if packs:
        print(f"  end to end / ceiling with packs {best.rate / (large.rate * in_pack):.0%}")
        print("the broker alone, with two publishers and a subscriber in C, most messages a second")
        for size, most in ((MESSAGE_BYTES, small), (len(pack), large)):
            print(f"  {size:>6,} bytes {most.rate:10,.0f}   the broker had a core for {most.broker:.0%} of the time")
    print(f"where the time goes: the quickest end-to-end run, {best.took_s:.2f} s")
    for stage, work in best.work.items():
        ran, queued, each = work.ran_s / best.took_s, work.queued_s / best.took_s, work.ran_s / best.readings * 1e6
        print(f"  {stage:<8} had a core {ran:4.0%}, waited for one {queued:4.0%}; {each:.2f} us a reading")
    print(f"bottleneck: {bottleneck(best)}")


@contextlib.contextmanager
def some_broker(folder: Path) -> Iterator[tuple[Broker, bool]]:
    """Mosquitto if it is there, else the embedded broker; whether it is Mosquitto."""
    init_secrets(folder / "secrets", (GATEWAY, BARE, CEILING), viewers=(WATCHER, KEPT))
    broker: Broker = MosquittoBroker(folder / "secrets", folder / "broker")
    real = True
    try:
        broker.start()
    except BrokerUnavailable as reason:
        print(f"NOT MOSQUITTO: {reason}. The embedded broker takes its place, without TLS and without a ceiling.")
        broker, real = EmbeddedBroker(identities=identities((GATEWAY, BARE, CEILING))), False
        broker.start()
    try:
        yield broker, real
    finally:
        broker.stop()


def main() -> int:
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="telemetry-bench-") as place:
        folder = Path(place)
        try:
            with some_broker(folder) as (broker, real), Town(broker, folder).running() as town:
                name = "Mosquitto, TLS on" if real else "embedded broker, TLS off"
                print(f"{name}, 127.0.0.1, {os.cpu_count()} cores; {LARGE[0]:,} sensors")
                clients = real and None not in (shutil.which("mosquitto_pub"), shutil.which("mosquitto_sub"))
                if real and not clients:
                    print("no ceiling: mosquitto_pub is not installed (Debian package mosquitto-clients)")
                for _ in range(REPEATS):
                    figures.runs.append(town.run(*LARGE))
                    figures.small.append(town.run(*SMALL))
                    figures.bare.append(bare_loop(broker))
                    figures.pack = town.watcher.pack
                    if clients:
                        figures.messages.append(ceiling(broker, b"x" * MESSAGE_BYTES, MESSAGES, folder))
                        figures.packs.append(ceiling(broker, figures.pack, PACK_MESSAGES, folder))
        except (Failed, subprocess.SubprocessError) as reason:
            print(f"no result: {reason}", file=sys.stderr)
            return 1
    report(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
