"""The outbox: on the disk before the answer, bounded, in order, and honest about damage."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateways.gateway.outbox import START, Mark, NewBatch, Outbox, OutboxBusy, Place

WRITER = """
import sys
from pathlib import Path
from gateways.gateway.outbox import Mark, NewBatch, Outbox
outbox = Outbox(Path(sys.argv[1]))
number = 0
while True:
    packs = [NewBatch(1, b"%d.%d." % (outbox.boot, number + i) + bytes(200)) for i in range(3)]
    outbox.put(packs, [Mark(1, outbox.boot * 1_000_000 + number)])
    number += 3
    sys.stdout.write(f"{outbox.boot} {number}\\n")
    sys.stdout.flush()
"""


def packs(*bodies: bytes, readings: int = 1) -> list[NewBatch]:
    return [NewBatch(readings, body) for body in bodies]


@contextlib.contextmanager
def disk_of(outbox: Outbox, pages: int) -> Iterator[None]:
    """A disk that is full at so many pages, as SQLite sees it."""
    outbox._db.execute(f"pragma max_page_count = {pages}")
    try:
        yield
    finally:
        outbox._db.execute("pragma max_page_count = 1000000")


def bodies(outbox: Outbox) -> list[bytes]:
    return [pack.body for pack in outbox.unacknowledged(10_000)]


def test_what_put_returned_for_survives_kill_9(tmp_path: Path) -> None:
    """Ten kills at moments drawn by a seed. Everything that was said to be put is there, whole, in order, in threes."""
    draw, said = random.Random(3), {}
    for _ in range(10):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "o")], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        boot, number = map(int, writer.stdout.readline().split())
        time.sleep(draw.uniform(0.0, 0.05))
        os.kill(writer.pid, signal.SIGKILL)
        for line in writer.stdout:
            if line.endswith(b"\n"):
                boot, number = map(int, line.split())
        writer.wait()
        writer.stdout.close()
        said[boot] = number
    with Outbox(tmp_path / "o") as outbox:
        assert outbox.torn is None
        assert outbox.boot == 11 and sorted(said) == list(range(1, 11))
        held = outbox.unacknowledged(1_000_000)
        assert [pack.place for pack in held] == sorted(pack.place for pack in held)
        for boot, number in said.items():
            own = [pack for pack in held if pack.place.boot == boot]
            assert number <= len(own) <= number + 3 and len(own) % 3 == 0
            assert [pack.body[: pack.body.rindex(b".")] for pack in own] == [
                b"%d.%d" % (boot, i) for i in range(len(own))
            ]
            assert outbox.knows(Mark(1, boot * 1_000_000 + number - 3))


def test_numbers_go_on_and_boots_count_starts(tmp_path: Path) -> None:
    with Outbox(tmp_path / "o") as outbox:
        assert outbox.put(packs(b"a", b"b")) == (Place(1, 0), Place(1, 1))
        assert outbox.put(packs(b"c")) == (Place(1, 2),)
        assert (outbox.lowest(1), outbox.lowest(2)) == (0, None)
    with Outbox(tmp_path / "o") as outbox:
        assert outbox.put(packs(b"d")) == (Place(2, 0),)
        assert bodies(outbox) == [b"a", b"b", b"c", b"d"]
        assert [p.body for p in outbox.unacknowledged(2, after=Place(1, 1))] == [b"c", b"d"]
        assert outbox.acknowledge(1, 1) == (2, 2)
        assert (outbox.lowest(1), outbox.lowest(2)) == (2, 0)
        assert outbox.acknowledge(1, 1) == (0, 0)
        assert bodies(outbox) == [b"c", b"d"]
    with Outbox(tmp_path / "o") as outbox:
        assert bodies(outbox) == [b"c", b"d"], "what was acknowledged stays forgotten"
        assert outbox.unacknowledged(9, after=START) == outbox.unacknowledged(9)


def test_acknowledgements_of_unknown_packs_change_nothing(tmp_path: Path) -> None:
    with Outbox(tmp_path / "o") as outbox:
        outbox.put(packs(b"a"))
    with Outbox(tmp_path / "o") as outbox:
        outbox.put(packs(b"b"))
        for boot, sequence in ((1, 1), (2, 1), (3, 0), (0, 0), (1, -1), (1 << 40, 0)):
            assert outbox.acknowledge(boot, sequence) is None
        assert bodies(outbox) == [b"a", b"b"]


def test_beyond_the_limit_the_oldest_go_first_and_are_counted_for_ever(tmp_path: Path) -> None:
    with Outbox(tmp_path / "o", limit_readings=10) as outbox:
        for number in range(8):
            outbox.put(packs(b"%d" % number, readings=3))
        held = outbox.held()
        assert bodies(outbox) == [b"5", b"6", b"7"]
        assert (held.packs, held.readings, held.dropped_packs, held.dropped_readings) == (3, 9, 5, 15)
    with Outbox(tmp_path / "o", limit_bytes=100_000) as outbox:
        for _ in range(20):
            outbox.put(packs(bytes(20_000), readings=1))
        held = outbox.held()
        assert held.packs == 4 and held.bytes <= 100_000
        assert held.dropped_readings == 15 + 9 + 16
    assert (tmp_path / "o").stat().st_size < 400_000, "the file stays bounded, too"


def test_marks_know_the_last_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateways.gateway.outbox.MARKS", 4)
    with Outbox(tmp_path / "o") as outbox:
        for at in range(6):
            outbox.put(packs(b"x"), [Mark(7, at)])
        assert [outbox.knows(Mark(7, at)) for at in range(6)] == [False, False, True, True, True, True]
    with Outbox(tmp_path / "o") as outbox:
        assert [outbox.knows(Mark(7, at)) for at in range(6)] == [False, False, True, True, True, True]
        assert not outbox.knows(Mark(8, 5))


def test_a_put_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with Outbox(tmp_path / "o") as outbox:
        outbox.put(packs(b"a"))
        with pytest.raises(sqlite3.Error):
            outbox.put(packs(b"b"), [Mark(1, None)])  # type: ignore[arg-type]
        assert bodies(outbox) == [b"a"]
        assert outbox.put(packs(b"c")) == (Place(1, 1),)


def test_on_a_full_disk_nothing_changes_and_later_it_goes_on(tmp_path: Path) -> None:
    with Outbox(tmp_path / "o") as outbox:
        outbox.put(packs(b"a"))
        with disk_of(outbox, pages=20):
            with pytest.raises(sqlite3.OperationalError, match="full"):
                outbox.put(packs(bytes(200_000)), [Mark(1, 1)])
            assert bodies(outbox) == [b"a"] and not outbox.knows(Mark(1, 1))
        assert outbox.put(packs(bytes(200_000)), [Mark(1, 1)]) == (Place(1, 1),)
        assert outbox.held().packs == 2 and outbox.knows(Mark(1, 1))


def test_only_one_process_may_have_it(tmp_path: Path) -> None:
    with Outbox(tmp_path / "o"):
        code = "import sys, pathlib\nfrom gateways.gateway.outbox import Outbox\nOutbox(pathlib.Path(sys.argv[1]))"
        other = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "o")], capture_output=True, text=True, check=False
        )
        assert other.returncode == 1 and OutboxBusy.__name__ in other.stderr


def damage(path: Path, how: str) -> None:
    if how == "cut":
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)
    elif how == "noise":
        with path.open("r+b") as file:
            file.seek(0)
            file.write(random.Random(1).randbytes(path.stat().st_size))
    elif how == "page":
        with path.open("r+b") as file:
            file.seek(path.stat().st_size * 2 // 3 // 4096 * 4096)
            file.write(bytes(4096))
    else:
        text = path.read_bytes()
        path.write_bytes(text.replace(b"body 150", b"BODY 150"))


@pytest.mark.parametrize("how", ["cut", "noise", "page", "bit"])
def test_a_damaged_file_is_set_aside_and_told_and_its_rest_gets_new_numbers(tmp_path: Path, how: str) -> None:
    path = tmp_path / "o"
    with Outbox(path) as outbox:
        group = outbox.group(b"described")
        for number in range(300):
            outbox.put(packs(b"body %d" % number + bytes(200)), [Mark(group, number)])
    damage(path, how)
    with Outbox(path) as outbox:
        assert outbox.torn is not None and outbox.torn.file.exists()
        assert outbox.boot == 2, "the count of starts stands beside the file, too"
        saved = [int(body[5:].rstrip(b"\0")) for body in bodies(outbox)]
        assert outbox.torn.saved_packs == outbox.torn.saved_readings == len(saved) < 300
        assert saved == sorted(saved)
        assert [p.place for p in outbox.unacknowledged(999)] == [Place(2, i) for i in range(len(saved))]
        if how == "bit":
            assert saved == [number for number in range(300) if number != 150]
            assert outbox.groups() == {group: b"described"} and outbox.knows(Mark(group, 299))
        if how == "noise":
            assert saved == []
        outbox.put(packs(b"new"))
    with Outbox(path) as outbox:
        assert outbox.torn is None and bodies(outbox)[-1] == b"new"


def test_without_any_memory_of_starts_the_boot_is_beyond_all_before(tmp_path: Path) -> None:
    path = tmp_path / "o"
    with Outbox(path, first_boot=40) as outbox:
        assert outbox.boot == 40
    (tmp_path / "o.boot").unlink()
    damage(path, "noise")
    before = int(time.time())
    with Outbox(path) as outbox:
        assert outbox.boot > before
