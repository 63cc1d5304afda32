"""No command, option or choice of the command line goes missing: who has a script of ours keeps a script that works.

`command_line.json` holds what there was when the house was rebuilt. More may come beside it; add that by
`python -m tests.run.test_command_line`, which never takes anything away.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from stadtwerk.__main__ import main, parser

KNOWN = Path(__file__).with_name("command_line.json")
TAKES_NOTHING = (argparse._StoreConstAction, argparse._HelpAction, argparse._VersionAction)


def describe(command: argparse.ArgumentParser, name: str) -> dict[str, dict[str, Any]]:
    """Every argument of a command and of the commands below it: what is written, what it takes, what it may be."""
    found: dict[str, dict[str, Any]] = {name: {}}
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below, reader in action.choices.items():
                found |= describe(reader, f"{name} {below}")
            continue
        known = {
            "spellings": sorted(action.option_strings),
            "takes": "nothing"
            if isinstance(action, TAKES_NOTHING) or action.nargs == 0
            else str(action.nargs or "one"),
            "choices": sorted(map(str, action.choices or [])),
            "required": bool(action.required),
        }
        found[name][max(action.option_strings, key=len, default=action.dest)] = known
    return found


WAS = json.loads(KNOWN.read_text(encoding="utf-8")) if KNOWN.exists() else {}


@pytest.mark.parametrize("command", WAS)
def test_every_option_of_a_command_is_still_there(command: str) -> None:
    is_now = describe(parser(), "stadtwerk")
    assert command in is_now, f"{command} is gone"
    for name, was in WAS[command].items():
        assert name in is_now[command], f"{command}: {name} is gone"
        argument = is_now[command][name]
        assert set(was["spellings"]) <= set(argument["spellings"])
        assert set(was["choices"]) <= set(argument["choices"]) or (was["choices"] and not argument["choices"])
        assert argument["takes"] == was["takes"]
        assert was["required"] or not argument["required"], f"{command}: {name} was left out at will"


@pytest.mark.parametrize("command", WAS)
def test_nothing_new_is_asked_for(command: str) -> None:
    """A call that was complete is complete."""
    new = describe(parser(), "stadtwerk")[command]
    assert not [name for name, argument in new.items() if argument["required"] and name not in WAS[command]]


@pytest.mark.parametrize("command", WAS)
def test_each_command_says_what_it_takes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([*command.split()[1:], "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(spelling in said for argument in WAS[command].values() for spelling in argument["spellings"])


if __name__ == "__main__":
    is_now = describe(parser(), "stadtwerk")
    for command, arguments in WAS.items():
        is_now[command] = arguments | is_now.get(command, {})
    KNOWN.write_text(json.dumps(is_now, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def test_check_knows_a_suite_from_a_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = tmp_path / "good.yaml"
    good.write_text("schema: stadtwerk/suite/1\nid: s\ntitle: {en: s}\nscenarios: [quiet-day]\n", encoding="utf-8")
    assert main(["check", str(good), "--lang", "en"]) == 0
    assert capsys.readouterr().out == f"{good}: ok, a suite of 1 scenario\n"
    bad = tmp_path / "bad.yaml"
    bad.write_text("schema: stadtwerk/suite/1\nid: s\ntitle: {en: s}\nscenarios: [quiet-dy]\n", encoding="utf-8")
    assert main(["check", str(bad), "--lang", "en"]) == 64
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{bad}:4: scenarios[0]: ") and "'quiet-day'" in line
