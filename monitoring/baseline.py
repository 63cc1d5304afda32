"""What is normal in a town's readings, learned from quiet times and kept in a folder as numbers."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.detectors import OURS, Detector, Learned, several
from monitoring.forecast import Scaling
from monitoring.recording import Recording
from simulator.contracts.problem import BadInput, Problem, Unable, reason_of
from simulator.contracts.words import Text, Verbatim, Words, enumerated, number

_ = Words("monitoring")

VERSION = 1
FACTS, NUMBERS = "baseline.json", "baseline.npz"

LEAST_ROWS = 24 * 14
"""Fewer rows are not learned from: each of four parts is to be judged by the other three."""

CLASS = 0.0025
"""What an instrument of a utility tells apart, as a share of its span: accuracy class 0.25 of transmitters, by
assumption. Finer digits of a history are rounded, since what is watched later may be written without them."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is normal.

    Parameters: the `names` of the m series, the step of their clock, how readings are scaled, and what each detector
    learned, by its kind.
    """

    names: tuple[str, ...]
    step_s: int
    scaling: Scaling
    learned: Mapping[str, Learned]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A baseline, and what is to be told of how it was learned."""

    baseline: Baseline
    remarks: tuple[Text, ...]


def learn(
    quiet: Recording,
    steps: Mapping[str, float] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    known: Mapping[str, Detector] = OURS,
) -> Lesson:
    """Learn what is normal from readings without an incident.

    Parameters: `steps` how finely a series is to be taken, in its unit, where the class of instruments does not fit;
    `progress` is told how many series of how many are done; `known` are the detectors by kind. Raises `Unable` when the
    history is too short.
    """
    if len(quiet.times_s) < LEAST_ROWS:
        what = _("{n} rows are too few to learn from: at least {least}", n=len(quiet.times_s), least=LEAST_ROWS)
        raise Unable(what)
    remarks: list[Text] = []
    seen = np.isfinite(quiet.values).sum(axis=0) >= len(quiet.times_s) / 2
    if not seen.all():
        lost = enumerated([Verbatim(name) for name, one in zip(quiet.names, seen, strict=True) if not one], 12)
        remarks.append(_("not watched, since more than half of the readings are missing: {names}", names=lost))
        kept = tuple(name for name, one in zip(quiet.names, seen, strict=True) if one)
        if not kept:
            raise Unable(_("no series has readings in at least half of the rows"))
        quiet = Recording(quiet.times_s, kept, quiet.only(kept), quiet.step_s)
    scaling = _scaling(quiet, steps or {})
    flat = [
        name
        for name, column, step in zip(quiet.names, quiet.values.T, scaling.step, strict=True)
        if several(np.round(column / step)) == 1 and several(column) > 1
    ]
    if flat:
        listed = enumerated([Verbatim(name) for name in flat], 12)
        what = _("taken as constant, since an instrument of class 0.25 would not see them move: {names}", names=listed)
        remarks.append(what + Verbatim(" ") + _("(--resolution SERIES=STEP says otherwise)"))
    learned = {kind: one.learn(quiet, scaling, progress) for kind, one in known.items()}
    return Lesson(Baseline(quiet.names, quiet.step_s, scaling, learned), tuple(remarks))


def _scaling(quiet: Recording, steps: Mapping[str, float]) -> Scaling:
    span = np.nanmax(np.abs(quiet.values), axis=0)
    step = 10.0 ** np.round(np.log10(np.maximum(span, 1e-9) * CLASS))
    step = np.array([steps.get(name, one) for name, one in zip(quiet.names, step, strict=True)])
    rounded = np.round(quiet.values / step) * step
    spread = np.nanstd(rounded, axis=0)
    return Scaling(step, np.nanmean(rounded, axis=0), np.where(spread > 0, spread, step))


