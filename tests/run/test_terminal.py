"""What a terminal, a narrow terminal and a pipe are given."""

from __future__ import annotations

import pytest

from stadtwerk import terminal
from stadtwerk.__main__ import main
from stadtwerk.terminal import Terminal

HEADS = ("name", "domain", "what it is", "parameters")
ROWS = [
    ("travel-time-index-acceptable", "traffic", "a long story " * 12, "first = 1\nsecond [m2] = 2"),
    ("pump", "water", "pump", ""),
]


def lines_at(columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(terminal, "PIPED_COLUMNS", columns)
    Terminal().table("things", HEADS, ROWS)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
def test_a_table_fits_and_its_names_stay_whole(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = lines_at(columns, monkeypatch, capsys)
    assert max(map(len, lines)) <= columns
    assert all(line == line.rstrip() for line in lines)
    assert any("travel-time-index-acceptable" in line for line in lines)
    assert any("second [m2] = 2" in " ".join(lines[i : i + 2]) for i in range(len(lines)))


def test_a_narrow_terminal_gets_paragraphs_and_a_wide_one_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "  domain: traffic" in lines_at(80, monkeypatch, capsys)
    wide = lines_at(120, monkeypatch, capsys)
    assert any(line.split() == ["pump", "water", "pump"] for line in wide)


def test_no_color_means_plain_text(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert main(["list", "clauses"]) == 0
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["list", "clauses"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_progress_is_quiet_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with Terminal().working("something long"):
        pass
    said = capsys.readouterr()
    assert said.out + said.err == ""


def test_german_lists_have_german_heads(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "faults", "--lang", "de"]) == 0
    out = capsys.readouterr().out
    assert "was geschieht" in out
    assert "Schalter klemmt" in out
    assert "Umspannwerks" in out
