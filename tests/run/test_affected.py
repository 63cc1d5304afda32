"""Who is affected by the main scenario: one number in report, verdict, campaign, audit and database."""

from __future__ import annotations

import re

import pytest

from resilience.judge.figures import read_figures
from resilience.study.audit.cases import AuditSettings
from resilience.study.audit.outcome import observe, person_hours
from simulator.contracts.measurements import AFFECTED, ANY
from simulator.contracts.ticks import to_s
from stadtwerk.influx.push import identity
from stadtwerk.influx.replay import Replay
from stadtwerk.runs.finished import RunFolder, StoredSource, read_folder
from tests.run.conftest import Run
from tests.support.stored import lived


@pytest.fixture(scope="module")
def folder(main_run: Run) -> RunFolder:
    return read_folder(main_run.folder, None)


def of_report(run: Run) -> float:
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    found = re.search(r'id="person-hours"><data value="([\d.]+)"', page)
    assert found
    return float(found[1])


def of_database(folder: RunFolder) -> float:
    lines = b"".join(Replay(identity(folder, "r", now=False), StoredSource(folder.path)).advance(folder.end + 1))
    hours = re.findall(rf"^{AFFECTED.name},.*measure={ANY}\b.* .*person_hours=([\d.e+]+)", lines.decode(), re.MULTILINE)
    return float(hours[-1])


def of_audit(folder: RunFolder) -> float:
    settings = AuditSettings(at_s=0.0, until_s=to_s(folder.end))
    seen = observe(folder.scenario, lived(folder), frozenset(), folder.city, settings)
    return person_hours(seen.losses, folder.city)


def test_report_verdict_campaign_audit_and_database_count_the_same_people(main_run: Run, folder: RunFolder) -> None:
    figures = read_figures((main_run.folder / "figures.json").read_text(encoding="utf-8"))
    (metric,) = [one["value"] for one in main_run.verdict["metrics"] if one["id"] == "affected-hours"]
    assert figures.person_hours > 1000
    assert [of_report(main_run), metric, of_audit(folder), of_database(folder)] == [
        pytest.approx(figures.person_hours, rel=1e-6)
    ] * 4
