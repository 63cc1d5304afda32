"""Input files as models: every mistake at once, at its line, with what was meant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from pydantic import AfterValidator, Field, ValidationInfo

from simulator.contracts.document import load_document
from simulator.contracts.model import (
    LIST,
    TEXT,
    Id,
    LocalTime,
    Mistakes,
    Model,
    Number,
    Seconds,
    Share,
    Version,
    Wording,
    by_shape,
    read,
    read_version,
    schema_of,
    unknown,
)
from simulator.contracts.problem import Problem


def _known(name: str, info: ValidationInfo) -> str:
    if name not in info.context:
        raise unknown("pump", name, info.context, "list pumps")
    return name


Pump = Annotated[str, AfterValidator(_known)]


class Off(Model):
    type: Literal["off"]
    pump: Pump = Field(description="the pump that stops")
    at: Seconds = Field(description="time from zero")
    for_: Seconds | None = Field(None, alias="for", description="for how long")

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Any, mistakes: Mistakes) -> None:
        if fields.get("for_") == 0:
            mistakes.wrong("for", "is nothing", "stop it for longer")


class Slow(Off):
    type: Literal["slow"]  # type: ignore[assignment]
    share: Share = Field(description="share of its speed")
    limit: Number = 1.0


class Plan(Model):
    """What is to be done."""

    schema_: Version("test/plan/2") = Field(alias="schema")  # type: ignore[valid-type]
    id: Id
    title: Wording
    start: LocalTime
    pumps: Annotated[Annotated[str, TEXT] | Annotated[list[Pump], LIST], by_shape] = Field(description="which are on")
    steps: list[Annotated[Off | Slow, Field(discriminator="type")]] = Field(min_length=1)
    night: bool = False
    seeds: list[Annotated[int, Field(ge=0)]] = Field(default_factory=list)


GOOD = """\
schema: test/plan/2
id: by-hand
title: {de: Von Hand}
start: 2026-01-14T17:00
pumps: [p1, p2]
steps:
  - {type: "off", pump: p1, at: 1h30m, for: 5 min}
  - {type: slow, pump: p2, at: 0s, share: 0.5}
