"""A full disk and a file of another kind are told in a line, and leave nothing half written."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from stadtwerk.__main__ import main
from tests.city.towns import WATER, hamlet
from tests.fuzz.readers import CAMPAIGN, SCENARIO, SUITE


def small_files() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


def test_an_import_onto_a_full_disk_is_taken_back(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: writing fails in the same way, in the middle of a file."""
    (tmp_path / "net.inp").write_text(dedent(WATER), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "stadtwerk",
        "--lang",
        "en",
        "city",
        "import",
        "--water",
        "net.inp",
        "--out",
        "town",
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, preexec_fn=small_files, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.returncode == 64 and "File too large" in done.stderr and "internal error" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["net.inp"]


@pytest.mark.parametrize(("text", "command"), [(SUITE, "stadtwerk test"), (CAMPAIGN, "stadtwerk campaign")])
def test_a_suite_given_to_run_names_its_command(
    text: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "town").mkdir()
    hamlet(tmp_path / "town")
    (tmp_path / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    file = tmp_path / "given.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["--lang", "en", "run", str(file), "--mqtt", "off"]) == 64
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2 and command in said[0] and "not a scenario" in said[0]


def test_a_city_written_by_hand_is_held_to_what_can_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And its near twin is read: the gate refuses what is beyond 200 km, no town reaches so far."""
    for far, code in ((400_000, 64), (900, 0)):
        folder = tmp_path / str(far)
        folder.mkdir()
        hamlet(folder, water=dedent(WATER).replace("T 900 300", f"T {far} 300"))
        assert main(["--lang", "en", "check", str(folder)]) == code
    assert "km wide" in capsys.readouterr().err
