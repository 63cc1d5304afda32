"""What was put into the readings of a known plant is found, by what was known at the time."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from monitoring.baseline import FACTS, NUMBERS, Baseline, fits, learn, load, save
from monitoring.detectors import ByForecast
from monitoring.recording import read_recording
from monitoring.watch import HEADS, Alarm, watch
from simulator.contracts.problem import BadInput, Unable
from tests.monitoring.plant import NAMES, course, write

ROOT = Path(__file__).resolve().parents[2]
HISTORY_H, WATCHED_H = 24 * 60, 24 * 14


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learned")
    history = read_recording(write(folder / "history.csv", course(HISTORY_H, seed=1)))
    save(learn(history).baseline, folder / "baseline")
    return folder / "baseline"


@pytest.fixture(scope="module")
def baseline(learned: Path) -> Baseline:
    return load(learned)


def alarms(baseline: Baseline, path: Path) -> tuple[Alarm, ...]:
    recording, _remarks = fits(baseline, read_recording(path), str(path))
    return watch(baseline, recording).alarms


def test_readings_without_an_incident_raise_hardly_any(baseline: Baseline, tmp_path: Path) -> None:
    """Fewer than one false alarm a week is promised: eight weeks of four plants."""
    every = [alarms(baseline, write(tmp_path / "r.csv", course(WATCHED_H, seed))) for seed in range(2, 6)]
    assert sum(map(len, every)) <= 8


@pytest.mark.parametrize(
    ("series", "forge"),
    [
        ("level", lambda v: v + 0.4),
        ("level", lambda v: np.full_like(v, v[0])),
        ("inflow", lambda v: v * 0.8),
        ("pressure", lambda v: v - 0.3),
        ("pump", lambda v: 1 - v),
        ("demand", lambda v: v + 20),
    ],
    ids=["offset", "frozen", "scaled", "pressure", "state forged", "beyond"],
)
def test_what_was_forged_is_found_within_a_day(baseline: Baseline, tmp_path: Path, series: str, forge: object) -> None:
    values = course(WATCHED_H, seed=2)
    at, first, last = NAMES.index(series), 200, 248
    values[first:last, at] = forge(values[first:last, at])  # type: ignore[operator]
    found = [one for one in alarms(baseline, write(tmp_path / "r.csv", values)) if first <= one.raised < last]
    assert found and found[0].raised <= first + 24
    assert found[0].cleared is None or found[0].cleared < last + 48


def test_what_is_told_as_expected_is_possible_and_when_it_began_is_kept(baseline: Baseline, tmp_path: Path) -> None:
    """A pipe never runs backwards here; what goes on and off after it was raised did not begin later."""
    values = course(WATCHED_H, seed=2)
    values[100:148, 1] = 60.0
    values[148:200:3, 0] += 0.6
    path = write(tmp_path / "r.csv", values)
    recording = read_recording(path)
    evidence = ByForecast().see(recording, baseline.scaling, baseline.learned["forecast"])
    history = course(HISTORY_H, seed=1)
    for name, expected in zip(evidence.series, evidence.expected.T, strict=True):
        seen, told = history[:, NAMES.index(name)], expected[np.isfinite(expected)]
        assert seen.min() - 1e-3 <= told.min() and told.max() <= seen.max() + 1e-3
    (alarm,) = (
        one for one in alarms(baseline, path) if one.kind == "forecast" and one.raised <= 100 < (one.cleared or 999)
    )
    assert alarm.begin <= alarm.raised and alarm.end is not None and alarm.end >= 198
    before = alarms(baseline, write(tmp_path / "before.csv", values[: alarm.raised + 1]))
    assert alarm.begin in {one.begin for one in before if one.kind == "forecast"}, "known when it was raised"


def test_silence_and_a_state_that_never_was(baseline: Baseline, tmp_path: Path) -> None:
    values = course(WATCHED_H, seed=2)
    values[100:120, 3] = np.nan
    values[200:, 2] = 7
    found = {one.kind for one in alarms(baseline, write(tmp_path / "r.csv", values))}
    assert {"silence", "state"} <= found


def test_nothing_looks_ahead(baseline: Baseline, tmp_path: Path) -> None:
    """Alarms of the first half are the same whatever comes after it."""
    values = course(WATCHED_H, seed=2)
    values[100:130, 0] += 0.6
    half = WATCHED_H // 2
    whole = alarms(baseline, write(tmp_path / "whole.csv", values))
    short = alarms(baseline, write(tmp_path / "short.csv", values[:half]))
    known = [(one.raised, one.kind, one.series) for one in whole if one.raised < half]
    assert known and known == [(one.raised, one.kind, one.series) for one in short]


def test_the_same_bytes_in_any_process(learned: Path, tmp_path: Path) -> None:
    """Learned and watched by the command line, in two processes with unlike hash seeds, from another folder."""
    values = course(WATCHED_H, seed=2)
    values[100:130, 0] += 0.6
    history, readings = write(tmp_path / "h.csv", course(24 * 20, seed=1)), write(tmp_path / "r.csv", values)
    outcome = []
    for seed in ("1", "2"):
        place = tmp_path / seed
        place.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        for command in (
            ["learn", str(history), "--out", "b"],
            ["watch", str(readings), "--baseline", "b", "--out", "a.csv", "--plot", "a.html", "--lang", "de"],
        ):
            done = subprocess.run(
                [sys.executable, "-m", "stadtwerk", "monitor", *command], cwd=place, env=environment, check=False,
                capture_output=True, text=True,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
        outcome.append([(place / name).read_bytes() for name in (f"b/{FACTS}", f"b/{NUMBERS}", "a.csv", "a.html")])
    assert outcome[0] == outcome[1]
    rows = list(csv.reader(outcome[0][2].decode().splitlines()))
    assert tuple(rows[0]) == HEADS and len(rows) > 1
    assert rows[1][0].startswith("2025-01-")
    page = outcome[0][3].decode()
    assert "<svg" in page and "<script" not in page and "ausgelöst" in page


def test_the_room_needs_no_town(learned: Path, tmp_path: Path) -> None:
    """In a process in which neither domains nor coupling nor the city can be imported, nor the learner."""
    readings = write(tmp_path / "r.csv", course(48, seed=2))
    code = f"""
