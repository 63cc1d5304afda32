"""Hot, warm and cold standby, standbys that do not start, votes, and other ways: by hand and by their own draws."""

from __future__ import annotations

from datetime import datetime

import pytest

from simulator.contracts.city import City
from simulator.contracts.component import Value
from simulator.contracts.crews import repair_class
from simulator.coupling.crews import drawn_work_s
from simulator.coupling.runtime import Runtime
from simulator.domains.ict import start
from simulator.domains.ict.process import Ict
from simulator.kernel.clock import Clock
from simulator.kernel.streams import Streams
from tests.ict.test_election import out
from tests.ict.town import component, control, data, modes, run_to, town, world

LOST_S, NOTICED_S = 100.0, 103.0
"""A server is lost on a beat, and missed after three beats of a second."""


def cluster(depot: bool = False, **duty: Value) -> City:
    """Servers a, b, c on a router; the service commands a pump."""
    parts = [component(name, "server", cluster="x", rank=rank) for name, rank in (("a", 1), ("b", 2), ("c", 3))]
    parts += [component("r", "router"), component("p", "pump"), component("duty", "service", cluster="x", **duty)]
    if depot:
        parts.append(component("yard", "depot", muster_s=600.0))
    return town(parts, [*(data(x, "r") for x in "abcp"), control("duty", "p")])


def running(city: City) -> tuple[Runtime, Ict]:
    runtime = world(city)
    return runtime, start(runtime)


@pytest.mark.parametrize(("standby", "ready_s"), [("hot", 0.0), ("warm", 20.0), ("cold", 120.0 + 20.0)])
def test_switch_over_time(standby: str, ready_s: float) -> None:
    runtime, _ = running(cluster(standby=standby, takeover_s=20.0, boot_s=120.0))
    out(runtime, "a", LOST_S)
    run_to(runtime, 500)
    assert modes(runtime, "duty") == [(LOST_S, "none"), (NOTICED_S + ready_s, "standby")]


def test_a_standby_that_does_not_start_hands_on_and_is_mended() -> None:
    """The first draw is a failure, the second is none: c serves 10 s after b could not; b is mended and takes over."""
    draws = {seed: Streams(seed).stream("duty", "standby starts").random(2) for seed in range(1, 20)}
    seed = next(seed for seed, (first, second) in draws.items() if first < second)
    city = cluster(depot=True, fail_on_demand=float(draws[seed].mean()))
    runtime = Runtime.build(city, Clock(datetime(2024, 1, 10, 6), 0.0, 86400.0), seed)
    ict = start(runtime)
    out(runtime, "a", LOST_S)
    run_to(runtime, LOST_S + 60)
    failed = NOTICED_S + 10.0
    assert modes(runtime, "duty") == [(LOST_S, "none"), (failed + 10.0, "standby")]
    assert ict.serving("duty") == "c"
    mended = failed + 600.0 + drawn_work_s(Streams(seed), repair_class("server"), "", "b")
    run_to(runtime, mended + 0.01)
    assert ict.serving("duty") == "b"
    assert modes(runtime, "duty")[-1] == (failed + 10.0, "standby"), "a change among standbys is no new mode"


def test_standbys_that_never_start_leave_nobody() -> None:
    runtime, ict = running(cluster(fail_on_demand=1.0))
    out(runtime, "a", LOST_S, for_s=500.0)
    run_to(runtime, 500)
    assert ict.serving("duty") is None
    refused = [e for e in runtime.log.events if e.code == "ict.does-not-start"]
    assert [(e.subject, e.params) for e in refused] == [("duty", {"server": "b"}), ("duty", {"server": "c"})]
    assert not runtime.supply.link_up("control-duty-p")


@pytest.mark.parametrize(
    ("voting", "lost", "expected"),
    [
        (2.0, "", []),
        (2.0, "a", [(100.0, "majority")]),
        (2.0, "ab", [(100.0, "majority"), (200.0, "none")]),
        (3.0, "b", [(100.0, "none")]),
        (1.0, "abc", [(100.0, "majority"), (300.0, "none")]),
    ],
)
def test_votes(voting: float, lost: str, expected: list[tuple[float, str]]) -> None:
    """One server after the other, each 100 s later; then all come back at once."""
    runtime, ict = running(cluster(voting=voting))
    for i, server in enumerate(lost):
        out(runtime, server, 100.0 * (i + 1), for_s=1000.0 - 100.0 * (i + 1))
    run_to(runtime, 900)
    assert modes(runtime, "duty") == expected
    none = bool(expected) and expected[-1][1] == "none"
    assert (ict.serving("duty") is None) is none
    assert runtime.supply.link_up("control-duty-p") is not none
    run_to(runtime, 1100)
    assert ict.serving("duty") == "a"
    assert modes(runtime, "duty")[len(expected) :] == ([(1000.0, "primary")] if expected else [])


def ring() -> City:
    """A gateway that reaches its server over router n, a millisecond, or over router s, two."""
    parts = [component("v", "server", cluster="data"), component("g", "gateway")]
    parts += [component(name, "router") for name in "ns"]
    return town(parts, [data("v", "n"), data("n", "g"), data("v", "s", 0.002), data("s", "g", 0.002)])


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (["n"], [(100.0, "other-way")]),
        (["data-n-g"], [(100.0, "other-way")]),
        (["s"], []),
        (["n", "s"], [(100.0, "other-way"), (200.0, "none")]),
        (["v"], [(100.0, "none")]),
        (["g"], [(100.0, "none")]),
    ],
)
def test_the_way_of_a_gateways_readings(broken: list[str], expected: list[tuple[float, str]]) -> None:
    runtime, _ = running(ring())
    for i, name in enumerate(broken):
        fault = "link-cut" if name.startswith("data") else "node-out"
        out(runtime, name, 100.0 * (i + 1), for_s=1000.0 - 100.0 * (i + 1), fault=fault)
    run_to(runtime, 900)
    assert modes(runtime, "g") == expected
    assert runtime.quantities.value("g", "online") == (0.0 if expected and expected[-1][1] == "none" else 1.0)
    for event in runtime.log.events:
        if event.subject == "g" and event.after:
            assert runtime.log.trace(event.id)[0].subject in broken
    run_to(runtime, 1100)
    assert modes(runtime, "g")[len(expected) :] == ([(1000.0, "usual-way")] if expected else [])


def test_a_standby_serves_from_the_begin_where_the_first_server_is_out() -> None:
    runtime = world(cluster())
    out(runtime, "a", runtime.clock.now_s)
    runtime.clock.run_until(runtime.clock.now)
    start(runtime)
    (begun,) = [e for e in runtime.log.events if e.subject == "duty"]
    assert (begun.after, begun.code, begun.params) == ("standby", "ict.serves", {"server": "b"})
