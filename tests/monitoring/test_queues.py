"""Which signals a traffic centre wants to run the longest cycle: by counts of vehicles that last long enough."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from monitoring.delivered import Answered, Command, Delivered, Look, Series
from monitoring.playbooks import read_control
from monitoring.room import Room
from tests.monitoring.test_room import MINUTE

PLAN = """\
schema: stadtwerk/control/1
seats:
- {id: centre}
queues:
- {device: signal, seat: centre, reading: signal/queue, above: 30, below: 15}
"""
SERIES = (Series("signal/queue", "signal", "queue", "g1", 60.0, "d1"),)


def lived(at: Room, begin: int, counts: list[float | None], **more: tuple[str, ...]) -> list[tuple[int, float]]:
    """When the signal is ordered what; each order is answered."""
    given: list[tuple[int, float]] = []
    answers: tuple[Answered, ...] = ()
    for minute, count in enumerate(counts, start=begin):
        taken = np.full(1, minute * MINUTE - 100, np.int64)
        came = Delivered.none() if count is None else Delivered(np.zeros(1, np.int32), taken, taken, np.array([count]))
        acts = [
            one for one in at.look(Look(minute * MINUTE, came, answers=answers, **more)) if isinstance(one, Command)
        ]
        answers = tuple(Answered(one.command, "done") for one in acts)
        given += [(minute, one.setting) for one in acts]
    return given


def room(tmp_path: Path) -> Room:
    path = tmp_path / "control.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return Room(read_control(path), SERIES, None, 0.0)


def test_more_than_leave_in_a_cycle_for_ten_minutes_and_back_when_it_is_over(tmp_path: Path) -> None:
    at = room(tmp_path)
    assert lived(at, 1, [40.0] * 9 + [20.0]) == []  # not for long enough
    assert lived(at, 11, [40.0] * 20) == [(21, 1.0)]
    assert lived(at, 31, [20.0] * 20) == []  # fewer, not few
    assert lived(at, 51, [10.0] * 20) == [(61, 0.0)]


def test_what_is_not_counted_or_not_seen_is_no_reason(tmp_path: Path) -> None:
    assert lived(room(tmp_path), 1, [40.0] * 5 + [None] * 30) == []
    assert lived(room(tmp_path), 1, [40.0] * 30, blind=("centre",)) == []


def test_an_order_that_got_lost_is_given_again(tmp_path: Path) -> None:
    at = room(tmp_path)
    assert lived(at, 1, [40.0] * 11) == [(11, 1.0)]
    taken = np.full(1, 12 * MINUTE, np.int64)
    came = Delivered(np.zeros(1, np.int32), taken, taken, np.array([40.0]))
    at.look(Look(12 * MINUTE, came, answers=(Answered(1, "lost"),)))
    assert lived(at, 13, [40.0] * 15) == [(22, 1.0)]
