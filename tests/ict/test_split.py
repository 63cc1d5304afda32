"""A cluster that has fallen apart: what each half does by what it sees, against the closed form of heartbeats.

Expectation from outside: with two that cannot hear each other no rule by what each sees alone keeps both from acting
without keeping one of them from standing in when the other is lost; a majority of an odd number of votes does (a third
vote at a third place: the usual quorum of clusters; Brewer, CAP, 2000).
"""

from __future__ import annotations

import math

import pytest

from simulator.contracts.catalogue import State
from simulator.contracts.city import City
from simulator.contracts.component import Value
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains.ict import start
from simulator.domains.ict.process import Ict
from tests.ict.town import component, control, data, modes, run_to, town, world

CUT_S, BACK_S = 100.4, 5000.0
BEAT_S, MISSED, TAKEOVER_S, RECONCILE_S = 1.0, 3, 10.0, 1800.0
ACTS_S = math.floor(CUT_S) + MISSED * BEAT_S + TAKEOVER_S


def rooms(**duty: Value) -> City:
    """Two data rooms with a server, a switch and a pump each, joined by one cable; a third place hangs on both."""
    parts = [component("third", "router")]
    links = []
    for room, rank in (("a", 1.0), ("b", 2.0)):
        parts += [
            component(f"server-{room}", "server", cluster="c", rank=rank),
            component(f"switch-{room}", "switch"),
            component(f"pump-{room}", "pump"),
        ]
        links += [data(f"server-{room}", f"switch-{room}"), data(f"switch-{room}", f"pump-{room}")]
        links.append(control("duty", f"pump-{room}"))
    links += [data("switch-a", "switch-b"), data("switch-a", "third")]
    given: dict[str, Value] = {"heartbeat_s": BEAT_S, "missed": float(MISSED), "takeover_s": TAKEOVER_S}
    parts.append(component("duty", "service", cluster="c", reconcile_s=RECONCILE_S, **(given | duty)))
    return town(parts, links)


def cut(city: City, link: str = "data-switch-a-switch-b") -> tuple[Runtime, Ict]:
    runtime = world(city)
    ict = start(runtime)
    assert ict is not None
    runtime.clock.at(to_ticks(CUT_S), "test", lambda: runtime.faults.apply(link, "link-cut", "x", {}))
    runtime.clock.at(to_ticks(BACK_S), "test", lambda: runtime.faults.clear(link, "link-cut", "x"))
    return runtime, ict


def commanded(runtime: Runtime) -> str:
    return "".join(room for room in "ab" if runtime.supply.link_up(f"control-duty-pump-{room}"))


def test_without_a_quorum_both_act_and_what_they_wrote_must_be_put_together() -> None:
    runtime, ict = cut(rooms())
    run_to(runtime, ACTS_S - 0.001)
    assert commanded(runtime) == "a"
    run_to(runtime, ACTS_S)
    assert commanded(runtime) == "ab", "each commands whom it reaches"
    assert ict.serving("duty") == "server-a"
    run_to(runtime, BACK_S)
    assert commanded(runtime) == ""
    run_to(runtime, BACK_S + 7200)
    assert modes(runtime, "duty") == [
        (ACTS_S, "split"),
        (BACK_S, "none"),
        (BACK_S + RECONCILE_S + TAKEOVER_S, "primary"),
    ]


@pytest.mark.parametrize(
    ("witness", "link", "expected", "reached"),
    [
        # the third vote is with a: it goes on without a gap, b keeps still
        ("third", "data-switch-a-switch-b", [], "a"),
        # two votes, one each: nobody has more than half, and both keep still
        ("", "data-switch-a-switch-b", [(CUT_S, "none"), (BACK_S + TAKEOVER_S, "primary")], ""),
        # b loses its server only: two of three votes are left
        ("third", "data-server-b-switch-b", [], "ab"),
    ],
)
def test_with_a_quorum_never_two_act(witness: str, link: str, expected: list[tuple[float, str]], reached: str) -> None:
    runtime, _ = cut(rooms(quorum="majority", witness=witness), link)
    run_to(runtime, BACK_S - 1)
    assert commanded(runtime) == reached
    run_to(runtime, BACK_S + 7200)
    assert modes(runtime, "duty") == expected


def test_the_half_with_the_witness_takes_over_when_the_first_is_on_the_other_side() -> None:
    """The witness hangs on b here: a has one vote of three and stops, b has two and stands in in the usual time."""
    city = rooms(quorum="majority", witness="third")
    links = dict(city.links)
    del links["data-switch-a-third"]
    links["data-switch-b-third"] = data("switch-b", "third")
    runtime, ict = cut(town(city.components.values(), links.values()))
    run_to(runtime, ACTS_S)
    assert (ict.serving("duty"), commanded(runtime)) == ("server-b", "b")
    assert modes(runtime, "duty") == [(CUT_S, "none"), (ACTS_S, "standby")]


def test_a_server_that_reaches_nothing_takes_itself_for_cut_off() -> None:
    """As clusters do that ask their gateway: no second one acts in an empty room."""
    runtime, ict = cut(rooms(), "data-server-a-switch-a")
    run_to(runtime, ACTS_S)
    assert (ict.serving("duty"), commanded(runtime)) == ("server-b", "ab")
    assert "split" not in [mode for _, mode in modes(runtime, "duty")]


def test_two_that_act_at_once_are_a_failure_whatever_they_reach() -> None:
    service = registry().types["service"]
    mode = service.mode("split")
    assert mode is not None and mode.state is State.FAILED and "split" not in service.ways
