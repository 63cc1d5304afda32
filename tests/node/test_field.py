"""The field side: what it takes, what it refuses, and that a block sent again is known."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways.gateway.node import SouthboundClient
from gateways.gateway.node.batches import GroupBook, from_bytes, to_bytes
from gateways.gateway.node.southbound import BadLine, SouthboundServer, describe_line, read_line
from gateways.gateway.outbox import Outbox
from simulator.contracts.sensor import Readings, SensorGroup
from tests.node.test_outbox import disk_of
from tests.node.world import GATEWAY, group, readings, until


class Raw:
    """A connection that says what it likes."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        self.file = self.socket.makefile("rb")

    def say(self, *said: bytes | dict) -> None:
        self.socket.sendall(b"".join(s if isinstance(s, bytes) else orjson.dumps(s) + b"\n" for s in said))

    def hear(self) -> dict | None:
        """The next answer, None when the other side hung up."""
        line = self.file.readline()
        return orjson.loads(line) if line else None

    def close(self) -> None:
        self.file.close()
        self.socket.close()


@dataclasses.dataclass
class Door:
    """A field side and its outbox, without an uplink."""

    server: SouthboundServer
    outbox: Outbox
    book: GroupBook
    open: contextlib.ExitStack

    def call(self) -> Raw:
        """A connection to it, until the door is shut."""
        return self.open.enter_context(contextlib.closing(Raw(self.server.port)))

    def stored(self) -> list[tuple[str, int, list[float], list[int]]]:
        """(first sensor, milliseconds, values, quality) of each block, in order."""
        packs = self.outbox.unacknowledged(10_000)
        blocks = [block for pack in packs for block in from_bytes(pack.body, self.book)]
        return [(b.group.sensors[b.first], b.at, b.values.tolist(), b.quality.tolist()) for b in blocks]


@contextlib.contextmanager
def door(folder: Path, **more: object) -> Iterator[Door]:
    with Outbox(folder / "outbox.sqlite") as outbox, contextlib.ExitStack() as calls:
        book = GroupBook(outbox)
        server = SouthboundServer(GATEWAY, outbox, book, **more)
        server.start(on_commit=lambda: None)
        try:
            yield Door(server, outbox, book, calls)
        finally:
            server.stop()
            assert server.failure is None


def described(of: SensorGroup, number: int = 0) -> bytes:
    return describe_line(number, of.cohorts)


def test_blocks_are_stored_as_they_were_and_answered(tmp_path: Path) -> None:
    with door(tmp_path) as it:
        raw = it.call()
        raw.say(
            described(group(3)),
            {"n": 5, "group": 0, "at_unix": 100.25, "values": [1, None, 2.5], "quality": [0, 2, 1]},
            {"n": 6, "group": 0, "at_unix": 101, "values": [4, 5, 6]},
        )
        assert until(lambda: len(it.stored()) == 2)
        while raw.hear() != {"ok": 6}:
            pass
        (sensor, at, values, quality), (_, later, more, good) = it.stored()
        assert (sensor, at, quality) == ("c0/pressure_m", 100_250, [0, 2, 1])
        assert values[0::2] == [1.0, 2.5] and np.isnan(values[1])
        assert (later, more, good) == (101_000, [4.0, 5.0, 6.0], [0, 0, 0])


def test_a_block_sent_again_is_answered_and_not_stored_again_even_after_a_restart(tmp_path: Path) -> None:
    block = {"n": 1, "group": 0, "at_unix": 7.0, "values": [1, 2, 3]}
    for number in (0, 9):  # another connection, another number for the group
        with door(tmp_path) as it:
            raw = it.call()
            raw.say(described(group(3), number), block | {"group": number}, block | {"group": number, "n": 2})
            answers = [raw.hear()]
            while answers[-1] != {"ok": 2}:
                answers.append(raw.hear())
            assert len(it.stored()) == 1
            assert it.server.intake.repeated == (3 if number == 0 else 6)


def test_a_pack_that_stays_open_keeps_its_answers_back(tmp_path: Path) -> None:
    with door(tmp_path, batch_period_s=0.3, batch_size=100) as it:
        raw = it.call()
        raw.say(described(group(10)), *[{"n": i, "group": 0, "at_unix": i, "values": [0] * 10} for i in range(5)])
        assert raw.hear() == {"ok": 4}
        assert [len(pack.body) > 0 and pack.readings for pack in it.outbox.unacknowledged(9)] == [50]
        raw.say(*[{"n": i, "group": 0, "at_unix": i, "values": [0] * 10} for i in range(5, 30)])
        while raw.hear() != {"ok": 29}:
            pass
        assert sum(pack.readings for pack in it.outbox.unacknowledged(99)) == 300
        assert max(pack.readings for pack in it.outbox.unacknowledged(99)) == 100


