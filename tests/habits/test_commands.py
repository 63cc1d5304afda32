"""Every command that README, docs and the helps show can be given as written; the short ones are run as they stand."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.contracts.command_line import speaker
from stadtwerk.__main__ import COMMANDS, EPILOG, main, parser
from stadtwerk.library import find_scenario

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
SHOWN = re.compile(r"^(?: {2,}|[ -]*run: | *- )(?:\.venv/bin/)?(stadtwerk .*)$")
HELP = re.compile(r"^  (stadtwerk .*)$")
SHORT = {("list",), ("city", "show"), ("city", "export"), ("city", "template"), ("check",), ("runs",)}
"""Commands that only look, and those that write a map."""


def lines(text: str, shown: re.Pattern[str]) -> Iterator[str]:
    """Commands in a text, without what is said beside them; a line that ends in a backslash goes on."""
    for line in re.sub(r" *\\\n *", " ", text).splitlines():
        if (found := shown.match(line)) is not None:
            yield re.split(r" {2,}| # ", found[1])[0].strip()


def documented() -> list[str]:
    found = [line for page in PAGES for line in lines(page.read_text(encoding="utf-8"), SHOWN)]
    say = speaker(["--lang", "en"])
    for name in COMMANDS:
        found += lines(say(importlib.import_module(f"stadtwerk.cli.commands.{name}_command").EPILOG), HELP)
    found += lines(say(EPILOG), HELP)
    return [line for line in dict.fromkeys(found) if not re.search(r"COMMAND|…|\.\.\.", line)]


COMMANDS_SHOWN = documented()


def test_there_are_as_many_as_one_sees() -> None:
    assert len(COMMANDS_SHOWN) > 80 and {line.split()[1] for line in COMMANDS_SHOWN} >= set(COMMANDS)


@pytest.mark.parametrize("line", COMMANDS_SHOWN)
def test_it_can_be_given_as_written(line: str) -> None:
    """And a scenario that it names ships."""
    arguments = shlex.split(line)[1:]
    try:
        options = parser().parse_args(arguments)
    except SystemExit as ended:
        assert ended.code == 0 and "--help" in arguments, line
        return
    scenario = getattr(options, "scenario", None)
    if options.command in ("run", "live") and scenario and "." not in scenario and "/" not in scenario:
        assert find_scenario(scenario).is_file()


ELSE = r"my|runs/|\.xlsx|\.gpkg|\.yaml|out/|--run"
"""What names a file that is not there."""


def short(line: str) -> bool:
    words = shlex.split(line)[1:]
    known = any(tuple(words[: len(one)]) == one for one in SHORT)
    return known and "scenarios" not in words and not any(re.search(ELSE, word) for word in words[1:])


@pytest.mark.parametrize("line", [line for line in COMMANDS_SHOWN if short(line)])
def test_a_short_one_does_what_it_says(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandapower", reason="the demo extra is not installed")
    monkeypatch.chdir(tmp_path)
    if "--caches" in line or "--prune" in line:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(shlex.split(line)[1:]) == 0
