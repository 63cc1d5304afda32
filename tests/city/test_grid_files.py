"""A grid file from outside runs no code: what is no table is left out and said, or refused before it is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.city.importers.pandapower_grid import import_pandapower, quiet_pandapower
from simulator.city.importers.pandapower_json import plain_net
from simulator.contracts.problem import BadInput
from tests.energy.support import cases, chain, oberrhein

pp = pytest.importorskip("pandapower", reason="the demo extra is not installed")

TRAP = {"_module": "trap", "_class": "spring", "_object": "{}"}
"""An object of a module that lies beside the file; loading it leaves a file behind."""


def saved(net: Any, file: Path) -> dict[str, Any]:
    pp.to_json(net, str(file))
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def in_a_cell(net: dict[str, Any]) -> None:
    table = net["_object"]["controller"]
    table["_object"] = json.dumps({"columns": ["object", "in_service"], "index": [0], "data": [[TRAP, True]]})


def beside_the_tables(net: dict[str, Any]) -> None:
    net["_object"]["extra"] = {"deep": [TRAP]}


def as_a_function(net: dict[str, Any]) -> None:
    net["_object"]["extra"] = TRAP | {"_class": "function", "_object": "spring"}


def in_an_old_net(net: dict[str, Any]) -> None:
    net["_object"]["extra"] = TRAP
    net["_object"] = json.dumps(net["_object"])


def as_an_index(net: dict[str, Any]) -> None:
    net["_object"]["load"]["_object"] = json.dumps({"columns": ["p_mw"], "index": [TRAP], "data": [[1.0]]})


def with_a_setting(net: dict[str, Any]) -> None:
    net["_object"]["load"]["storage_options"] = {"anon": True}


def named_by_its_path(net: dict[str, Any]) -> None:
    net["_object"]["load"]["_object"] = "/nowhere/secret.json"


def as_the_type_of_a_column(net: dict[str, Any]) -> None:
    net["_object"]["load"]["dtype"]["p_mw"] = TRAP


LOOKED_FOR = {
    in_a_cell: ("controller.object", "would load spring of the module trap"),
    beside_the_tables: ("extra.deep", "would load spring of the module trap"),
    as_a_function: ("extra", "would load function of the module trap"),
    in_an_old_net: ("extra", "would load spring of the module trap"),
    as_an_index: ("load", "would load spring of the module trap"),
    with_a_setting: ("load", "storage_options is no setting of a table"),
    as_the_type_of_a_column: ("load", "dtype is no setting of a table"),
    named_by_its_path: ("load", "_object is no setting of a table"),
}

WATCH = """
import sys
from pathlib import Path
import pandapower, pandapower.auxiliary, pandas, power_grid_model
from simulator.city.importers.pandapower_grid import import_pandapower
from simulator.contracts.problem import BadInput
seen = []
sys.addaudithook(lambda name, args: seen.append((name, str(args[0]))) if name in ("import", "open") else None)
try:
    import_pandapower(Path(sys.argv[1]), Path(sys.argv[2]))
except BadInput:
    print(sorted({what for name, what in seen if "trap" in what or "nowhere" in what}))
"""


@pytest.mark.parametrize("spoil", LOOKED_FOR, ids=lambda spoil: spoil.__name__)
def test_what_would_load_or_open_something_is_refused_at_its_place(
    spoil: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    net = saved(chain([1.0]), tmp_path / "grid.json")
    spoil(net)
    (tmp_path / "grid.json").write_text(json.dumps(net), encoding="utf-8")
    with pytest.raises(BadInput) as error:
        plain_net(tmp_path / "grid.json")
    (problem,) = error.value.problems
    assert (problem.field, str(problem.what)) == LOOKED_FOR[spoil]


def test_nothing_of_it_is_loaded_or_opened(tmp_path: Path) -> None:
    """Python's own audit of imports and open files, in a process that could load the trap."""
    (tmp_path / "trap.py").write_text("from pathlib import Path\nPath(__file__).with_name('sprung').touch()\n")
    net = saved(chain([1.0]), tmp_path / "grid.json")
    for spoil in (in_a_cell, beside_the_tables, named_by_its_path):
        spoil(net)
    (tmp_path / "grid.json").write_text(json.dumps(net), encoding="utf-8")
    command = [sys.executable, "-c", WATCH, str(tmp_path / "grid.json"), str(tmp_path / "out.json")]
    paths = {"PYTHONPATH": f"{tmp_path}:{Path(__file__).resolve().parents[2]}", "PATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=paths, cwd=tmp_path)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
    assert not (tmp_path / "sprung").exists() and not (tmp_path / "out.json").exists()


def test_a_controller_is_left_out_and_said(tmp_path: Path) -> None:
    """The near twin: an object of pandapower itself is nothing to refuse, but what it does is not done."""
    import pandapower.control

    with quiet_pandapower():
        net = pandapower.networks.example_simple()
        pandapower.control.DiscreteTapControl(net, 0, 0.99, 1.01)
        pandapower.control.ContinuousTapControl(net, 0, 1.0)
    saved(net, tmp_path / "grid.json")
    said = {a.subject.of("en"): a.text.of("en") for a in import_pandapower(tmp_path / "grid.json", tmp_path / "o.json")}
    assert "1 ContinuousTapControl left out" in said["control"] or "1 DiscreteTapControl left out" in said["control"]
    assert plain_net(tmp_path / "grid.json")[1] == {"ContinuousTapControl": 1, "DiscreteTapControl": 1}


@pytest.mark.parametrize("name", [pytest.param("oberrhein", marks=pytest.mark.nightly), "case9", "micropolis"])
def test_nets_without_objects_are_read_as_pandapower_reads_them(name: str, tmp_path: Path) -> None:
    import pandapower.networks
    from pandapower.toolbox import nets_equal

    file = tmp_path / "grid.json"
    if name == "micropolis":
        file = cases() / "micropolis" / "power.json"
    else:
        saved(oberrhein() if name == "oberrhein" else pandapower.networks.case9(), file)
    content, left_out = plain_net(file)
    assert not left_out
    with quiet_pandapower():
        assert nets_equal(pandapower.from_json_string(content, convert=True), pandapower.from_json(str(file)))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xff\xfe", "is not text in UTF-8"),
        (b'{"bus": ', "is no JSON: Expecting value"),
        (b"[" * 100_000, "is nested too deeply"),
    ],
)
def test_what_is_no_net_is_told(content: bytes, what: str, tmp_path: Path) -> None:
    (tmp_path / "grid.json").write_bytes(content)
    with pytest.raises(BadInput) as error:
        plain_net(tmp_path / "grid.json")
    assert [str(problem.what) for problem in error.value.problems] == [what]
