"""`stadtwerk runs` lists and removes what runs left, and nothing else; a run in German leaves an English one alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from stadtwerk.__main__ import main
from stadtwerk.runs.folder import UNDELIVERED
from stadtwerk.runs.shelf import beside_others

DAY_S = 86400


def run_folder(folder: Path, verdict: str, days: float = 0.0, lang: str = "en") -> Path:
    folder.mkdir(parents=True)
    record = {"schema": "stadtwerk/run/2", "scenario": "storm", "city": "demo", "seed": 1, "verdict": verdict}
    (folder / "report.html").write_text(f'<!doctype html>\n<html lang="{lang}">\n', encoding="utf-8")
    file = folder / "run.json"
    file.write_text(json.dumps(record), encoding="utf-8")
    written = file.stat().st_mtime - days * DAY_S
    os.utime(file, (written, written))
    return folder


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run_folder(tmp_path / "runs" / "new", "fail")
    run_folder(tmp_path / "runs" / "old", "pass", 40)
    run_folder(tmp_path / "runs" / "suite" / "older", "fail", 50)
    (run_folder(tmp_path / "runs" / "live", "pass", 60) / UNDELIVERED).mkdir()
    other = tmp_path / "runs" / "notes"
    other.mkdir()
    (other / "run.json").write_text('{"schema": "mine"}', encoding="utf-8")
    return tmp_path / "runs"


def names(shelf: Path) -> set[str]:
    return {file.parent.name for file in shelf.rglob("run.json")}


EVERYTHING = {"new", "old", "older", "live", "notes"}


def test_runs_are_listed_with_what_came_of_them(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "runs/suite/older" in said and "storm, demo, seed 1" in said and "40 d" in said and "notes" not in said
    assert "4 folders or entries" in said


@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--dry-run", "--yes"]])
def test_nothing_is_removed_without_yes(shelf: Path, options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--prune", "--older", "30d", *options, "--lang", "en"]) == 0
    assert "2 folders or entries would be removed" in capsys.readouterr().out and names(shelf) == EVERYTHING


def test_only_what_is_asked_for_goes_and_never_what_was_not_delivered(shelf: Path) -> None:
    assert main(["runs", "--prune", "--older", "30d", "--verdict", "fail", "--yes"]) == 0
    assert names(shelf) == EVERYTHING - {"older"}
    assert main(["runs", "--prune", "--yes"]) == 0
    assert names(shelf) == {"live", "notes"}


def test_the_cache_is_emptied_by_whole_entries(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache = shelf.parent / "cache" / "stadtwerk"
    (cache / "cities" / "demo-1").mkdir(parents=True)
    (cache / "cities" / "demo-1" / "city.yaml").write_text("x" * 2_000_000, encoding="utf-8")
    (cache / "twins").mkdir()
    for suffix in ("json", "parquet"):
        (cache / "twins" / f"abc.{suffix}").write_text("{}", encoding="utf-8")
    assert main(["runs", "--caches", "--prune", "--yes", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "2 folders or entries removed, 2.0 MB" in said and not [one for one in cache.rglob("*") if one.is_file()]
    assert names(shelf) == EVERYTHING


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--older", "soon"], "--older"),
        (["--yes"], "changes nothing without --prune"),
        (["--caches", "--verdict", "pass"], "--caches lists none"),
        (["nowhere"], "is no folder"),
    ],
)
def test_what_means_nothing_is_refused(
    shelf: Path, options: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runs", *options, "--lang", "en"]) == 64
    assert what in capsys.readouterr().err


def test_a_page_in_another_language_is_left_alone(tmp_path: Path) -> None:
    english = run_folder(tmp_path / "storm-seed1", "pass")
    assert beside_others(english, "en") == english
    assert beside_others(english, "de") == tmp_path / "storm-seed1-de"
    assert beside_others(tmp_path / "none", "de") == tmp_path / "none"
