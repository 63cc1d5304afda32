"""Lines on the terminal end between words, never between a number and its unit."""

from __future__ import annotations

import pytest

from stadtwerk.terminal import Terminal

SAID = "at most 20 °C, 99 % of 1,500 l for 3 h and 15 min, not below 2.0 bar or 12.5 m³ in 8 of all cases, "
GERMAN = "höchstens 20\u00a0°C, 99\u00a0% von 1.500 l über 3 h und 15 min, nie unter 2,0 bar, "


@pytest.mark.parametrize("said", [SAID, GERMAN])
@pytest.mark.parametrize("columns", range(24, 60))
def test_no_line_ends_between_a_number_and_its_unit(
    said: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("FORCE_COLOR", "1")  # as wide as a terminal of this size, not as a pipe
    monkeypatch.setenv("TERM", "xterm")
    Terminal().table("", ("a", "b", "c", "d"), [("x", said * 4, "", "")])
    lines = [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert len(lines) > 6 and max(map(len, lines)) <= columns
    assert [line for line in lines if line[-1] in "0123456789"] == []
    assert " ".join(lines).replace("b: ", "").removeprefix("x ") == (said * 4).strip()
