"""The inbox: bounded, and who puts into a full one waits."""

from __future__ import annotations

import threading

from gateways.ingest.intake import OVERHEAD_BYTES, Inbox
from tests.ingest.support import until


def test_who_puts_into_a_full_one_waits_for_room() -> None:
    inbox = Inbox(10 * (100 + OVERHEAD_BYTES))
    done = []

    def fill() -> None:
        for i in range(50):
            assert inbox.put("t", b"%0100d" % i, 60.0)
            done.append(i)

    thread = threading.Thread(target=fill, daemon=True)
    thread.start()
    assert until(lambda: len(done) == 10)
    assert not inbox.put("t", b"x" * 100, 0.01), "no room and no patience"
    taken = []
    while len(taken) < 50:
        taken += [int(message.payload) for message in inbox.take(60.0)]
    thread.join(60)
    assert taken == list(range(50))
    assert inbox.waiting_bytes == 0


def test_one_message_larger_than_all_of_it_still_passes() -> None:
    inbox = Inbox(100)
    assert inbox.put("t", b"x" * 1000, 0.01)
    assert not inbox.put("t", b"", 0.01)
    assert len(inbox.take(0.0)) == 1


def test_closing_wakes_everyone_and_keeps_what_is_there() -> None:
    inbox = Inbox(OVERHEAD_BYTES)
    inbox.put("t", b"", 0.0)
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(inbox.put("t", b"", 20.0)), daemon=True)
    thread.start()
    inbox.close()
    thread.join(60)
    assert answers == [False]
    assert len(inbox.take(20.0)) == 1
    assert inbox.take(20.0) == []
