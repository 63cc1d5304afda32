"""What a run has shown: pass, fail or inconclusive, each with its reason, its figures and the source of its limit.

`verdict.json` holds it, and can be read back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from resilience.judge.control import ControlScores, read_scores
from simulator.contracts.failure import Confidence
from simulator.contracts.sources import read_source
from simulator.contracts.words import Said, Text, Words, plain

_ = Words("resilience")


class Value(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


EXIT_CODES = {Value.PASS: 0, Value.FAIL: 1, Value.INCONCLUSIVE: 2}


class Category(StrEnum):
    """What a finding is about, in the order of a report."""

    STEADY_STATE = "steady-state"
    EXECUTION = "execution"
    EVIDENCE = "evidence"
    APPROXIMATION = "approximation"
    DIFFERENCE = "difference"
    REDUNDANCY = "redundancy"
    EXPECTATION = "expectation"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Limit:
    """The number a finding was held against: at least (`better` = `higher`) or at most (`lower`) so much."""

    value: float
    unit: str
    better: str
    source: Text
    confidence: Confidence
    norm: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that was found. `subject` is a level, component or timeline entry; None = does not exist here."""

    name: str
    value: float | None
    unit: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A published figure of a run: `subject` is whom or what it is of, `source` where its formula stands.

    `against` says what a supply was held against: `required` or `undisturbed`; empty where it is neither. `value`
    None: it does not exist here, as a time for each interruption where nobody was interrupted.
    """

    id: str
    title: Text
    subject: Text
    value: float | None
    unit: str
    source: Text
    against: str = ""

    @property
    def full_title(self) -> Text:
        """The title with what the supply was held against."""
        said = {"required": _("{title}, against required"), "undisturbed": _("{title}, against undisturbed")}
        return said[self.against].filled(title=self.title) if self.against in said else self.title


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement. `actual` is the worst figure, to be read against `limit`; `figures` has the rest.

    `id` is that of the scenario's item; `subjects` are the levels or components it is about, worst first. `needed`
    false: a fallback that the run never called upon, so that it passes without having shown anything. `untested`: it
    carried as long as it was called upon, which is shorter than it is required to last.
    """

    id: str
    category: Category
    value: Value
    title: Text
    reason: Text
    limit: Limit | None = None
    actual: Figure | None = None
    figures: tuple[Figure, ...] = ()
    subjects: tuple[str, ...] = ()
    needed: bool = True
    untested: bool = False


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Levels that the scenario opted out, by what they are called, and why. `missed` are those that were below their
    declared minimum, for `missed_s` in sum at worst, at a cost of `person_hours`. `only`: the expectations that ask
    for less than is required of them, as that they are back in time; None where nothing is asked of them at all.
    """

    levels: tuple[str, ...]
    title: Text
    reason: Text
    missed: tuple[str, ...] = ()
    missed_s: float = 0.0
    person_hours: float = 0.0
    only: Text | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """Levels that were below their declared minimum for longer than is assumed where nobody says, for `missed_s` in sum
    at worst, and hold since the scenario allows it `by` expectations that accept longer gaps.
    """

    levels: tuple[str, ...]
    title: Text
    by: Text
    missed_s: float
    person_hours: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a scenario's question by one run."""

    scenario: str
    title: Text
    question: Text
    value: Value
    answer: Text
    findings: tuple[Finding, ...]
    charter: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    not_asked: tuple[NotAsked, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    control_room: ControlScores | None = None

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.value]

    @property
    def without_effect(self) -> bool:
        """Whether the faults made no difference to anything that was judged: the run shows nothing."""
        return any(found.value is Value.INCONCLUSIVE for found in self.of(Category.DIFFERENCE))

    def of(self, category: Category) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.category is category)


def combined(values: Iterable[Value]) -> Value:
    """One value of many: any fail fails; else any inconclusive (or nothing at all judged) is inconclusive."""
    seen = list(values)
    if Value.FAIL in seen:
        return Value.FAIL
    return Value.INCONCLUSIVE if Value.INCONCLUSIVE in seen or not seen else Value.PASS


FORM = "stadtwerk/verdict/1"


def verdict_json(verdict: Verdict) -> str:
    """JSON text, the same bytes for the same verdict. Numbers that are not finite become null."""
    data = {"schema": FORM, "exit_code": verdict.exit_code, **plain(verdict)}
    if verdict.control_room is None:
        del data["control_room"]  # runs without a control room say nothing of one
    return json.dumps(finite(data), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def read_verdict(text: str) -> Verdict:
    """The verdict of a `verdict.json`. Raises `ValueError` if it is none."""
    try:
        data = json.loads(text)
        if data["schema"] != FORM:
            raise ValueError(f"this verdict has the form {data['schema']!r}, not {FORM!r}")
        return Verdict(
            data["scenario"],
            Said(data["title"]),
            Said(data["question"]),
            Value(data["value"]),
            Said(data["answer"]),
            tuple(_finding(item) for item in data["findings"]),
            tuple(data["charter"]),
            tuple(
                Metric(
                    **{
                        **row,
                        "title": Said(row["title"]),
                        "subject": Said(row["subject"]),
                        "source": read_source(row["source"]),
                    }
                )
                for row in data.get("metrics", ())
            ),
            tuple(_not_asked(row) for row in data.get("not_asked", ())),
            tuple(_allowed(row) for row in data.get("allowed", ())),
            read_scores(data["control_room"]) if "control_room" in data else None,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no verdict: {error}") from error


def _not_asked(row: dict[str, Any]) -> NotAsked:
    lists = {name: tuple(row[name]) for name in ("levels", "missed")}
    only = None if row.get("only") is None else Said(row["only"])
    return NotAsked(**{**row, **lists, "title": Said(row["title"]), "reason": Said(row["reason"]), "only": only})


def _allowed(row: dict[str, Any]) -> Allowed:
    return Allowed(**{**row, "levels": tuple(row["levels"]), "title": Said(row["title"]), "by": Said(row["by"])})


def _limit(row: dict[str, Any]) -> Limit:
    return Limit(**{**row, "source": read_source(row["source"]), "confidence": Confidence(row["confidence"])})


def _finding(data: dict[str, Any]) -> Finding:
    limit = data["limit"]
    return Finding(
        data["id"],
        Category(data["category"]),
        Value(data["value"]),
        Said(data["title"]),
        Said(data["reason"]),
        None if limit is None else _limit(limit),
        None if data["actual"] is None else Figure(**data["actual"]),
        tuple(Figure(**figure) for figure in data["figures"]),
        tuple(data["subjects"]),
        data["needed"],
        data.get("untested", False),
    )


def finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
