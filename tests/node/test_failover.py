"""The decisions of a gateway under any order of losses, repetitions, restarts and silence."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections import deque
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateways.gateway.core import GatewayCore, GatewaySettings
from gateways.gateway.failover import Action, Failover, LinkSettings, Window
from gateways.gateway.outbox import NewBatch, Outbox, Place
from simulator.contracts.problem import BadInput
from simulator.contracts.settings import settings_of
from simulator.contracts.ticks import to_s
from tests.node.world import group, readings

LINK = LinkSettings(inflight=3, window=7, ack_timeout_s=1.0, ack_timeout_max_s=4.0)


class Delivery(RuleBasedStateMachine):
    """One gateway, two brokers that lose what they like, one ingest. A pack's body is the number of its reading."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="delivery-"))
        self.outbox = self.open()
        self.window = Window(LINK)
        self.now = 0.0
        self.taken_from_field = 0
        self.active = 0
        self.wires: list[deque] = [deque(), deque()]
        self.queues: list[deque] = [deque(), deque()]
        self.acks: deque = deque()
        self.next: dict[int, int] = {}
        self.early: dict[tuple[int, int], int] = {}
        self.committed: list[int] = []

    def open(self) -> Outbox:
        return Outbox(self.folder / "outbox.sqlite", durable=False)

    # the gateway

    @rule(packs=st.integers(1, 4))
    def the_field_sends(self, packs: int) -> None:
        numbers = range(self.taken_from_field, self.taken_from_field + packs)
        self.outbox.put([NewBatch(1, str(number).encode()) for number in numbers])
        self.taken_from_field += packs

    @rule()
    def the_gateway_sends(self) -> None:
        packs = self.outbox.unacknowledged(self.window.room(), self.window.cursor)
        for pack in packs:
            if not self.window.may(pack.place):
                return
            self.window.sent(pack.place, self.now)
            self.wires[self.active].append((pack.place, int(pack.body)))

    @rule(seconds=st.floats(0.0, 5.0))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.window.overdue(self.now)

    @rule(arrives=st.integers(0, 9))
    def the_gateway_is_killed(self, arrives: int) -> None:
        self.cut(arrives)
        self.outbox.close()
        self.outbox = self.open()
        self.window = Window(LINK)
        self.window.opened(self.now)

    @rule(arrives=st.integers(0, 9), other=st.booleans())
    def the_connection_is_lost(self, arrives: int, other: bool) -> None:
        self.cut(arrives)
        self.active ^= other
        self.window.opened(self.now)

    def cut(self, arrives: int) -> None:
        """Some of what is on the wire still arrives, and nobody hears of it."""
        wire = self.wires[self.active]
        self.queues[self.active].extend(wire.popleft() for _ in range(min(arrives, len(wire))))
        wire.clear()

    # what is around it

    @rule(packs=st.integers(1, 9))
    def the_broker_takes(self, packs: int) -> None:
        wire = self.wires[self.active]
        for _ in range(min(packs, len(wire))):
            self.queues[self.active].append(wire.popleft())
            self.window.taken()

    @rule(broker=st.integers(0, 1), first=st.integers(0, 9), end=st.integers(1, 20))
    def a_broker_loses_some_of_what_it_holds(self, broker: int, first: int, end: int) -> None:
        self.queues[broker] = deque([*self.queues[broker]][:first] + [*self.queues[broker]][end:])

    @rule(broker=st.integers(0, 1), packs=st.integers(1, 9))
    def ingest_takes(self, broker: int, packs: int) -> None:
        queue = self.queues[broker]
        for _ in range(min(packs, len(queue))):
            place, number = queue.popleft()
            first = self.next.setdefault(place.boot, 0)
            if place.sequence >= first:
                self.early[place.boot, place.sequence] = number
            while (found := self.early.pop((place.boot, self.next[place.boot]), None)) is not None:
                self.committed.append(found)
                self.next[place.boot] += 1
            if self.next[place.boot]:
                self.acks.append((place.boot, self.next[place.boot] - 1))

    @rule(acks=st.integers(1, 9), lost=st.booleans())
    def acknowledgements_come(self, acks: int, lost: bool) -> None:
        for _ in range(min(acks, len(self.acks))):
            boot, sequence = self.acks.popleft()
            if not lost:
                self.acknowledge(boot, sequence)

    @precondition(lambda self: self.next)
    @rule(draw=st.randoms(use_true_random=False))
    def ingest_repeats_itself(self, draw: random.Random) -> None:
        boot = draw.choice(sorted(self.next))
        if self.next[boot]:
            self.acks.append((boot, self.next[boot] - 1))

    @rule(boots=st.integers(0, 3), packs=st.integers(0, 9))
    def an_acknowledgement_of_another_comes(self, boots: int, packs: int) -> None:
        """Of a boot to come, or of a pack that was never numbered."""
        last = self.outbox.unacknowledged(10_000)[-1:]
        ahead = last[0].place.sequence + 1 if last and last[0].place.boot == self.outbox.boot else None
        if boots:
            self.acknowledge(self.outbox.boot + boots, packs)
        elif ahead is not None:
            self.acknowledge(self.outbox.boot, ahead + packs)

    def acknowledge(self, boot: int, sequence: int) -> None:
        forgotten = self.outbox.acknowledge(boot, sequence)
        if forgotten is not None:
            self.window.acknowledged(boot, sequence, forgotten[0] > 0, self.now)

    # what must hold

    @invariant()
    def nothing_is_lost(self) -> None:
        held = {int(pack.body) for pack in self.outbox.unacknowledged(10_000)}
        assert held | set(self.committed) == set(range(self.taken_from_field))

    @invariant()
    def all_comes_once_and_in_the_order_of_the_field(self) -> None:
        assert self.committed == list(range(len(self.committed)))

    @invariant()
    def the_broker_has_no_more_to_answer_than_is_allowed(self) -> None:
        assert len(self.wires[self.active]) <= LINK.inflight

    def teardown(self) -> None:
        """From here on nothing gets lost any more: all arrives, in the order in which the field sent it."""
        self.cut(0)
        self.window.opened(self.now)
        rounds = 0
        while self.outbox.held().packs and rounds < 5000:
            rounds += 1
            self.the_gateway_sends()
            self.the_broker_takes(9)
            for broker in (0, 1):
                self.ingest_takes(broker, 9)
            self.acknowledgements_come(9, False)
            self.time_passes(0.5)
        assert not self.outbox.held().packs, "the gateway stopped sending"
        assert self.committed == list(range(self.taken_from_field))
        self.outbox.close()
        shutil.rmtree(self.folder)


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)


