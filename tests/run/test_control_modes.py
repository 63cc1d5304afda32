"""What the three ways to run one scenario come to, side by side: nothing that was lost is told as saved."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from resilience.judge.verdict import Value
from stadtwerk.__main__ import main
from stadtwerk.runs.run import replay_command
from stadtwerk.studies.control import MODES, Mode, told


@pytest.mark.parametrize(
    ("closed_loop", "blind", "all_knowing", "room", "beyond"),
    [
        (854, 26_397, 810, "saves 25,543 people-hours", "would save 44 people-hours more"),
        (8_561, 2_981, 112_390, "costs 5,580 people-hours more", "lose 103,829 people-hours more"),
    ],
)
def test_savings_and_losses_have_their_own_words(
    closed_loop: float, blind: float, all_knowing: float, room: str, beyond: str
) -> None:
    hours = {"closed-loop": closed_loop, "blind": blind, "all-knowing": all_knowing}
    result = SimpleNamespace(verdict=SimpleNamespace(value=Value.FAIL))
    said = [line.of("en") for line in told([Mode(name, result, hours[name]) for name in MODES])]  # type: ignore[arg-type]
    assert len(said) == 5
    assert room in said[3]
    assert beyond in said[4]


def test_the_command_that_repeats_a_run_says_who_was_in_control() -> None:
    file = Path("my.yaml")
    assert replay_command(file, 2) == "stadtwerk run my.yaml --seed 2"
    again = replay_command(file, 2, "town", "closed-loop", ("jump", "range"))
    assert again == "stadtwerk run my.yaml --seed 2 --city town --control closed-loop --checks-off jump,range"


@pytest.mark.parametrize("control", [(), ("--control", "blind"), ("--control", "all")])
def test_evidence_that_is_left_out_of_nothing_is_told(
    control: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--lang", "en", "run", "quiet-day", "--checks-off", "jump", *control]) == 64
    assert "--checks-off" in capsys.readouterr().err


def test_of_the_three_the_one_that_answers_is_made_smaller(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from stadtwerk.studies import control, suite

    verdict = SimpleNamespace(exit_code=1)
    results = {name: SimpleNamespace(folder=tmp_path / name, verdict=verdict) for name in MODES}
    shrunk: list[tuple[str | None, Path]] = []
    monkeypatch.setattr(control, "run_modes", lambda _request, _terminal: results)
    monkeypatch.setattr(suite, "shrink_run", lambda request, folder, *_: shrunk.append((request.control, folder)))
    assert main(["run", "quiet-day", "--control", "all", "--shrink"]) == 1
    assert shrunk == [("closed-loop", tmp_path / "closed-loop")]
    assert main(["run", "quiet-day", "--control", "all"]) == 1
    assert len(shrunk) == 1
