"""The gateway's memory: packs, numbers, a bound, and forgetting only what was acknowledged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.gateway.core import GatewayCore, GatewaySettings
from gateways.wire.payload import Batch
from tests.gateways.samples import cohort, readings


def sequences(packs: tuple[Batch, ...]) -> list[int]:
    return [pack.sequence for pack in packs]


def test_a_pack_is_closed_when_its_period_is_over_and_not_before() -> None:
    core = GatewayCore("gw", GatewaySettings(batch_period_s=10.0))
    core.take(readings(cohort(), 0.0))
    core.take(readings(cohort(), 4.0))
    core.seal_due(9_999)
    assert core.waiting() == ()
    core.seal_due(10_000)
    (pack,) = core.waiting()
    assert (pack.gateway, pack.boot, pack.sequence, len(pack)) == ("gw", 1, 0, 6)
    assert [block.at for block in pack.blocks] == [0, 4000]


def test_a_full_pack_is_closed_at_once_and_a_big_cohort_is_spread_over_packs() -> None:
    core = GatewayCore("gw", GatewaySettings(batch_period_s=1e6, batch_size=4))
    core.take(readings(cohort(count=11), 0.0))
    assert [len(pack) for pack in core.waiting()] == [4, 4]
    core.seal_due(10**10)
    assert [len(pack) for pack in core.waiting()] == [4, 4, 3]
    assert [(b.first, b.values.tolist()) for pack in core.waiting() for b in pack.blocks] == [
        (0, [0, 1, 2, 3]),
        (4, [4, 5, 6, 7]),
        (8, [8, 9, 10]),
    ]


def test_packs_are_forgotten_when_acknowledged_and_not_before() -> None:
    core = GatewayCore("gw", GatewaySettings())
    for at_s in range(4):
        core.take(readings(cohort(), at_s))
        core.seal_due(at_s * 1000)
    assert sequences(core.waiting()) == sequences(core.waiting()) == [0, 1, 2, 3]
    core.acknowledge(1)
    core.acknowledge(0)
    assert sequences(core.waiting()) == [2, 3]
    assert core.held == 6


def test_a_full_outbox_drops_the_oldest_packs_and_says_which() -> None:
    core = GatewayCore("gw", GatewaySettings(batch_size=3, outbox_size=7))
    dropped = [pack for at_s in range(5) for pack in core.take(readings(cohort(), at_s))]
    assert sequences(tuple(dropped)) == [0, 1, 2]
    assert sequences(core.waiting()) == [3, 4]
    assert core.held == 6


def test_a_stop_gives_up_all_that_was_held_and_a_start_counts_a_new_boot() -> None:
    core = GatewayCore("gw", GatewaySettings(batch_period_s=10.0, batch_size=5))
    core.take(readings(cohort(), 0.0))
    core.take(readings(cohort(), 1.0))
    lost = core.stop()
    assert [len(pack) for pack in lost] == [5, 1]
    assert core.held == 0
    core.start()
    core.take(readings(cohort(), 20.0))
    core.seal_due(30_000)
    assert [(pack.boot, pack.sequence) for pack in core.waiting()] == [(2, 0)]


@pytest.mark.parametrize("wrong", [{"batch_period_s": -1.0}, {"batch_size": 0}, {"batch_size": 10, "outbox_size": 9}])
def test_settings_that_cannot_work_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"batch|outbox"):
        GatewaySettings(**wrong)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["seal", "ack", "nothing"])), max_size=30),
    st.integers(1, 6),
    st.integers(0, 10),
)
def test_every_reading_is_dropped_acknowledged_or_held_and_the_bound_holds(steps, size: int, room: int) -> None:
    core = GatewayCore("gw", GatewaySettings(batch_period_s=5.0, batch_size=size, outbox_size=size + room))
    taken = dropped = acknowledged = 0
    numbers: list[int] = []
    for at_s, (count, then) in enumerate(steps):
        dropped += sum(map(len, core.take(readings(cohort(count=count), at_s))))
        taken += count
        assert core.held <= size + room
        if then == "seal":
            core.seal_due(at_s * 1000)
        elif then == "ack" and (waiting := core.waiting()):
            acknowledged += len(waiting[0])
            numbers.append(waiting[0].sequence)
            core.acknowledge(waiting[0].sequence)
    assert taken == dropped + acknowledged + core.held
    assert numbers == sorted(set(numbers))