@settings(max_examples=200, deadline=None)
@given(
    reachable=st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=12),
    seed=st.integers(0, 1000),
)
def test_the_best_broker_that_can_be_reached_is_used_in_the_end(reachable: list[list[bool]], seed: int) -> None:
    """Brokers come and go; then the last state stays. Whoever is best of those that are there is used, and soon."""
    link = LinkSettings()
    failover = Failover(3, link, random.Random(seed))
    now, attempts = 0.0, 0
    up: set[int] = set()
    for there in reachable:
        for broker in [broker for broker in up if not there[broker]]:
            up.discard(broker)
            failover.lost(broker, now)
        end = now + 2 * (link.retry_max_s + link.settled_s + 3 * link.connect_timeout_s)
        while now < end:
            step = failover.decide(now)
            if step.action is Action.CONNECT:
                attempts += 1
                assert step.broker not in up
                if there[step.broker]:
                    up.add(step.broker)
                    failover.connected(step.broker, now)
            elif step.action is Action.USE:
                assert step.broker in up, "a broker that took no login came into use"
                up = {step.broker}
            elif step.action is Action.GIVE_UP:
                up.discard(step.broker)
            else:
                assert step.until > now
                now = min(end, step.until)
        best = there.index(True) if True in there else None
        assert failover.active == best
    assert attempts <= 3 * len(reachable) * 40, "back-off keeps attempts few"


def test_a_silent_broker_is_left_only_for_another_one() -> None:
    alone = Failover(1, LINK, random.Random(1))
    pair = Failover(2, LINK, random.Random(1))
    for failover in (alone, pair):
        assert failover.decide(0.0).action is Action.CONNECT
        failover.connected(0, 0.1)
        assert failover.decide(0.1).action is Action.USE
        failover.silent(LINK.patience - 1)
        assert failover.decide(0.2).action is Action.WAIT
        failover.silent(LINK.patience)
    assert alone.decide(0.3).action is Action.WAIT
    assert alone.active == 0
    step = pair.decide(0.3)
    assert (step.action, step.broker, pair.active) == (Action.CONNECT, 1, 0), "the first one is used meanwhile"
    pair.connected(1, 0.4)
    assert pair.decide(0.4).action is Action.USE
    step = pair.decide(0.5)
    assert step.action is Action.WAIT
    assert step.until >= 0.4 + LINK.silence_s / 2, "the silent one is left alone for a while"


