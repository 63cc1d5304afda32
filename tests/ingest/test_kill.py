"""`kill -9` of ingest in the middle of a stream: what was acknowledged is in the store, and is there once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateways.brokers.embedded import EmbeddedBroker
from tests.ingest.stored import read_ledger
from tests.ingest.support import ROOT, Ingest, Packs, Sender, rows_of, running, until, written

KILLS = 6


def test_killed_again_and_again_nothing_acknowledged_is_missing(tmp_path: Path, broker: EmbeddedBroker) -> None:
    rng = random.Random(11)
    packs = [Packs("gw-1", count=50), Packs("gw-2", count=50)]
    ingest = Ingest(tmp_path, [broker.address("ingest-1")], batch_s=0.01)
    with (
        running(ingest),
        Sender(packs[0], [broker.address("gw-1")]) as first,
        Sender(packs[1], [broker.address("gw-2")]) as second,
    ):
        senders, sequence, in_flight = (first, second), 0, 0
        for _ in range(KILLS):
            told = first.acked
            until_s = time.monotonic() + 0.6 + rng.random() / 4
            while time.monotonic() < until_s or first.acked <= told:
                for sender in senders:
                    sender.take(sequence)
                sequence += 1
                time.sleep(0.004)
            ingest.kill()
            in_flight += not (first.done() and second.done())
            acked = first.acked, second.acked
            stored = rows_of(ingest.store)
            assert len(stored) == written(ingest.store), "not even the file holds one twice"
            marks = read_ledger(ingest.store)
            for sender, mark in zip(senders, acked, strict=True):
                gateway = sender.packs.gateway
                assert marks[gateway, 1] >= mark, "the ledger is never behind what was told"
                expected = sender.packs.rows(range(mark + 1))
                assert expected.items() <= stored.items(), "every acknowledged reading"
                assert len([key for key in stored if key[0] == gateway]) % 50 == 0, "packs are whole or not there"
            ingest.start()
        assert until(lambda: first.done() and second.done())
        assert in_flight, "at least once it was killed with packs on the way"
        assert ingest.stop() == 0
    assert rows_of(ingest.store) == packs[0].rows(range(sequence)) | packs[1].rows(range(sequence))
    assert read_ledger(ingest.store) == {("gw-1", 1): sequence - 1, ("gw-2", 1): sequence - 1}


def test_a_clean_end_commits_and_acknowledges_what_has_come(tmp_path: Path, broker: EmbeddedBroker) -> None:
    packs = Packs("gw-3", count=20)
    ingest = Ingest(tmp_path, [broker.address("ingest-1")], batch_s=0.05)
    with running(ingest), Sender(packs, [broker.address("gw-3")]) as sender:
        sender.take(0)
        assert until(sender.done)
        for sequence in range(1, 100):
            sender.take(sequence)
        assert until(lambda: sender.acked > 10)
        assert ingest.stop() == 0
        acked = sender.acked
    assert packs.rows(range(acked + 1)).items() <= rows_of(ingest.store).items()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_dies_with_its_parent(tmp_path: Path, broker: EmbeddedBroker) -> None:
    ingest = Ingest(tmp_path, [broker.address("ingest-1")])
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-m', 'gateways.ingest', {str(ingest.config)!r}])\n"
        "print(child.pid, flush=True)\ntime.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert until(ingest.store.exists)
        parent.kill()

    def gone() -> bool:
        try:
            return Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except FileNotFoundError:
            return True

    assert until(gone)


def test_a_wrong_configuration_is_said_and_a_file_that_cannot_be_used_too(
    tmp_path: Path, broker: EmbeddedBroker
) -> None:
    command = [sys.executable, "-m", "gateways.ingest"]
    (tmp_path / "bad.json").write_text('{"name": 3}')
    bad = subprocess.run([*command, str(tmp_path / "bad.json")], capture_output=True, text=True, cwd=ROOT, check=False)
    assert bad.returncode == 64
    assert bad.stderr.count("\n") == 3, bad.stderr
    ingest = Ingest(tmp_path, [broker.address("ingest-1")], store={"kind": "embedded", "path": "bad.json/x"})
    wrong = subprocess.run([*command, str(ingest.config)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert wrong.returncode == 70
    assert "Traceback" not in wrong.stderr
