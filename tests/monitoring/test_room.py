"""The control room: what it believes, what it raises, what it does; and that it needs nothing but what is delivered."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitoring.checks import CHECKS
from monitoring.delivered import AFTER, Acknowledged, Answered, Command, Delivered, Look, Raised, Report, Series
from monitoring.operators import Operators
from monitoring.ordinary import DAY, learn
from monitoring.playbooks import ControlFile, read_control
from monitoring.room import Room, plain
from simulator.contracts.problem import BadInput

MINUTE = 60_000

PLAN = """\
schema: stadtwerk/control/1
seats:
- {id: works, decide: 2min}
levels:
- {device: pump, seat: works, reading: tank/level, below: 2.0, above: 3.0, timetable: [0, 1]}
balances:
- id: zone
  title: {en: Zone}
  seat: works
  into: [pump/flow]
  stores: [{reading: tank/level, area_m2: 100.0}]
  districts: [d1]
witnesses: [level, flow, pressure]
playbooks:
- {id: leak, title: {en: Leak}, when: balance, then: {send: water, search: 1h}}
- {id: call, title: {en: Call}, when: report, trade: water, then: {send: water}, how: automatic}
"""

SERIES = (
    Series("tank/level", "tank", "level", "g1", 60.0, "d1"),
    Series("pump/flow", "pump", "flow", "g1", 60.0, "d1"),
    Series("node/pressure", "node", "pressure", "g2", 60.0, "d1"),
)


def plan(tmp_path: Path) -> ControlFile:
    path = tmp_path / "control.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return read_control(path)


def quiet_days() -> np.ndarray:
    """Three days of a tank that breathes, a pump that follows, and a pressure that is the level plus noise."""
    noise = np.random.default_rng(1)
    t = np.arange(3 * DAY) / DAY * 2 * np.pi
    level = 2.5 + 0.4 * np.sin(t)
    # what flows in is what is stored and 10 l/s that are drawn
    flow = 100.0 * 0.4 * np.cos(t) * 2 * np.pi / 86400 + 0.01
    rows = np.stack([level, flow, level + 20], axis=1)
    return rows + noise.standard_normal(rows.shape) * [0.005, 1e-5, 0.01]


def readings(now: int, level: float, flow: float = 0.01, pressure: float | None = None) -> Delivered:
    values = np.array([level, flow, level + 20 if pressure is None else pressure])
    at = np.full(3, now - 100, np.int64)
    return Delivered(np.arange(3, dtype=np.int32), at, at + 5, values)


def lived(room: Room, minutes: int, level, begin: int = 0, **more):  # type: ignore[no-untyped-def]
    """What the room does, minute by minute, in a town whose level is `level(minute)`."""
    acts = []
    for minute in range(begin + 1, begin + minutes + 1):
        noise = 0.003 * np.sin(minute * 12.9898) + 0.002 * np.cos(minute * 78.233)
        true = level(minute) + noise
        acts += room.look(Look(minute * MINUTE, readings(minute * MINUTE, true, **more)))
    return acts


def room_of(tmp_path: Path) -> Room:
    whole = plan(tmp_path)
    return Room(whole, SERIES, learn(whole, SERIES, quiet_days(), 0), 0.0)


def test_a_pump_is_switched_by_the_level_that_was_delivered(tmp_path: Path) -> None:
    room = Room(plan(tmp_path), SERIES, None, 0.0)
    (first,) = room.look(Look(MINUTE, readings(MINUTE, 1.9)))
    assert isinstance(first, Command)
    assert (first.device, first.setting, first.believed) == ("pump", 1.0, "measured")
    answered = (Answered(first.command, "done"),)
    assert room.look(Look(2 * MINUTE, readings(2 * MINUTE, 2.5), answers=answered)) == ()
    (last,) = room.look(Look(3 * MINUTE, readings(3 * MINUTE, 3.1)))
    assert isinstance(last, Command)
    assert last.setting == 0.0


def test_without_readings_it_goes_by_the_timetable_and_says_so(tmp_path: Path) -> None:
    room = Room(plan(tmp_path), SERIES, None, 0.0)
    (command,) = room.look(Look(MINUTE))
    assert isinstance(command, Command)
    assert (command.setting, command.believed) == (1.0, "timetable")


def test_a_command_that_nobody_answers_is_given_again(tmp_path: Path) -> None:
    room = Room(plan(tmp_path), SERIES, None, 0.0)
    given = [act for minute in range(1, 13) for act in room.look(Look(minute * MINUTE, readings(minute * MINUTE, 1.9)))]
    assert [act.command for act in given if isinstance(act, Command)] == [1, 2]


def test_a_late_answer_is_to_the_command_that_it_answers(tmp_path: Path) -> None:
    """The pump says that it is on when it has been told to go off: the order to go off is given again."""
    room = Room(plan(tmp_path), SERIES, None, 0.0)
    given = []
    for minute in range(1, 14):
        answers = (Answered(1, "done"),) if minute == 3 else ()
        level = 1.9 if minute == 1 else 3.1
        given += room.look(Look(minute * MINUTE, readings(minute * MINUTE, level), answers=answers))
    assert [act.setting for act in given if isinstance(act, Command)] == [1.0, 0.0, 0.0]


def test_a_seat_that_is_lost_commands_nothing(tmp_path: Path) -> None:
    room = Room(plan(tmp_path), SERIES, None, 0.0)
    assert room.look(Look(MINUTE, readings(MINUTE, 1.0), out=("works",))) == ()


def test_a_forged_jump_is_an_alarm_and_the_reading_is_not_believed(tmp_path: Path) -> None:
    room = room_of(tmp_path)
    acts = lived(room, 60, lambda minute: 2.5)
    assert not [act for act in acts if isinstance(act, Raised)]
    at, acts = 60, []
    for minute in range(at + 1, at + 21):
        forged = readings(minute * MINUTE, 6.5 + 0.003 * np.sin(minute * 12.9898), pressure=22.5)
        acts += room.look(Look(minute * MINUTE, forged))
    kinds = {act.kind for act in acts if isinstance(act, Raised)}
    assert {"range", "jump"} & kinds
    assert {act.believed for act in acts if isinstance(act, Command)} <= {
        "measured",
        "reckoned",
        "estimated",
        "timetable",
    }
    assert "tank/level" in room.alarms.distrusted()


def test_a_leak_shows_in_the_balance_and_an_operator_sends_a_crew(tmp_path: Path) -> None:
    room = room_of(tmp_path)
    lived(room, 90, lambda minute: 2.9 - 0.0001 * minute)
    # 40 l/s leave a tank of 100 m2: 24 mm a minute
    acts = lived(room, 120, lambda minute: 2.9 - 0.009 - 0.024 * (minute - 90), begin=90)
    alarm = next(act for act in acts if isinstance(act, Raised) and act.kind == "balance")
    assert alarm.districts == ("d1",)
    assert any(isinstance(act, Acknowledged) and act.alarm == alarm.alarm and act.after_s >= 120 for act in acts)
    sent = next(act for act in acts if isinstance(act, Command) and act.trade)
    assert (sent.trade, sent.districts, sent.search_s, sent.playbook) == ("water", ("d1",), 3600.0, "leak")


@pytest.mark.parametrize(("flow", "raised"), [(0.0, True), (0.01, False)])
def test_a_pump_that_is_ordered_to_run_and_does_not_is_a_discrepancy(tmp_path: Path, flow: float, raised: bool) -> None:
    """ISA-18.2: a discrepancy alarm tells that a state is not the one that was ordered, as of a motor that stands."""
    path = tmp_path / "control.yaml"
    path.write_text(PLAN.replace("timetable: [0, 1]", "timetable: [0, 1], shown: pump/flow"), encoding="utf-8")
    whole = read_control(path)
    room = Room(whole, SERIES, learn(whole, SERIES, quiet_days(), 0), 0.0)
    acts = lived(room, 60, lambda minute: 1.95, flow=flow)
    found = [act for act in acts if isinstance(act, Raised) and act.kind == "discrepancy"]
    assert [(act.subject, act.series) for act in found] == ([("pump", ("pump/flow",))] if raised else [])


def test_a_pump_that_runs_though_it_is_to_stand_is_a_discrepancy(tmp_path: Path) -> None:
    path = tmp_path / "control.yaml"
    path.write_text(PLAN.replace("timetable: [0, 1]", "timetable: [], shown: pump/flow"), encoding="utf-8")
    whole = read_control(path)
    room = Room(whole, SERIES, learn(whole, SERIES, quiet_days(), 0), 0.0)
    acts = lived(room, 60, lambda minute: 3.05, flow=0.0)
    assert not [act for act in acts if isinstance(act, Raised) and act.kind == "discrepancy"]
    acts = lived(room, 30, lambda minute: 3.05, begin=60, flow=0.01)
    assert [act.subject for act in acts if isinstance(act, Raised) and act.kind == "discrepancy"] == ["pump"]


def test_a_report_is_followed_by_a_playbook_once_in_its_time(tmp_path: Path) -> None:
    room = Room(plan(tmp_path), SERIES, None, 0.0)
    told = (Report("water", "d1"),)
    acts = [act for m in range(1, 30) for act in room.look(Look(m * MINUTE, reports=told))]
    assert [act.playbook for act in acts if isinstance(act, Command) and act.trade] == ["call"]


def test_who_has_too_many_alarms_is_late_with_the_last() -> None:
    people = Operators(1, 180.0)
    for number in range(1, 11):
        people.hear(0, Raised(number, "silence", f"g{number}", "works", 1.0))
    done = [(alarm.alarm, after) for minute in range(60) for alarm, after in people.dealt_with(minute * MINUTE)]
    assert done == [(n, n * 180_000) for n in range(1, 11)]


def test_the_same_looks_give_the_same_acts(tmp_path: Path) -> None:
    one, other = (list(plain(0, lived(room_of(tmp_path), 120, lambda m: 2.5 - 0.004 * m))) for _ in range(2))
    assert one == other


def test_every_mistake_in_a_control_file_is_told_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "control.yaml"
    path.write_text(PLAN.replace("  seat: works\n", "  seat: work\n").replace("above: 3.0", "above: 1.0"))
    with pytest.raises(BadInput) as bad:
        read_control(path)
    assert {problem.line for problem in bad.value.problems} == {5, 9}


ALONE = """
import sys