def save(baseline: Baseline, folder: Path) -> None:
    """Write a baseline. Raises `BadInput` when it cannot be written."""
    numbers: dict[str, NDArray[Any]] = {
        "step": baseline.scaling.step,
        "centre": baseline.scaling.centre,
        "spread": baseline.scaling.spread,
    }
    for kind, learned in sorted(baseline.learned.items()):
        numbers |= {f"{kind}/{name}": value for name, value in sorted(learned.items())}
    facts = {
        "version": VERSION,
        "step_s": baseline.step_s,
        "series": list(baseline.names),
        "detectors": sorted(baseline.learned),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f".{NUMBERS}").open("wb") as stream:
            np.savez_compressed(stream, **numbers)  # type: ignore[arg-type]
        (folder / f".{FACTS}").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for name in (NUMBERS, FACTS):
            (folder / f".{name}").replace(folder / name)
    except OSError as error:
        what = _("cannot be written ({reason})", reason=reason_of(error))
        raise BadInput(
            [Problem(str(folder), 0, "--out", what, _("check the path and the space on the disk"))]
        ) from None


def load(folder: Path) -> Baseline:
    """Read a baseline; nothing in it is ever run. Raises `BadInput` when it is none, or one of another version."""

    def bad(file: str, what: Text) -> BadInput:
        fix = _("name a folder that `stadtwerk monitor learn` wrote, or learn again")
        return BadInput([Problem(str(folder / file), 0, "--baseline", what, fix)])

    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        if facts["version"] != VERSION:
            what = _("has version {given}; this program reads {read}", given=str(facts["version"])[:20], read=VERSION)
            raise bad(FACTS, what)
        names = tuple(str(name) for name in facts["series"])
        with np.load(folder / NUMBERS, allow_pickle=False) as stored:
            numbers = {name: stored[name] for name in stored.files}
        learned: dict[str, dict[str, NDArray[Any]]] = {str(kind): {} for kind in facts["detectors"]}
        for place, value in numbers.items():
            kind, _slash, name = place.partition("/")
            if name:
                learned[kind][name] = value
        scaling = Scaling(*(np.asarray(numbers[name], float) for name in ("step", "centre", "spread")))
        if not len(names) == len(scaling.step) == len(scaling.centre) == len(scaling.spread):
            raise bad(NUMBERS, _("does not belong to {file}", file=FACTS))
        return Baseline(names, int(facts["step_s"]), scaling, learned)
    except OSError as error:
        raise bad(FACTS, _("cannot be read ({reason})", reason=reason_of(error))) from None
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError):
        raise bad(FACTS, _("is no baseline")) from None


def fits(baseline: Baseline, recording: Recording, file: str) -> tuple[Recording, tuple[Text, ...]]:
    """The series of a recording that a baseline knows, in its order, and what is to be told of the others.

    Raises `BadInput` when series are missing or the clock has another step.
    """
    problems = []
    missing = [name for name in baseline.names if name not in recording.names]
    if missing:
        listed = enumerated([Verbatim(name) for name in missing], 12)
        what = _("the baseline knows series that the file lacks: {names}", names=listed)
        fix = _("export them, or learn without them: stadtwerk monitor learn --ignore NAME")
        problems.append(Problem(file, 1, "series", what, fix))
    if recording.step_s != baseline.step_s:
        what = _(
            "a step of {given} s, where the baseline has {step} s",
            given=number(recording.step_s),
            step=number(baseline.step_s),
        )
        problems.append(Problem(file, 0, "time", what, _("export it with the step of the baseline")))
    if problems:
        raise BadInput(problems)
    strange = [name for name in recording.names if name not in baseline.names]
    remarks: list[Text] = []
    if strange:
        listed = enumerated([Verbatim(name) for name in strange], 12)
        remarks.append(_("not watched, since the baseline does not know them: {names}", names=listed))
    values = recording.only(baseline.names)
    return Recording(recording.times_s, baseline.names, values, recording.step_s), tuple(remarks)