def test_progress_ends_the_search_for_another_broker() -> None:
    failover = Failover(2, LINK, random.Random(1))
    failover.decide(0.0)
    failover.connected(0, 0.0)
    failover.decide(0.0)
    failover.silent(LINK.patience)
    assert failover.decide(0.1).action is Action.CONNECT
    failover.acknowledged(0.2)
    step = failover.decide(0.2)
    assert (step.action, step.broker) == (Action.GIVE_UP, 1)
    assert failover.decide(0.2).action is Action.WAIT


def test_while_ingest_is_away_the_broker_gets_one_repetition_at_a_time() -> None:
    window = Window(LINK)
    now, repetitions = 0.0, 0
    packs = [Place(1, sequence) for sequence in range(100)]

    def send() -> int:
        room = window.room()
        ready = [place for place in packs if place > window.cursor][:room]
        for place in ready:
            window.sent(place, now)
            window.taken()
        return len(ready)

    while send():
        pass
    assert window.cursor == packs[LINK.window - 1]
    for _ in range(3600):
        now += 1.0
        window.overdue(now)
        repetitions += send()
    assert repetitions <= 3600 / LINK.ack_timeout_max_s + 3
    window.opened(now)
    assert [send(), send()] == [1, 0], "on the other broker, too"
    window.acknowledged(1, 0, True, now)
    assert [send(), send()] == [2, 0], "with progress the window opens again, by and by"


def test_a_broker_that_answers_nothing_at_all_becomes_silent() -> None:
    window = Window(LINK)
    for sequence in range(LINK.inflight):
        window.sent(Place(1, sequence), 0.0)
    assert window.room() == 0
    now = 0.0
    while window.timeouts < LINK.patience:
        due = window.due()
        assert due is not None
        now = due
        assert window.overdue(now)
    assert now <= LINK.patience * LINK.ack_timeout_max_s


def test_a_boot_waits_for_the_last_acknowledgement_of_the_one_before() -> None:
    window = Window(LINK)
    window.sent(Place(1, 8), 0.0)
    assert window.may(Place(1, 9))
    window.sent(Place(1, 9), 0.0)
    window.acknowledged(1, 8, True, 0.1)
    assert not window.may(Place(2, 0)), "the end of boot 1 may still get lost, and no number would tell"
    window.acknowledged(1, 9, True, 0.2)
    assert window.may(Place(2, 0))


def test_a_window_refuses_to_send_out_of_order() -> None:
    window = Window(LINK)
    window.sent(Place(2, 5), 0.0)
    for place in (Place(2, 5), Place(1, 9)):
        with pytest.raises(ValueError, match="after"):
            window.sent(place, 0.0)


def test_the_same_decisions_serve_simulated_time() -> None:
    """Ticks for a clock, the packs in a core's memory for an outbox: what is sent first gets lost, then it arrives."""
    core, window, of = GatewayCore("gateway-1", GatewaySettings(batch_size=5)), Window(LINK), group()
    for i in range(4):
        core.take(readings(of, i))
    arrived: list[int] = []
    for tick in range(0, 3000, 500):
        window.overdue(to_s(tick))
        waiting = [pack for pack in core.waiting() if Place(pack.boot, pack.sequence) > window.cursor]
        for pack in waiting[: window.room()]:
            window.sent(Place(pack.boot, pack.sequence), to_s(tick))
            window.taken()
            if tick >= 1000:
                arrived.append(pack.sequence)
                core.acknowledge(pack.sequence)
                window.acknowledged(pack.boot, pack.sequence, True, to_s(tick))
    assert arrived == [0, 1, 2, 3]
    assert core.held == 0


@pytest.mark.parametrize(
    "wrong",
    [{"inflight": 0}, {"inflight": 300}, {"patience": 0}, {"retry_s": 0.0}, {"retry_s": 20.0}, {"settled_s": -1.0}],
)
def test_settings_that_cannot_work_are_refused(wrong: dict) -> None:
    with pytest.raises(BadInput):
        settings_of(json.dumps(wrong).encode(), LinkSettings)