class Never:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[:2] in (["simulator", "domains"], ["simulator", "coupling"], ["simulator", "kernel"]):
            raise ImportError(f"{name} is not for the control room")
        if name.split(".")[0] in ("resilience", "stadtwerk", "gateways"):
            raise ImportError(f"{name} is not for the control room")

sys.meta_path.insert(0, Never())
from pathlib import Path
from monitoring.replay import acts, recorded

folder = Path(sys.argv[1])
again, before = b"".join(acts(folder)), b"".join(recorded(folder))
assert before and again == before, (len(before), len(again))
print(before.count(b'"act":"raised"'), before.count(b'"act":"command"'))
"""


def alone(folder: Path) -> str:
    """The room in a process of its own, where neither domains nor coupling can be imported; what it did again."""
    done = subprocess.run([sys.executable, "-c", ALONE, str(folder)], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return done.stdout


def test_the_room_alone_does_the_same_again_from_what_was_recorded(tmp_path: Path) -> None:
    import orjson
    import pyarrow as pa
    import pyarrow.parquet as pq

    whole = plan(tmp_path)
    ordinary = learn(whole, SERIES, quiet_days(), 0)
    ordinary.save(tmp_path / "ordinary.json")
    ordinary = type(ordinary).load(tmp_path / "ordinary.json")
    rows, lines = [], []
    head: dict[str, Any] = {
        "begin_s": 0.0,
        "end_s": 7200.0,
        "midnight_s": 0.0,
        "mode": "closed-loop",
        "checks": ["balance", "jump"],
    }
    head["series"] = [[getattr(one, name) for name in one.__slots__] for one in SERIES]
    room = Room(whole, SERIES, ordinary, 0.0, {kind: CHECKS[kind] for kind in head["checks"]})
    for minute in range(1, 120):
        now = minute * MINUTE + AFTER
        given = readings(now - AFTER, 2.9 - 0.024 * max(0, minute - 40) + 0.003 * np.sin(minute * 12.9898))
        told = (Report("water", "d1"),) if minute == 50 else ()
        columns_of = (given.series, given.taken, given.arrived, given.values)
        rows += zip(*(column.tolist() for column in columns_of), strict=True)
        if told:
            lines.append({"t_s": now / 1000, "reports": [["water", "d1"]]})
        lines += plain(now, room.look(Look(now, given, told)))
    (tmp_path / "control.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in [head, *lines]))
    names = pa.array([one.name for one in SERIES])
    sensors = pa.DictionaryArray.from_arrays(pa.array([row[0] for row in rows], pa.int32()), names)
    columns = {
        "t_s": [row[1] / 1000 for row in rows],
        "sensor": sensors,
        "value": [row[3] for row in rows],
        "delivered_s": [row[2] / 1000 for row in rows],
    }
    pq.write_table(pa.table(columns), tmp_path / "readings.parquet")
    raised, commands = alone(tmp_path).split()
    assert int(raised) >= 2
    assert int(commands) >= 2
