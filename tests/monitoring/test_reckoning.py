"""A store whose reading is forged: it is reckoned from what flows in and out, by hand the same, and read on site."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitoring.delivered import Command, Delivered, Gauge, Look, Raised
from monitoring.ordinary import learn
from monitoring.playbooks import read_control
from monitoring.reckoning import LEAST_M, Reckoning
from monitoring.room import Room
from tests.monitoring.test_room import MINUTE, PLAN, SERIES, plan, quiet_days, readings

READS = """\
- id: look
  title: {en: Look}
  when: jump
  then: {send: water, search: 10min, read: true}
  how: automatic
  again: 1h
"""

FORGED_M = 3.5


def reading_room(tmp_path: Path) -> Room:
    path = tmp_path / "control.yaml"
    path.write_text(PLAN.replace("[level, flow, pressure]", "[]") + READS, encoding="utf-8")  # nobody else to ask
    whole = read_control(path)
    return Room(whole, SERIES, learn(whole, SERIES, quiet_days(), 0), 0.0)


def seen(minute: int, level: float, flow: float) -> Delivered:
    noise = 0.003 * np.sin(minute * 12.9898) + 0.002 * np.cos(minute * 78.233)
    return readings(minute * MINUTE, level + noise, flow, pressure=22.5)


def test_reckoned_is_what_the_balance_says_by_hand(tmp_path: Path) -> None:
    """10 l/s are drawn from 100 m2 as on quiet days, nothing flows in: 0.36 m an hour, as anybody reckons it."""
    whole = plan(tmp_path)
    ordinary = learn(whole, SERIES, quiet_days(), 0)
    reckoning = Reckoning(whole, ordinary, {one.name: i for i, one in enumerate(SERIES)})
    past = [np.array([2.5, 0.01, 22.5])] * 13
    reckoning.step(past, 100, frozenset({0}), frozenset({0}))
    before, rough = reckoning.levels[0]
    assert before == pytest.approx(2.5, abs=0.02)
    past = [*past[1:], np.array([6.0, 0.0, 22.5])]
    for step in range(101, 113):
        reckoning.step(past, step, frozenset({0}), frozenset({0}))
    level, later = reckoning.levels[0]
    assert level == pytest.approx(before - 0.36, abs=0.03)
    assert rough < later < 0.2
    reckoning.read(0, 1.9)
    assert reckoning.levels[0][0] == 1.9
    assert reckoning.contradicts(0, 1.9 + FORGED_M) > 1 > reckoning.contradicts(0, 1.9 + LEAST_M)


def test_a_forged_level_does_not_keep_the_pump_from_filling_the_tank(tmp_path: Path) -> None:
    """True is 2.5 m, falling by 0.36 m an hour; told are 3.5 m more, so that the pump would never go on. It is on
    before the tank is at the 2 m below which it is to be, and at most 20 cm before."""
    room, on = reading_room(tmp_path), None
    for minute in range(1, 200):
        forged = minute > 75
        level = 2.5 - 0.006 * max(0, minute - 75) if on is None else 2.0
        acts = room.look(Look(minute * MINUTE, seen(minute, level + FORGED_M * forged, 0.0 if forged else 0.01)))
        switched = [act for act in acts if isinstance(act, Command) and act.device and act.setting == 1.0]
        if forged and switched:
            on = level
            assert switched[0].believed == "reckoned"
            break
    assert on is not None
    assert 2.0 <= on <= 2.2


def test_somebody_reads_the_gauge_again_and_again_while_it_is_not_believed(tmp_path: Path) -> None:
    room, sent, acts = reading_room(tmp_path), list[int](), list[object]()
    for minute in range(1, 261):
        level = 2.9 + (FORGED_M if minute > 75 else 0.0)
        acts = list(room.look(Look(minute * MINUTE, seen(minute, level, 0.01))))
        sent += [minute for act in acts if isinstance(act, Command) and act.gauges == ("tank/level",)]
    assert np.diff(sent).tolist() == [60] * (len(sent) - 1)
    assert len(sent) >= 3
    told = room.look(Look(261 * MINUTE, seen(261, 2.9 + FORGED_M, 0.01), gauges=(Gauge("tank/level", 1.5),)))
    switched = next(act for act in told if isinstance(act, Command) and act.device)
    assert (switched.setting, switched.value, switched.believed) == (1.0, 1.5, "reckoned")


def test_a_gauge_stays_doubted_while_it_contradicts_its_balance_and_is_believed_once_it_does_not(
    tmp_path: Path,
) -> None:
    room, raised = reading_room(tmp_path), list[str]()
    for minute in range(1, 420):
        level = 2.5 + (FORGED_M if 75 < minute <= 300 else 0.0)
        raised += [a.kind for a in room.look(Look(minute * MINUTE, seen(minute, level, 0.01))) if isinstance(a, Raised)]
        if 90 < minute < 300:
            assert "tank/level" in room.alarms.distrusted()
    assert "contradiction" in raised
    assert not room.alarms.distrusted()
