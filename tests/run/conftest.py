"""One run of the main scenario, shared by the tests that read what it left."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator.contracts.city import City
from stadtwerk.__main__ import main
from stadtwerk.library import load_named_city
from tests.support.shared import made_once


@dataclass(frozen=True)
class Run:
    """A run folder, read back."""

    folder: Path
    exit_code: int
    record: dict[str, Any]
    verdict: dict[str, Any]
    events: list[dict[str, Any]]
    levels: dict[str, list[tuple[float, float]]]

    def modes(self, component: str) -> list[tuple[float, str]]:
        return [(e["t_s"], e["after"]) for e in self.events if e["kind"] == "mode" and e["subject"] == component]

    def causes(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        """The event and what led to it, back to the first cause."""
        chain = [event]
        while "cause" in chain[-1]:
            chain.append(self.events[chain[-1]["cause"]])
        return chain


def read_run(folder: Path, exit_code: int) -> Run:
    import pyarrow.parquet as pq

    table = pq.read_table(folder / "levels.parquet").to_pydict()
    levels: dict[str, list[tuple[float, float]]] = {}
    for t_s, level, value in zip(table["t_s"], table["level"], table["value"], strict=True):
        levels.setdefault(level, []).append((t_s, value))
    return Run(
        folder,
        exit_code,
        json.loads((folder / "run.json").read_text()),
        json.loads((folder / "verdict.json").read_text()),
        [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()],
        levels,
    )


def _lived(factory: pytest.TempPathFactory, name: str, scenario: Callable[[Path], str]) -> Run:
    """A run that all workers share; `scenario` names it, or writes it into the folder that it is given."""

    def live(place: Path) -> None:
        code = main(["run", scenario(place), "--out", str(place / "run"), "--mqtt", "off"])
        (place / "code").write_text(str(code))

    place = made_once(factory, name, live)
    return read_run(place / "run", int((place / "code").read_text()))


@pytest.fixture(scope="session")
def main_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`substation-winter` on the demo city, seed 1."""
    return _lived(tmp_path_factory, "main", lambda place: "substation-winter")


@pytest.fixture(scope="session")
def demo() -> City:
    return load_named_city("demo")


@pytest.fixture(scope="session")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same hours without any fault."""
    import yaml

    from stadtwerk.library import find_scenario

    def written(place: Path) -> str:
        scenario = yaml.safe_load(find_scenario("substation-winter").read_text(encoding="utf-8"))
        scenario.pop("expected", None)
        scenario |= {"id": "no-fault", "timeline": [], "redundancies": [], "expect": scenario["expect"][:1]}
        scenario["run"] = {k: v for k, v in scenario["run"].items() if k != "heal_by"} | {"duration": "8h"}
        (place / "no-fault.yaml").write_text(yaml.safe_dump(scenario, allow_unicode=True), encoding="utf-8")
        return str(place / "no-fault.yaml")

    return _lived(tmp_path_factory, "quiet", written)
