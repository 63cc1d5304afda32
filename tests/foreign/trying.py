"""Import, check, a day without fault and one fault on every network file of a folder, each in a process of its own.

A file *works* if all four end with a verdict (exit 0, 1 or 2), is *refused* with exit 64, is *wrong* where the town's
engine is 0.01 m from EPANET or 1e-4 per unit from pandapower on the file itself (`agreeing`), and has *crashed* on any
other exit or after the time limit.
"""

from __future__ import annotations

import re
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import yaml

from tests.children import in_child, text_of
from tests.foreign.agreeing import main as agreeing

TOO_LONG = (-signal.SIGPROF, -signal.SIGALRM)
WORKS, REFUSED, WRONG, CRASH = "works", "refused", "wrong", "crash"
STEPS = ("import", "check", "day", "fault")
LIMIT_S = 900.0
"""Processor time is not asked for: a file that takes longer on an idle machine is told as a crash."""
FAULTS = (("junction", "burst"), ("line", "line-trip"), ("road", "road-closed"))
PARAMETERS = {"burst": {"area_m2": 0.001}}
"""What befalls a town, by the first kind of component that it has."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One file: what came of it, at which step, and what was said there."""

    name: str
    result: str
    step: str
    said: str
    seconds: float

    def row(self) -> str:
        return f"| {self.name} | {self.result} | {self.step} | {self.seconds:.0f} | {self.said.replace('|', '/')} |"


def found(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Name and options of the import for every network file below a folder, in the order of their names."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.suffix.lower() == ".inp" and "[junctions]" in _text(path).lower():
            yield name, ["--water", str(path)]
        elif path.suffix == ".json" and '"pandapowerNet"' in _text(path)[:5000]:
            yield name, ["--power", str(path)]
        elif path.name == "link.csv" and (path.parent / "node.csv").is_file():
            yield str(path.parent.relative_to(folder)), ["--gmns", str(path.parent)]
        elif path.suffix == ".tntp" and "net" in path.stem.lower():
            parts = {part: path.with_name(re.sub("net", part, path.name, flags=re.I)) for part in ("node", "trips")}
            if parts["node"].is_file():
                trips = ["--roads-trips", str(parts["trips"])] if parts["trips"].is_file() else []
                yield name, ["--roads-net", str(path), "--roads-nodes", str(parts["node"]), *trips]


def tried(name: str, options: list[str], limit_s: float = LIMIT_S) -> Tried:
    """What comes of one file."""
    begin = monotonic()
    with tempfile.TemporaryDirectory() as aside:
        out = Path(aside) / "town"
        step, result, said, compared = STEPS[0], "", "", ""
        for step in STEPS:
            arguments = _arguments(step, options, out, Path(aside))
            if arguments is None:
                return Tried(name, WORKS, step, "nothing to break", monotonic() - begin)
            result, said = _done(arguments, limit_s, 0 if step in STEPS[:2] else 2)
            if result == WORKS and step == STEPS[0]:
                result, compared = _agrees(options, out, limit_s)
                said = compared if result != WORKS else ""
            if result != WORKS:
                break
        return Tried(name, result, step, said or compared, monotonic() - begin)


def _arguments(step: str, options: list[str], out: Path, aside: Path) -> list[str] | None:
    if step == "import":
        return ["city", "import", *options, "--out", str(out)]
    if step == "check":
        return ["check", str(out)]
    asked = _scenario(step, out)
    if asked is None:
        return None
    file = aside / f"{step}.yaml"
    file.write_text(yaml.safe_dump(asked, sort_keys=False), encoding="utf-8")
    return ["run", str(file), "--city", str(out), "--mqtt", "off", "--out", str(aside / step)]


def _scenario(step: str, out: Path) -> dict[str, object] | None:
    from simulator.city.loader import load_city

    city = load_city(out)
    level = next(iter(city.levels))
    asked: dict[str, object] = {
        "schema": "stadtwerk/scenario/1",
        "id": step,
        "title": {"en": step},
        "question": {"en": "Does it hold?"},
        "city": {"path": str(out)},
        "run": {"start": "2026-05-12T00:00", "warmup": "0s", "duration": "24h" if step == "day" else "3h"},
        "timeline": [],
        "expect": [{"id": "w", "type": "invariant", "level": level}],
    }
    if step == "fault":
        kinds = {component.kind: component.id for component in reversed(city.components.values())}
        fault = next(((kinds[kind], name) for kind, name in FAULTS if kind in kinds), None)
        if fault is None:
            return None
        asked["timeline"] = [
            {"id": "f", "at": "30min", "fault": fault[1], "target": fault[0], "for": "1h"} | _given(fault[1])
        ]
        run = asked["run"]
        assert isinstance(run, dict)
        run["heal_by"] = "2h"
    return asked


def _done(arguments: list[str], limit_s: float, most: int) -> tuple[str, str]:
    from stadtwerk.__main__ import main

    code, _out, err = _in_child(lambda: main(["--lang", "en", *arguments]), limit_s)
    if code in TOO_LONG:
        return CRASH, f"longer than {limit_s:.0f} s"
    if 0 <= code <= most:
        return WORKS, ""
    lines = [line for line in err.strip().splitlines() if line.strip()] or [""]
    return (REFUSED, lines[0][-200:]) if code == 64 else (CRASH, f"{code}: {lines[0][:200]}")


def _in_child(call: Callable[[], int], limit_s: float) -> tuple[int, str, str]:
    """Exit code (negative: the signal), output and errors of a call in a child."""
    with tempfile.TemporaryDirectory() as aside:
        out, err = Path(aside) / "out", Path(aside) / "err"
        return in_child(call, limit_s, out, err), text_of(out), text_of(err)


def _agrees(options: list[str], town: Path, limit_s: float) -> tuple[str, str]:
    """Whether the town's engine finds what EPANET or pandapower itself finds; roads have no other engine here."""
    for option, what in (("--water", "water"), ("--power", "power")):
        if option not in options:
            continue
        source = options[options.index(option) + 1]
        code, out, err = _in_child(lambda what=what, source=source: agreeing([what, source, str(town)]), limit_s)  # type: ignore[misc]
        if code:
            slow = f"compared for longer than {limit_s:.0f} s"
            return CRASH, slow if code in TOO_LONG else (err.strip().splitlines() or [f"exit {code}"])[-1][:200]
        lines = out.strip().splitlines() or [""]
        return (WRONG if lines[0].startswith(WRONG) else WORKS), lines[0]
    return WORKS, ""


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _given(fault: str) -> dict[str, object]:
    return {"parameters": PARAMETERS[fault]} if fault in PARAMETERS else {}


def kind_of(options: list[str]) -> str:
    """Water, grids or roads, by the first option."""
    return {"--water": "water", "--power": "grids"}.get(options[0], "roads")
