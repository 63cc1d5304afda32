"""`stadtwerk events`: the log of a run as sentences, filtered by component, cause and time, in both languages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stadtwerk.__main__ import BAD_INPUT, main
from tests.run.conftest import Run


@pytest.fixture
def told(main_run: Run, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def ask(*options: str) -> list[str]:
        assert main(["events", str(main_run.folder), *options]) == 0
        return capsys.readouterr().out.splitlines()

    return ask


def ids(lines: list[str]) -> list[int]:
    return [int(line.split()[0]) for line in lines]


def test_every_event_has_a_line(told, main_run: Run) -> None:  # type: ignore[no-untyped-def]
    assert ids(told()) == [event["id"] for event in main_run.events]


def test_a_component_is_shown_with_its_links_and_levels(told, main_run: Run) -> None:  # type: ignore[no-untyped-def]
    lines = told("--component", "hospital-1", "--lang", "de")
    mine = {e["id"] for e in main_run.events if e["subject"] == "hospital-1"}
    assert mine <= set(ids(lines)) and len(lines) < len(main_run.events) / 5
    assert any("Krankenhaus: Netz → Batterie (auf Batterien für höchstens 10 min)" in line for line in lines)
    works = told("--component", "waterworks-1", "--lang", "de")
    assert any(
        "Leitwarte des Wasserwerks: 0\u00a0% der Aufgabe erfüllt; gefordert: 50\u00a0%" in line for line in works
    )
    english = told("--component", "hospital-1")
    assert any("hospital: mains → battery (on batteries for 10 min at most)" in line for line in english)


def test_a_cause_is_shown_with_all_that_followed(told, main_run: Run) -> None:  # type: ignore[no-untyped-def]
    first = next(e for e in main_run.events if e["kind"] == "fault")
    for cause, wanted in (
        (str(first["id"]), {first["id"]}),
        (first["after"], {e["id"] for e in main_run.events if e["kind"] == "fault" and e["after"] == first["after"]}),
    ):
        for event in main_run.events:
            if wanted & {event.get("cause"), *event.get("also", ())}:
                wanted.add(event["id"])
        assert set(ids(told("--cause", cause))) == wanted
    assert len(wanted) > 100


def test_times_are_from_the_scenario_s_zero(told, main_run: Run) -> None:  # type: ignore[no-untyped-def]
    some = told("--from", "15min", "--until", "20min")
    assert ids(some) == [e["id"] for e in main_run.events if 900 <= e["t_s"] <= 1200]
    assert ids(told("--from=-1h", "--until", "0")) == [e["id"] for e in main_run.events if -3600 <= e["t_s"] <= 0]


def test_filters_add_up(told) -> None:  # type: ignore[no-untyped-def]
    all_of_it = ids(told("--component", "hospital-1"))
    some = ids(told("--component", "hospital-1", "--from", "15min", "--until", "16min"))
    assert some and set(some) < set(all_of_it)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--component", "hospitl-1"), "did you mean 'hospital-1'"),
        (("--cause", "99999"), "no event and no fault of a timeline entry '99999'"),
        (("--from", "soon"), "'soon' is not a duration"),
    ],
)
def test_mistakes_are_told(
    main_run: Run, capsys: pytest.CaptureFixture[str], options: tuple[str, str], said: str
) -> None:
    assert main(["events", str(main_run.folder), *options]) == BAD_INPUT
    assert said in capsys.readouterr().err


def test_a_run_of_the_older_form_is_refused_with_a_reason(
    main_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old"
    shutil.copytree(main_run.folder, old)
    first = {"id": 0, "t_s": -7200.0, "kind": "run", "subject": "substation-winter", "what": "begin"}
    (old / "events.jsonl").write_text(json.dumps(first) + "\n", encoding="utf-8")
    assert main(["events", str(old)]) == BAD_INPUT
    said = capsys.readouterr().err
    assert "events.jsonl:1" in said and "older form" in said and "run the scenario again" in said
