"""Messages that nobody should send: seeded, so that what broke ingest once can be sent again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import orjson

from gateways.wire import topics
from tests.ingest.support import Packs

STRANGER = "gw-2"
"""On whose branch hostile packs lie."""

LABELS = ("schema", "restart", "seq", "lowest", "bn", "bt", "bu", "n", "v", "t", "quality", "x_")
NUMBERS = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e308",
    "9" * 400,
    "0x10",
    "1e-999",
    "18446744073709551616",
    "--1",
)


class Hostile:
    """Fuzzed topics and payloads. `settled` says up to which pack of the victim an acknowledgement was heard."""

    def __init__(self, seed: int, victim: Packs, settled: Callable[[], int]) -> None:
        self._random = random.Random(seed)
        self._victim, self._own, self._settled = victim, Packs(STRANGER, count=5, boot=7), settled
        self._kinds: list[Callable[[], tuple[str, bytes]]] = [
            self._noise, self._cut, self._flipped, self._wrong_types, self._wrong_types, self._numbers, self._nested,
            self._future, self._spoofed, self._replayed, self._made_up, self._anywhere,
        ]  # fmt: skip

    def messages(self, count: int) -> Iterator[tuple[str, bytes]]:
        for i in range(count):
            if i % 5000 == 4999:
                yield topics.senml(STRANGER), b"[" * 200_000
            else:
                yield self._random.choice(self._kinds)()

    def _pack(self) -> bytes:
        return self._own.payload(self._random.randrange(1 << self._random.randrange(1, 40)))

    def _records(self) -> list[dict]:
        return orjson.loads(self._pack())

    def _noise(self) -> tuple[str, bytes]:
        return topics.senml(STRANGER), self._random.randbytes(self._random.randrange(300))

    def _cut(self) -> tuple[str, bytes]:
        pack = self._pack()
        return topics.senml(STRANGER), pack[: self._random.randrange(len(pack))]

    def _flipped(self) -> tuple[str, bytes]:
        pack = bytearray(self._pack())
        for _ in range(self._random.randrange(1, 6)):
            pack[self._random.randrange(len(pack))] = self._random.randrange(256)
        return topics.senml(STRANGER), bytes(pack)

    def _wrong_types(self) -> tuple[str, bytes]:
        records = self._records()
        record = self._random.choice((records[0], self._random.choice(records)))
        label = self._random.choice(LABELS)
        record[label] = self._random.choice([None, True, -1, 1.5, "", "a b", "\n", [], {}, [[]], {"v": 1}, 1 << 62])
        return topics.senml(STRANGER), orjson.dumps(records)

    def _numbers(self) -> tuple[str, bytes]:
        number = self._random.choice(NUMBERS)
        at = self._random.choice([b'"v":', b'"bt":', b'"seq":', b'"restart":', b'"schema":'])
        head, _, tail = self._pack().partition(at)
        rest = tail.lstrip(b"0123456789.-e")
        return topics.senml(STRANGER), head + at + number.encode() + rest

    def _nested(self) -> tuple[str, bytes]:
        depth = self._random.randrange(1, 3000)
        opening, closing = self._random.choice([("[", "]"), ('{"n":', "}"), ('[{"v":', "}]")])
        return topics.senml(STRANGER), f"{opening * depth}1{closing * depth}".encode()

    def _future(self) -> tuple[str, bytes]:
        version = self._random.choice(["v1", "v2", "v3", "v99", "v-1", "w", ":76"])
        schema = self._random.randrange(2, 1 << 40)
        return f"city/{version}/{STRANGER}/senml", self._pack().replace(b'"schema":1', b'"schema":%d' % schema)

    def _spoofed(self) -> tuple[str, bytes]:
        return topics.senml(STRANGER), self._victim.payload(self._random.randrange(1000))

    def _replayed(self) -> tuple[str, bytes]:
        """The worst: on the victim's own branch, as a broker without topic rights would let it pass."""
        settled = self._settled()
        if settled < 0:
            return self._spoofed()
        sequence = self._random.randrange(max(0, settled - 100), settled + 1)
        forged = self._victim.payload(sequence, offset=self._random.choice([0.5, 0.25]))
        return topics.senml(self._victim.gateway), forged

    def _made_up(self) -> tuple[str, bytes]:
        name = f"nobody-{self._random.randrange(1 << 30)}"
        return topics.senml(name), Packs(name, count=1, boot=self._random.randrange(1, 1 << 20)).payload(0)

    def _anywhere(self) -> tuple[str, bytes]:
        letters = "abz09:%._-~ü\u2603"  # NATS takes no space in a topic
        gateway = "".join(self._random.choices(letters, k=self._random.randrange(1, 40)))
        if self._random.random() < 0.02:
            gateway *= 30
        return f"city/v{self._random.randrange(4)}/{gateway.strip() or 'x'}/senml", self._pack()
