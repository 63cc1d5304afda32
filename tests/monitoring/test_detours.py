"""Which ring switches a control room wants closed: by the voltages that arrived, and by the position that the drive
reports."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from monitoring.delivered import Command, Delivered, Look, Series
from monitoring.playbooks import read_control
from monitoring.room import Room
from tests.monitoring.test_room import MINUTE

PLAN = """\
schema: stadtwerk/control/1
seats:
- {id: grid}
detours:
- {device: ring, seat: grid, position: ring/closed, here: [a1/volt, a2/volt], there: [b1/volt]}
"""
SERIES = tuple(
    Series(name, *name.split("/"), "g1", 60.0, "d1") for name in ("a1/volt", "a2/volt", "b1/volt", "ring/closed")
)
NEVER = float("nan")


def room(tmp_path: Path) -> Room:
    path = tmp_path / "control.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return Room(read_control(path), SERIES, None, 0.0)


def lived(
    at: Room, begin: int, end: int, values: tuple[float, ...], **more: tuple[str, ...]
) -> list[tuple[int, float]]:
    """When the ring switch is ordered what. What is not a number does not arrive."""
    given = []
    for minute in range(begin, end):
        own = np.array([i for i, value in enumerate(values) if not np.isnan(value)], np.int32)
        taken = np.full(len(own), minute * MINUTE - 100, np.int64)
        came = Delivered(own, taken, taken + 5, np.array(values)[own])
        acts = at.look(Look(minute * MINUTE, came, **more))
        given += [(minute, act.setting) for act in acts if isinstance(act, Command) and act.device == "ring"]
    return given


def test_a_part_that_is_dark_for_five_minutes_is_joined_to_one_that_is_fed_and_once(tmp_path: Path) -> None:
    at = room(tmp_path)
    assert lived(at, 1, 30, (1.0, 1.0, 1.0, 0.0)) == []
    assert lived(at, 30, 60, (0.0, 0.0, 1.0, 0.0))[:1] == [(35, 1.0)]
    assert lived(at, 60, 90, (1.0, 1.0, 1.0, 1.0)) == []


def test_what_did_not_close_is_ordered_open_and_closed_again(tmp_path: Path) -> None:
    """A short circuit was indicated: the drive goes on to report that it is open."""
    given = lived(room(tmp_path), 1, 40, (0.0, 0.0, 1.0, 0.0))
    assert given == [(6, 1.0), (16, 0.0), (22, 1.0), (32, 0.0), (38, 1.0)]


def test_nobody_switches_what_he_does_not_see(tmp_path: Path) -> None:
    assert lived(room(tmp_path), 1, 60, (0.0, NEVER, 1.0, 0.0)) == []  # one voltage does not arrive
    assert lived(room(tmp_path), 1, 60, (0.0, 0.0, NEVER, 0.0)) == []  # nothing is known of the other side
    assert lived(room(tmp_path), 1, 60, (0.0, 0.0, 0.0, 0.0)) == []  # dark on both sides
    assert lived(room(tmp_path), 1, 60, (0.0, 0.0, 1.0, 0.0), blind=("grid",)) == []
    assert lived(room(tmp_path), 1, 60, (0.0, 0.0, 1.0, 0.0), out=("grid",)) == []
