"""Thresholds are tuned on some runs and judged on others: by readings that are played again, never by the same runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitoring.delivered import Delivered, Look
from monitoring.ordinary import learn
from monitoring.playbooks import ControlFile, read_control
from monitoring.replay import Recorded
from simulator.contracts.history import Executed
from stadtwerk.studies.tuning import FALSE_ALARM_H, Lived, Tuned, tune
from tests.ict.town import component, town
from tests.monitoring.test_room import MINUTE, PLAN, SERIES, plan, quiet_days, readings

HOURS = 6
TOWN = town([component("tank", "tank", "d1"), component("pump", "pump", "d1"), component("node", "junction", "d1")])


def lived(whole: ControlFile, leak_m_s: float, seed: int) -> Lived:
    """A tank of 100 m2 that leaks from the second hour to the fifth."""
    draw, level, looks = np.random.default_rng(seed), 2.95, []
    for minute in range(1, HOURS * 60 + 1):
        level -= 60 * leak_m_s if 120 < minute <= 300 else 0.0
        given: Delivered = readings(minute * MINUTE, level + 0.003 * float(draw.standard_normal()))
        looks.append(Look(minute * MINUTE, given))
    head = {"checks": ["balance"], "midnight_s": 0.0, "end_s": HOURS * 3600.0}
    recorded = Recorded(head, whole, SERIES, learn(whole, SERIES, quiet_days(), 0), tuple(looks))
    broken = Executed("leak", "node", "burst", 120 * MINUTE, 300 * MINUTE, None, False)
    return Lived(recorded, TOWN, (), (broken,), HOURS * 60 * MINUTE)


def test_the_cost_is_the_hours_until_a_fault_is_noticed(tmp_path: Path) -> None:
    whole = plan(tmp_path)
    assert lived(whole, 0.0, 1).cost(whole, FALSE_ALARM_H) == 3.0, "nobody notices what lasts three hours"
    assert 0.5 <= lived(whole, 2e-4, 1).cost(whole, FALSE_ALARM_H) < 1.5


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    """On leaks that are too small for the usual limit."""
    whole = plan(tmp_path_factory.mktemp("city"))
    runs = [lived(whole, 4.2e-5, seed) for seed in range(8)]
    return tune(runs[:4], runs[4:])


def test_what_was_missed_is_noticed_with_other_thresholds(tuned: Tuned) -> None:
    assert sum(tuned.tuned_after) < sum(tuned.tuned_before)
    (found,) = (one for one in tuned.thresholds if one.kind == "balance")
    assert found.at < 1
    assert tuned.improves
    assert tuned.gain.value == pytest.approx(
        (sum(tuned.judged_before) - sum(tuned.judged_after)) / len(tuned.judged_before)
    )


def test_what_only_helps_where_it_was_tuned_is_no_improvement() -> None:
    """The runs that were not tuned on decide, whatever those say that were."""
    assert not Tuned((), (3.0, 3.0, 3.0), (1.0, 1.0, 1.0), (2.0, 1.0, 3.0), (1.9, 1.4, 2.9)).improves
    assert Tuned((), (1.0,) * 4, (1.0,) * 4, (2.0, 2.1, 2.2, 2.3), (1.0, 1.2, 1.1, 1.2)).improves


def test_thresholds_stand_in_the_control_file(tmp_path: Path) -> None:
    path = tmp_path / "control.yaml"
    path.write_text(PLAN + "thresholds:\n- {kind: balance, at: 0.5, lasts: 10min}\n", encoding="utf-8")
    whole = read_control(path)
    run = lived(whole, 4.2e-5, 1)
    assert run.cost(whole, FALSE_ALARM_H) < run.cost(whole.model_copy(update={"thresholds": []}), FALSE_ALARM_H)