import sys
for name in ("simulator.domains", "simulator.coupling", "simulator.city", "resilience", "stadtwerk", "lightgbm"):
    sys.modules[name] = None
from pathlib import Path
from monitoring.baseline import fits, load
from monitoring.detectors import ByForecast
from monitoring.recording import read_recording
from monitoring.watch import as_csv, watch
baseline = load(Path({str(learned)!r}))
recording, _ = fits(baseline, read_recording(Path({str(readings)!r})), "r.csv")
print(as_csv(watch(baseline, recording).alarms, recording, "en"), end="")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.startswith(",".join(HEADS))


def test_readings_that_do_not_fit_are_refused_with_every_reason(baseline: Baseline, tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", course(WATCHED_H, seed=2))
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line.replace("pump", "p1") for line in lines[::2]))
    with pytest.raises(BadInput) as bad:
        fits(baseline, read_recording(path), str(path))
    told = bad.value.told("en")
    assert "lacks: pump" in told and "7200 s" in told.replace(",", "")


def test_a_baseline_is_data_and_a_broken_one_is_told(learned: Path, tmp_path: Path) -> None:
    facts = json.loads((learned / FACTS).read_text())
    for name, change in (("version", 99), ("series", ["a"]), ("detectors", 5)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / NUMBERS).write_bytes((learned / NUMBERS).read_bytes())
        (folder / FACTS).write_text(json.dumps({**facts, name: change}))
        with pytest.raises(BadInput, match=r"baseline\.(json|npz)"):
            load(folder)
    with pytest.raises(BadInput, match="cannot be read"):
        load(tmp_path / "nowhere")
    objects = tmp_path / "objects"
    objects.mkdir()
    (objects / FACTS).write_text(json.dumps(facts))
    with (objects / NUMBERS).open("wb") as stream:
        np.savez(stream, step=np.array([print], dtype=object))
    with pytest.raises(BadInput, match="is no baseline"):
        load(objects)


def test_too_short_a_history_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unable, match="too few"):
        learn(read_recording(write(tmp_path / "h.csv", course(100, seed=1))))