@pytest.mark.parametrize(
    "wrong",
    [
        {"values": []},
        {"values": "1"},
        {"values": [1, "a", 2]},
        {"values": [[1], [2], [3]]},
        {"values": [1, 2]},
        {"at_unix": "now"},
        {"at_unix": 1e300},
        {"quality": [0, 1]},
        {"quality": [0, 1, 3]},
        {"quality": [0, True, 0]},
        {"group": 4},
    ],
)
def test_a_wrong_block_is_refused_by_its_number_and_the_next_one_is_taken(tmp_path: Path, wrong: dict) -> None:
    good = {"n": 1, "group": 0, "at_unix": 7.0, "values": [1, 2, 3], "quality": [0, 0, 0]}
    with door(tmp_path) as it:
        raw = it.call()
        raw.say(described(group(3)), good | wrong, good | {"n": 2})
        refused, ok = raw.hear(), raw.hear()
        assert refused is not None and refused["refused"] == 1 and refused["why"]
        assert ok == {"ok": 2}
        assert len(it.stored()) == 1 and it.server.intake.refused == 1


@pytest.mark.parametrize(
    "nonsense", [b"{\n", b"\xff\n", b"[]\n", b'{"n": 1}\n', b'{"group": 0, "n": -1}\n', b"x" * (5 << 20)]
)
def test_after_nonsense_it_hangs_up_and_serves_the_others(tmp_path: Path, nonsense: bytes) -> None:
    with door(tmp_path) as it:
        other = it.call()
        other.say(described(group(3)))
        raw = it.call()
        with contextlib.suppress(ConnectionError):
            raw.say(nonsense)
        with contextlib.suppress(ConnectionError):
            answer = raw.hear()
            assert answer is None or answer["refused"] is None
            assert raw.hear() is None
        other.say({"n": 1, "group": 0, "at_unix": 7.0, "values": [1, 2, 3]})
        assert other.hear() == {"ok": 1}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_line_at_all_raises_anything_but_bad_line(line: bytes) -> None:
    with contextlib.suppress(BadLine):
        read_line(line)


def test_sensors_of_another_gateway_are_refused_and_the_client_goes_on(tmp_path: Path) -> None:
    mine, other = group(3), group(3, gateway="gateway-2")
    with door(tmp_path) as it:
        client = SouthboundClient(it.server.port)
        for i in range(3):
            client.send(readings(other, i))
            client.send(readings(mine, i))
        assert client.wait(60)
        counts = client.close()
        assert (counts.acknowledged, counts.refused) == (9, 9)
        assert len(it.stored()) == 3


def test_long_names_make_small_packs(tmp_path: Path) -> None:
    """A pack must fit into a message: 500 sensors with names of 1,000 characters do not fit into one."""
    of = group(500, name="n" * 1000)
    with door(tmp_path) as it:
        client = SouthboundClient(it.server.port)
        client.send(readings(of, 0))
        assert client.wait(60)
        client.close()
        packs = it.outbox.unacknowledged(99)
        assert sum(pack.readings for pack in packs) == 500
        assert max(pack.readings for pack in packs) * 1000 <= 200_000


def test_with_a_full_disk_the_field_waits_for_its_answer_until_there_is_room(tmp_path: Path) -> None:
    with door(tmp_path) as it, contextlib.closing(SouthboundClient(it.server.port)) as client:
        client.send(readings(group(20_000), 0))
        assert client.wait(60)
        with disk_of(it.outbox, pages=60):
            client.send(readings(group(20_000), 1))
            assert not client.wait(1.0)
            assert it.server.failure is None
        assert client.wait(60)
        assert it.outbox.held().readings == 40_000


def test_the_client_never_blocks_and_drops_the_oldest_beyond_its_bound() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        client = SouthboundClient(nobody.getsockname()[1], limit_readings=100)
        for i in range(2000):
            client.send(readings(group(10), i))
        counts = client.close()
    assert counts.sent == 20_000 and counts.acknowledged == 0
    assert counts.dropped + counts.waiting == 20_000
    assert counts.waiting <= 100 + 512 * 10


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(width=64), min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_is_stored_comes_out_bit_for_bit(values: list[list[float]]) -> None:
    class Book:
        def number(self, of: SensorGroup) -> int:
            return 3

        def group(self, number: int) -> SensorGroup:
            assert number == 3
            return of

    of = group(3)
    blocks = [
        Readings(of, 1000 * i, np.array(row), np.array([0, 1, 2], dtype=np.uint8)) for i, row in enumerate(values)
    ]
    from gateways.wire.payload import block_of

    out = from_bytes(to_bytes([block_of(b) for b in blocks], Book()), Book())  # type: ignore[arg-type]
    assert [b.values.tobytes() for b in out] == [b.values.tobytes() for b in blocks]
    assert [b.at for b in out] == [b.at for b in blocks]
    assert all(b.quality.tolist() == [0, 1, 2] for b in out)
