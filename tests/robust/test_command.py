"""`stadtwerk robust` on the hamlet. Its hospital has a battery for 10 min, and its only cable is cut for an hour.

So it is without power for 50 min, for 51 min with a battery that is a tenth smaller, and for 49 min with one that is a
tenth larger. Gaps of up to 50.5 min are allowed: the smaller battery breaks that. Later half of its staff is absent for
10 min, which was assumed: a little more or less of it changes its service, but makes no gap that is too long.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from stadtwerk.__main__ import main
from stadtwerk.studies import variants
from tests.city.towns import hamlet
from tests.foreground import hears_ctrl_c

SCENARIO = """\
    schema: stadtwerk/scenario/1
    id: cut
    title: {de: Das einzige Kabel, en: The only cable}
    question: {de: "Hält der Weiler?", en: "Does the hamlet hold?"}
    city: {path: city}
    run: {start: "2026-01-14T06:00", warmup: 10min, duration: 3h}
    timeline:
      - {id: cable, at: 30min, fault: link-cut, target: g-h, for: 1h}
      - {id: staff, at: 2h, fault: staff-absent, target: hospital-1, for: 10min}
    expect:
      - {id: hospital, type: invariant, level: hospital-1, longest: 50min 30s, time_below: 2h}
      - {id: water, type: invariant, level: water-supply-city}
    """
BATTERY, STAFF, LIMIT_S = "hospital.power.600", "staff-absent.share", 300.0


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "city").mkdir()
    hamlet(tmp_path / "city")
    (tmp_path / "cut.yaml").write_text(dedent(SCENARIO), encoding="utf-8")
    assert main(["run", str(tmp_path / "cut.yaml"), "--mqtt", "off", "--out", str(tmp_path / "run")]) in (0, 1, 2)
    return tmp_path / "run"


def command(run: Path, *more: str) -> list[str]:
    return ["robust", str(run), "--city", str(run.parent / "city"), *more]


def record(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "robust.json").read_text(encoding="utf-8"))
    return found


def kept(run: Path) -> int:
    try:
        (path,) = (run.parent / "cache").rglob("variants/*.sqlite")
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
            return int(store.execute("SELECT count(*) FROM runs").fetchone()[0])
    except (ValueError, sqlite3.OperationalError):  # not there yet
        return 0


def test_the_assumption_that_a_finding_leans_on_is_found_and_named_where_it_breaks_it(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.name for path in run.iterdir())
    capsys.readouterr()
    assert main(command(run, "--seeds", "2")) == 1
    said = capsys.readouterr()
    found = record(run)
    of = {one["finding"]: one for one in found["findings"]}
    hospital, water = of["hospital"], of["water"]
    assert hospital["verdict"] == "pass"
    assert hospital["margin"] == pytest.approx(0.5 / 50.5)
    assert set(hospital["leans_on"]) == {BATTERY, STAFF}
    assert (hospital["holds"], hospital["tried"]) == (3, 4)
    assert [(o["assumption"], o["factor"], o["verdict"]) for o in hospital["otherwise"]] == [(BATTERY, 0.9, "fail")]
    assert (water["verdict"], water["leans_on"], water["tried"]) == ("pass", [], 0)
    # what it would come to is said where people look, and nothing else was left
    assert "holds in 3 of 4" in said.out and "goes on without power (10 min)" in said.out
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "holds in 3 of 4" in page and "no change touched what it judges" in page
    assert sorted(path.name for path in run.iterdir()) == sorted([*before, "robust.json"])
    # progress, with the time that is left
    total = found["variants"] + 1
    assert f"{total} of {total} runs, 0 failed, about 0 s left" in said.err
    assert kept(run) == total


def test_what_was_done_before_an_interruption_is_kept_and_not_done_again(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lived, calls = variants.run_variant, 0

    def counted(job: Any) -> str:
        nonlocal calls
        calls += 1
        if calls == stop_at:
            raise KeyboardInterrupt
        return lived(job)

    monkeypatch.setattr(variants, "run_variant", counted)
    stop_at = 6
    assert main(command(run, "--seeds", "2")) == 130
    assert "what was finished is kept, and the same command goes on" in capsys.readouterr().err
    assert kept(run) == 5 and not (run / "robust.json").exists()
    calls, stop_at = 0, -1
    assert main(command(run, "--seeds", "2")) == 1
    assert calls == record(run)["variants"] + 1 - 5
    pieces, calls = (run / "robust.json").read_bytes(), 0
    assert main(command(run, "--seeds", "2")) == 1
    assert calls == 0
    for path in (run.parent / "cache").rglob("variants/*.sqlite*"):
        path.unlink()
    assert main(command(run, "--seeds", "2")) == 1
    assert (run / "robust.json").read_bytes() == pieces


def test_a_run_of_another_city_shows_nothing(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    links = run.parent / "city" / "links.csv"
    text = links.read_text(encoding="utf-8")
    (line,) = [one for one in text.splitlines() if one.startswith("g-h,")]
    assert ",10," in line
    links.write_text(text.replace(line, line.replace(",10,", ",1,")), encoding="utf-8")
    assert main(command(run)) == 64
    assert "run again, it comes out otherwise by hospital" in capsys.readouterr().err


@pytest.mark.parametrize("more", [("--jobs", "0"), ("--seeds", "-1"), ("--jobs", "2", "--dask", "tcp://127.0.0.1:9")])
def test_what_cannot_be_asked_is_bad_input(run: Path, more: tuple[str, ...]) -> None:
    assert main(command(run, *more)) == 64
    assert not (run / "robust.json").exists()


@pytest.mark.nightly
def test_a_dask_cluster_and_two_processes_leave_the_same(run: Path) -> None:
    from distributed import LocalCluster

    def afresh() -> None:
        (run / "robust.json").unlink()
        for path in (run.parent / "cache").rglob("variants/*.sqlite*"):
            path.unlink()

    assert main(command(run)) == 1
    alone = (run / "robust.json").read_bytes()
    afresh()
    assert main(command(run, "--jobs", "2")) == 1
    assert (run / "robust.json").read_bytes() == alone
    afresh()
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        assert main(command(run, "--dask", cluster.scheduler_address)) == 1
    assert (run / "robust.json").read_bytes() == alone


@pytest.mark.nightly
@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_stopped_by_hand_or_killed_it_goes_on(run: Path, how: signal.Signals, code: int) -> None:
    more = ("--seeds", "40", "--jobs", "2")
    started = subprocess.Popen(
        [sys.executable, "-m", "stadtwerk", *command(run, *more)],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
        preexec_fn=hears_ctrl_c,  # noqa: PLW1509
    )
    try:
        end = time.monotonic() + LIMIT_S
        while kept(run) < 5:
            assert started.poll() is None, "it ended before it could be stopped"
            assert time.monotonic() < end, "it does not get on"
            time.sleep(0.02)
    finally:
        os.kill(started.pid, how)
        assert started.wait(LIMIT_S) == code
    done = kept(run)
    assert main(command(run, *more)) == 1
    total = record(run)["variants"] + 1
    assert 5 <= done < total == kept(run)
