"""The programs that a user starts as modules speak the language that is asked for, as `stadtwerk` does."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from simulator.contracts.words import PSEUDO

PROGRAMS = {
    "gateways.ingest": "gateways.ingest.__main__",
    "gateways.gateway.node": "gateways.gateway.node.__main__",
    "gateways.alive": "gateways.alive",
    "gateways.schemas": "gateways.schemas",
    "stadtwerk.live.compose": "stadtwerk.live.compose",
    "dashboards": "dashboards.__main__",
}
SERVICES = ("gateways.ingest", "gateways.gateway.node")


@pytest.mark.parametrize("name", PROGRAMS)
def test_help_is_in_the_language_that_is_asked_for(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.setenv("STADTWERK_LANG", "en")
    main = importlib.import_module(PROGRAMS[name]).main

    def helped(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--help"])
        assert ended.value.code == 0
        return capsys.readouterr().out

    assert f"usage: python -m {name} " in helped()
    assert f"Aufruf: python -m {name} " in helped("--lang", "de")
    monkeypatch.setenv("STADTWERK_LANG", "de")
    assert "Optionen:" in helped() and "options:" in helped("--lang=en")
    monkeypatch.setenv("STADTWERK_LANG", PSEUDO)
    for line in helped().splitlines():
        said = line.strip()
        if "  " in said and not said.startswith("python"):  # options and arguments, with what they do behind them
            assert said.split("  ", 1)[1].strip().startswith("⟦"), line


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_wrong_is_told_in_the_language(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main = importlib.import_module(PROGRAMS[name]).main
    assert main([str(tmp_path / "none.json"), "--lang", "de"]) == 64
    assert "kann nicht gelesen werden: Datei oder Verzeichnis nicht gefunden" in capsys.readouterr().err