"""


def problems(folder: Path, text: str) -> list[Problem]:
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    document = load_document(folder / "plan.yaml", "plan.yaml")
    return read_version(document, "test/plan", 2) or read(Plan, document, ("p1", "p2"))[1]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(GOOD, encoding="utf-8")
    plan, wrong = read(Plan, load_document(tmp_path / "plan.yaml"), ("p1", "p2"))
    assert plan is not None
    assert not wrong
    assert (plan.title.of("de"), plan.title.of("en")) == ("Von Hand", "Von Hand")
    assert (plan.steps[0].at, plan.steps[0].for_) == (5400.0, 300.0)
    assert isinstance(plan.steps[1], Slow)
    assert plan.steps[1].share == 0.5


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "said"),
    [
        ("plan/2", "plan/3", 1, "schema", "is version 3, and this program understands versions up to 2"),
        ("test/plan/2", "7", 1, "schema", "write schema: test/plan/2"),
        ("by-hand", "By Hand", 2, "id", "small letters"),
        ("{de: Von Hand}", "By hand", 3, "title", "write {en: 'By hand'}"),
        ("{de: Von Hand}", "{dee: Von Hand}", 3, "title.dee", "did you mean 'de'?"),
        ("{de: Von Hand}", "{}", 3, "title", "says nothing"),
        ("2026-01-14T17:00", "14.1.2026", 4, "start", "is not a date and time"),
        ("2026-01-14T17:00", "2026-01-14T17:00Z", 4, "start", "time zone"),
        ("[p1, p2]", "7", 5, "pumps", "7 is not text or a list; write text or a list: which are on"),
        ("[p1, p2]", "[p1, p3]", 5, "pumps[1]", "did you mean 'p2' or 'p1'?"),
        ("[p1, p2]", "[p1, 3]", 5, "pumps[1]", "3 is not text"),
        ("pump: p1", "pump: ~", 7, "steps[0].pump", "is empty; write text: the pump that stops"),
        ("pump: p1, ", "", 7, "steps[0]", "'pump' is missing; add it: the pump that stops"),
        ("pump: p1", "pumb: p1, pump: p1", 7, "steps[0].pumb", "did you mean 'pump'?"),
        ("at: 1h30m", "at: 1x", 7, "steps[0].at", "is not a duration"),
        ("at: 1h30m", "at: 90", 7, "steps[0].at", "90 has no unit; write a duration such as"),
        ("at: 1h30m", "at: [1h]", 7, "steps[0].at", "is not a duration"),
        ("for: 5 min", "for: ", 7, "steps[0].for", "is empty; write a duration"),
        ("[p1, p2]", "", 5, "pumps", "is empty; write text or a list: which are on"),
        ("for: 5 min", "for: 0s", 7, "steps[0].for", "is nothing"),
        ("type: slow", "type: sloww", 8, "steps[1].type", "'sloww' is not a choice; did you mean 'slow'?"),
        ("type: slow, ", "", 8, "steps[1]", "'type' is missing; add it, one of: off, slow"),
        ("share: 0.5", "share: 50%", 8, "steps[1].share", "write 0.5"),
        ("share: 0.5", "share: 1.5", 8, "steps[1].share", "above the maximum of 1"),
        ("share: 0.5", 'share: "0.5"', 8, "steps[1].share", "'0.5' is not a number; write a number: share of its"),
        ("share: 0.5", "share: 0.5, limit: yes", 8, "steps[1].limit", "'yes' is not a number"),
        ("steps:", "night: no\nsteps:", 6, "night", "'no' is not true or false"),
        ("steps:", "night: 1\nsteps:", 6, "night", "1 is not true or false"),
        ("steps:", "seeds: [1.0]\nsteps:", 6, "seeds[0]", "1.0 is not a whole number"),
        ("steps:", "seeds: [true]\nsteps:", 6, "seeds[0]", "True is not a whole number"),
        ("steps:", "seeds: [-1]\nsteps:", 6, "seeds[0]", "below the minimum of 0"),
        ("steps:", "together_: 1\nsteps:", 6, "together_", "is not a field here"),
    ],
)  # fmt: skip
def test_each_mistake_at_its_place(tmp_path: Path, old: str, new: str, line: int, field: str, said: str) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert [(problem.line, problem.field) for problem in found] == [(line, field)], found
    assert said in str(found[0])


def test_structure_names_and_what_fields_say_together_are_told_in_one_go(tmp_path: Path) -> None:
    text = GOOD.replace("by-hand", "By Hand").replace("pump: p1, at: 1h30m", "pump: p9, colour: red, at: 5")
    found = problems(tmp_path, text.replace("5 min", "0 s").replace("type: slow", "type: fast"))
    assert [problem.field for problem in found] == [
        "id", "steps[0].at", "steps[0].colour", "steps[0].for", "steps[0].pump", "steps[1].type"
    ]  # fmt: skip


def test_nonsense_never_crashes(tmp_path: Path) -> None:
    for text in ("", "7", "[]", "a: b", "steps: 7", "steps: [7]", "steps: [{type: {}}]", "steps: {type: off}"):
        assert problems(tmp_path, text)


def test_the_schema_says_the_same(tmp_path: Path) -> None:
    schema = schema_of(Plan)
    jsonschema.Draft202012Validator.check_schema(schema)
    checks = jsonschema.Draft202012Validator(schema)
    (tmp_path / "plan.yaml").write_text(GOOD, encoding="utf-8")
    assert not list(checks.iter_errors(load_document(tmp_path / "plan.yaml").data))
    for old, new in (("pump: p1, ", ""), ("share: 0.5", "share: 2"), ("1h30m", "1x"), ("id: ", "idd: 1\nid: ")):
        (tmp_path / "plan.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
        assert list(checks.iter_errors(load_document(tmp_path / "plan.yaml").data))
    assert "together_" not in str(schema)
