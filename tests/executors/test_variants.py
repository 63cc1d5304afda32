"""Variants of a run: what is changed is what differs, each is run once however often and by whom it is asked for."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from textwrap import dedent

import pytest

from resilience.judge.verdict import Value
from stadtwerk.studies import variants
from stadtwerk.studies.executors.local import LocalProcesses
from stadtwerk.studies.variants import Base, Variant, kept, run_variants
from tests.city.towns import hamlet

SCENARIO = """\
    schema: stadtwerk/scenario/1
    id: cut
    title: {en: The only cable of the hospital is cut}
    question: {en: "Does the hamlet hold?"}
    city: {path: city}
    run: {start: "2026-01-14T06:00", warmup: 10min, duration: 3h}
    timeline:
      - {id: cable, at: 30min, fault: link-cut, target: g-h, for: 1h}
      - {id: server, at: 1h, fault: node-out, target: server-1, for: 1h}
    expect:
      - {id: hospital, type: invariant, level: hospital-1}
      - {id: water, type: invariant, level: litres-west}
    """
BATTERY = json.dumps({"set": [{"link": "g-h", "autonomy_min": 61}]})
NO_SUCH_LINK = json.dumps({"set": [{"link": "nowhere", "autonomy_min": 240}]})


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Base:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "city").mkdir()
    hamlet(tmp_path / "city")
    file = tmp_path / "cut.yaml"
    file.write_text(dedent(SCENARIO), encoding="utf-8")
    return Base.of_scenario(file)


def value(variant: Variant, finding: str) -> Value:
    assert variant.verdict is not None, variant.error
    return next(f.value for f in variant.verdict.findings if f.id == finding)


def test_the_fault_that_is_left_out_and_the_battery_that_is_longer_make_the_difference(base: Base) -> None:
    calm = copy.deepcopy(dict(base.scenario))
    calm["timeline"] = [entry for entry in calm["timeline"] if entry["id"] != "cable"]
    as_it_was, without, cured = base.job(), base.job(calm), base.job(change=BATTERY)
    found = run_variants([as_it_was, without, cured])
    assert value(found[as_it_was.key], "hospital") is Value.FAIL
    assert value(found[without.key], "hospital") is Value.PASS
    assert value(found[cured.key], "hospital") is Value.PASS


def test_what_is_done_is_not_done_again_and_an_interruption_keeps_what_was_done(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [base.job(seed=seed) for seed in (1, 2, 3)]
    ran: list[int] = []
    run = variants.run_variant

    def interrupted(job: variants.Job) -> str:
        if len(ran) == 2:
            raise KeyboardInterrupt
        ran.append(job.seed)
        return run(job)

    monkeypatch.setattr(variants, "run_variant", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_variants(jobs)
    monkeypatch.setattr(variants, "run_variant", lambda job: (ran.append(job.seed), run(job))[1])
    again = run_variants(jobs)
    assert ran == [1, 2, 3]
    assert set(again) == {job.key for job in jobs}


def test_worker_processes_find_the_same(base: Base) -> None:
    jobs = [base.job(), base.job(change=BATTERY)]
    with LocalProcesses(2) as executor:
        apart = run_variants(jobs, executor)
    with kept() as store:
        records = [store.get(job.key) for job in jobs]
    assert [record and record.figures for record in records] == [variants.run_variant(job) for job in jobs]
    assert all(apart[job.key].verdict is not None for job in jobs)


def test_a_change_that_does_not_fit_says_so_and_stops_nothing_else(base: Base) -> None:
    wrong, good = base.job(change=NO_SUCH_LINK), base.job()
    found = run_variants([wrong, good])
    assert found[wrong.key].verdict is None
    assert "nowhere" in found[wrong.key].error
    assert found[good.key].verdict is not None
