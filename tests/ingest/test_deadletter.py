"""Dead letters: every refusal is counted; what is kept is bounded in size and in rate, and safe to read."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from gateways.ingest.screening import EXCERPT_BYTES, TEXT_LIMIT, DeadLetterLimits, DeadLetters, Reason, Refusal, Screen
from gateways.wire.versions import VERSIONS
from tests.ingest.support import Clock, Packs


def records(path: Path) -> list[dict]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_a_record_says_what_came_and_why_it_was_not_taken(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "deep" / "dead.jsonl")
    payload = bytes(range(256)) * 4
    letters.add(Reason.MALFORMED, "city/v1/gw/senml", payload, "not JSON \ud800 " + "x" * 1000)
    (record,) = records(tmp_path / "deep" / "dead.jsonl")
    assert (record["reason"], record["topic"], record["bytes"]) == ("malformed", "city/v1/gw/senml", 1024)
    assert record["excerpt"].encode("latin-1") == payload[:EXCERPT_BYTES]
    assert len(record["detail"]) == TEXT_LIMIT
    assert letters.counts == {Reason.MALFORMED: 1}


def test_the_disk_it_takes_is_bounded(tmp_path: Path) -> None:
    path, clock = tmp_path / "dead.jsonl", Clock()
    letters = DeadLetters(path, DeadLetterLimits(file_bytes=10_000, rate_per_s=1000, burst=1000), clock)
    for i in range(500):
        clock.now += 1.0
        letters.add(Reason.MALFORMED, "t", b"%d" % i, "d")
    files = sorted(entry.name for entry in tmp_path.iterdir())
    assert files == ["dead.jsonl", "dead.jsonl.1"]
    assert all(entry.stat().st_size <= 10_000 for entry in tmp_path.iterdir())
    kept = [record["excerpt"] for name in reversed(files) for record in records(tmp_path / name)]
    assert kept == [str(i) for i in range(500 - len(kept), 500)], "the latest, in order"
    assert letters.counts[Reason.MALFORMED] == 500
    assert letters.unwritten == 0


def test_a_flood_is_counted_but_not_written(tmp_path: Path) -> None:
    path, clock = tmp_path / "dead.jsonl", Clock()
    letters = DeadLetters(path, DeadLetterLimits(rate_per_s=5, burst=10), clock)
    for _ in range(1000):
        letters.add(Reason.SPOOFED, "t", b"", "d")
    clock.now = 1.0
    for _ in range(1000):
        letters.add(Reason.REPLAYED, "t", b"", "d")
    assert [record["reason"] for record in records(path)] == ["spoofed"] * 10 + ["replayed"] * 5
    assert letters.counts == {Reason.SPOOFED: 1000, Reason.REPLAYED: 1000}
    assert letters.unwritten == 1985


def test_a_file_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    letters = DeadLetters(blocked / "dead.jsonl")
    letters.add(Reason.MALFORMED, "t", b"", "d")
    nowhere = DeadLetters(None)
    nowhere.add(Reason.MALFORMED, "t", b"", "d")
    for each in (letters, nowhere):
        assert each.counts[Reason.MALFORMED] == each.unwritten == 1
        each.close()


PACKS = Packs("gw-1", count=2)


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("city/v1/gw-2/senml", PACKS.payload(0), Reason.SPOOFED),
        ("city/v2/gw-2/senml", b"\x80", Reason.MALFORMED),
        ("city/v9/gw-1/senml", PACKS.payload(0), Reason.UNKNOWN_VERSION),
        ("city/v1/gw-1/senml", PACKS.payload(0).replace(b'"schema":1', b'"schema":2'), Reason.UNKNOWN_VERSION),
        ("city/v1/gw-1/senml", PACKS.payload(0)[:-3], Reason.MALFORMED),
        ("city/v1/gw-1/senml", b" " * 10_001, Reason.OVERSIZED),
        ("city/v1/gw-4/senml", PACKS.payload(0), Reason.UNAUTHORISED),
        ("city/v1/gw-1/ack", PACKS.payload(0), Reason.UNAUTHORISED),
        ("city/v1/senml", PACKS.payload(0), Reason.UNAUTHORISED),
        ("town/v1/gw-1/senml", PACKS.payload(0), Reason.UNAUTHORISED),
        ("city/v1//senml", PACKS.payload(0), Reason.UNAUTHORISED),
        ("city/v1/gw%2d1/senml", PACKS.payload(0), Reason.UNAUTHORISED),
        ("city/v1/gw:2d1/senml", PACKS.payload(0), Reason.UNAUTHORISED),
        ("city/v1/:ff/senml", PACKS.payload(0), Reason.UNAUTHORISED),
        ("city/v1/" + "g" * 600 + "/senml", PACKS.payload(0), Reason.UNAUTHORISED),
    ],
)
def test_the_screen_gives_each_its_reason(topic: str, payload: bytes, reason: Reason) -> None:
    screened = Screen(frozenset({"gw-1", "gw-2"}), 10_000).pass_(topic, payload)
    assert isinstance(screened, Refusal)
    assert screened.reason is reason
    assert screened.detail


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_screen_lets_every_numbered_version_pass(version: str) -> None:
    from tests.gateways.samples import START, block, cohort, pack

    writer = VERSIONS[version].writer
    assert writer is not None
    of = pack(block(cohort("c", "gw-1", 2), 0, [1.0, 2.0]), gateway="gw-1", sequence=4)
    screened = Screen(None, 10_000).pass_(f"city/{version}/gw-1/senml", writer(START).encode(of, 3))
    assert not isinstance(screened, Refusal)
    assert (screened.gateway, screened.sequence, screened.lowest) == ("gw-1", 4, 3)
    again = Screen(None, 10_000).pass_("city/v1/gw-1/senml", PACKS.payload(4, 3).replace(b"4000.0", b"1.0"))
    assert not isinstance(again, Refusal)


def test_a_pack_is_the_same_content_in_every_version() -> None:
    """So that a pack sent again after a roll-back is a duplicate, not a forgery."""
    from tests.gateways.samples import START, block, cohort, pack

    of = pack(block(cohort("c", "gw-1", 3, unit="kW"), 0.123, [0.1, 1e-9, 7], [0, 1, 2]), gateway="gw-1")
    digests = {
        Screen(None, 10_000).pass_(f"city/{name}/gw-1/senml", version.writer(START).encode(of)).digest()
        for name, version in VERSIONS.items()
        if version.writer is not None
    }
    assert len(digests) == 1
