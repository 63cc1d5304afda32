"""One rich run of three hours in a real InfluxDB, shared by all tests here."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateways.stores.influx import InfluxWriter
from resilience.judge.margin import margin
from resilience.judge.outcome import ASKED
from resilience.judge.verdict import read_verdict
from resilience.study.robustness import Robustness
from stadtwerk.__main__ import main
from stadtwerk.influx.push import identity
from stadtwerk.runs.finished import read_folder
from stadtwerk.studies.robust import Robust, write
from tests.grafana import desk
from tests.influx.servers import INFLUXD, InfluxDB1

RICH = Path(__file__).with_name("rich.yaml")


@dataclass(frozen=True)
class Pushed:
    """A database with runs in it."""

    server: InfluxDB1
    login: tuple[str, ...]
    rich: Path

    def arguments(self, folder: Path) -> list[str]:
        return ["push", str(folder), "--influx", self.server.url, "--bucket", InfluxDB1.DATABASE, *self.login]

    def writer(self) -> InfluxWriter:
        """To write beside the runs, as the one who may."""
        user, password = InfluxDB1.WRITER
        return InfluxWriter(self.server.url, "", InfluxDB1.DATABASE, "", api="v1", user=user, password=password)

    def rows(self, text: str) -> list[dict[str, Any]]:
        """The rows of a query, each with its tags, columns by name."""
        return [
            {**series.get("tags", {}), **dict(zip(series["columns"], row, strict=True))}
            for series in self.server.query(text)
            for row in series["values"]
        ]


def say(arguments: list[str]) -> tuple[int, str]:
    """Run one command; its exit code and what it printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(arguments)
    return code, out.getvalue()


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run in which each alert has something to say."""
    folder = tmp_path_factory.mktemp("runs") / "rich"
    code, said = say(["run", str(RICH), "--out", str(folder), "--mqtt", "off"])
    assert code in (0, 1, 2)
    folder.with_name("said").write_text(said)
    held = [
        Robustness(f.id, f.category, f.title, f.value, margin(f), 0, 50 + place, (), ())
        for place, f in enumerate(read_verdict((folder / "verdict.json").read_text(encoding="utf-8")).findings)
        if f.category in ASKED
    ]
    write(Robust(folder, "rich", tuple(held), (), ()), "en")  # as if somebody had asked; of the counts it is no test
    return folder


def silenced(run: Path) -> set[str]:
    """The gateways of a run that failed, or stood without power or data for longer than their reserve, by its log."""
    log = [json.loads(line) for line in (run / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    ended = {one["subject"] for one in log if one["kind"] in ("stopped", "fault") and one["t_s"] >= 0}
    return {subject for subject in ended if subject.startswith("gateway-")}


@pytest.fixture(scope="session")
def quiet_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a day without a fault."""
    folder = tmp_path_factory.mktemp("runs") / "quiet"
    assert main(["run", "quiet-day", "--out", str(folder), "--mqtt", "off"]) == 0
    return folder


@pytest.fixture(scope="session")
def quiet(pushed: Pushed, quiet_folder: Path) -> dict[str, Any]:
    """The record of a day without a fault, which stands beside the rich run in the database as `quiet`."""
    assert main([*pushed.arguments(quiet_folder), "--no-readings"]) == 0
    record: dict[str, Any] = json.loads((quiet_folder / "run.json").read_text(encoding="utf-8"))
    return record


@pytest.fixture(scope="session")
def pushed(rich: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pushed]:
    """A database with the rich run as `rich`, and an hour at a control room's desk beside it: the run has none."""
    if INFLUXD is None:
        pytest.skip("influxd is not installed (Debian package influxdb)")
    place = tmp_path_factory.mktemp("influxdb")
    password = place / "password"
    password.touch(0o600)
    user, secret = InfluxDB1.WRITER
    password.write_text(secret)
    with InfluxDB1(place) as server:
        server.set_up()
        there = Pushed(server, ("--user", user, "--password-file", str(password)), rich)
        assert main(there.arguments(rich)) == 0
        there.writer().write(b"".join(desk.lines(identity(read_folder(rich, None), "rich", now=False))))
        yield there
