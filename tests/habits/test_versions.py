"""Files carry versions: what is older is read, upgraded or refused with a reason, what is newer is refused."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import orjson
import pytest

import stadtwerk
from simulator.contracts.form import Form
from simulator.contracts.problem import BadInput
from stadtwerk.__main__ import main
from stadtwerk.studies.campaigns.records import RECORDS_FILE, held

SHEET = Form("sheet", 3, again="make the sheet again", upgrades={2: lambda record: {**record, "added": True}})


def test_today_is_read_and_older_ones_are_upgraded() -> None:
    assert SHEET.read({"schema": "stadtwerk/sheet/3", "x": 1}, "f") == ({"schema": "stadtwerk/sheet/3", "x": 1}, 3)
    record, had = SHEET.read({"schema": "stadtwerk/sheet/2", "x": 1}, "f")
    assert (record, had) == ({"schema": "stadtwerk/sheet/3", "x": 1, "added": True}, 2)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"schema": "stadtwerk/sheet/1"}, "is version 1, and this program understands versions from 2 on; make the"),
        ({"schema": "stadtwerk/sheet/4"}, "versions up to 3: stadtwerk/sheet/3; install a newer stadtwerk"),
        ({"schema": "stadtwerk/sheet/4", "versions": {"stadtwerk": "0.9.0"}}, "install stadtwerk 0.9.0 or a newer one"),
        ({"schema": "stadtwerk/city/1"}, "says 'stadtwerk/city/1' of itself; this should be stadtwerk/sheet/3"),
        ({"x": 1}, "does not say what it is"),
        ([1, 2], "does not say what it is"),
        ({"schema": 3}, "says 3 of itself"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(data: object, said: str) -> None:
    with pytest.raises(BadInput) as bad:
        SHEET.read(data, "sheet.json")
    assert said in str(bad.value)
    assert str(bad.value).startswith("sheet.json:0: schema: ")


def test_what_is_no_json_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot be read \(No such file"):
        SHEET.load(tmp_path / "none.json")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadInput, match=r"broken\.json:0: file: cannot be read \(.*; make the sheet again"):
        SHEET.load(tmp_path / "broken.json")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stadtwerk.run("road-closed", seed=1, out=tmp_path_factory.mktemp("versions") / "run").folder


def of_version(run: Path, out: Path, version: int) -> Path:
    """The run as another version would have left it: before 2, events were sentences."""
    shutil.copytree(run, out)
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    (out / "run.json").write_text(json.dumps(record | {"schema": f"stadtwerk/run/{version}"}), encoding="utf-8")
    if version < 2:
        rows = [orjson.loads(line) for line in (run / "events.jsonl").read_bytes().splitlines()]
        lines = [
            orjson.dumps({k: v for k, v in r.items() if k not in ("code", "params")} | {"what": "?"}) for r in rows
        ]
        (out / "events.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return out


OLD = "is version 1, whose events are English sentences and whose verdict was judged by other rules"


def test_an_old_run_is_refused_with_the_reason(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, out = str(of_version(run, tmp_path / "old", 1)), str(tmp_path / "out")
    for command in (
        ["compare", old, str(run), "--out", f"{out}.html"],
        ["compare", str(run), old, "--out", f"{out}.html"],
        ["charter", old, "--out", out],
        ["events", old],
        ["why", old],
        ["robust", old],
        ["city", "export", "demo", "--run", old, "--out", out],
    ):
        assert main(command) == 64, command
        said = capsys.readouterr().err
        assert f"run.json:0: schema: {OLD}; run the scenario again" in said, said
        assert not Path(out).exists()
        assert not Path(f"{out}.html").exists()
    with pytest.raises(BadInput, match=OLD):
        stadtwerk.open_run(old)


@pytest.mark.parametrize("command", ["compare", "charter"])
def test_a_newer_run_is_refused_and_ends_with_64(
    run: Path, tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = of_version(run, tmp_path / "newer", 3)
    more = [str(run)] if command == "compare" else ["--out", str(tmp_path / "out")]
    assert main([command, str(newer), *more]) == 64
    said = capsys.readouterr().err
    assert "is version 3, and this program understands versions up to 2" in said
    assert f"install stadtwerk {stadtwerk.__version__} or a newer one" in said


def test_a_newer_audit_is_refused(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "audit.json").write_text(json.dumps({"schema": "stadtwerk/audit/2"}), encoding="utf-8")
    assert main(["charter", str(run), str(tmp_path), "--out", str(tmp_path / "out")]) == 64
    assert "is version 2, and this program understands versions up to 1" in capsys.readouterr().err


def test_records_of_a_newer_campaign_are_left_alone(tmp_path: Path) -> None:
    with held(tmp_path) as store:
        assert not store.keys()
    database = sqlite3.connect(tmp_path / RECORDS_FILE)
    assert database.execute("PRAGMA user_version").fetchone() == (1,)
    database.execute("PRAGMA user_version=2")
    database.close()
    before = (tmp_path / RECORDS_FILE).read_bytes()
    with pytest.raises(BadInput, match="is version 2, and this program understands versions up to 1"), held(tmp_path):
        pass
    assert (tmp_path / RECORDS_FILE).read_bytes() == before
    (tmp_path / RECORDS_FILE).write_bytes(b"no database at all, but a text")
    with pytest.raises(BadInput, match="is no store of records"), held(tmp_path):
        pass


def test_a_newer_scenario_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(stadtwerk.__file__).parents[1] / "scenarios" / "road-closed.yaml").read_text(encoding="utf-8")
    (tmp_path / "new.yaml").write_text(text.replace("stadtwerk/scenario/1", "stadtwerk/scenario/2"), encoding="utf-8")
    assert main(["check", str(tmp_path / "new.yaml")]) == 64
    assert "schema" in capsys.readouterr().err
