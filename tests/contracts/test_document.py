"""A YAML file is read whole or refused at its line; nothing in it runs code, hangs or fills the memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.contracts.document import load_document
from simulator.contracts.problem import BadInput, Problem, told
from simulator.contracts.words import Verbatim


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "town.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_document(path, "town.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_every_value_knows_its_line_and_times_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "town.yaml"
    path.write_text("run:\n  start: 2026-01-14T17:00\n  seeds:\n    - 1\n    - 2\n", encoding="utf-8")
    document = load_document(path)
    assert document.data == {"run": {"start": "2026-01-14T17:00", "seeds": [1, 2]}}
    assert [document.line(place) for place in [("run", "start"), ("run", "seeds", 1), ("run", "seeds", 9)]] == [2, 5, 3]


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf", "9" * 5000])
def test_a_number_that_is_none_is_refused_at_its_line(tmp_path: Path, number: str) -> None:
    (problem,) = problems(tmp_path, f"a: 1\nb: [1, {number}]\n")
    assert problem.startswith("town.yaml:2: b[1]: is not a finite number")


def test_a_number_too_large_for_any_town_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f"a: {10**30}\n")
    assert problem.startswith("town.yaml:1: a: is too large a number")


def test_a_key_written_twice_is_told_with_every_other_mistake(tmp_path: Path) -> None:
    assert [line.split(":")[1] for line in problems(tmp_path, "a: 1\nb: .nan\na: 2\n")] == ["2", "3"]


def test_an_alias_that_contains_itself_and_brackets_without_end_are_refused(tmp_path: Path) -> None:
    for text in ("a: &a [*a]\n", "[" * 5000 + "]" * 5000):
        (problem,) = problems(tmp_path, text)
        assert "nested too deeply" in problem


def test_aliases_of_aliases_do_not_fill_the_memory(tmp_path: Path) -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
    (problem,) = problems(tmp_path, text)
    assert "aliases repeat too much" in problem


def test_a_plain_alias_is_read(tmp_path: Path) -> None:
    path = tmp_path / "town.yaml"
    path.write_text("a: &owner {owner: us}\nb: *owner\n", encoding="utf-8")
    assert load_document(path).data["b"] == {"owner": "us"}


@pytest.mark.parametrize("text", ["a: !!python/object/apply:os.getcwd []\n", "a: !!python/name:os.system\n"])
def test_no_tag_makes_an_object(tmp_path: Path, text: str) -> None:
    path = tmp_path / "town.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        assert load_document(path).data in ({"a": []}, {"a": ""})
    except BadInput as refused:
        assert refused.problems[0].line == 1


@pytest.mark.parametrize("content", [b"\xff\xfea: 1", b"a: \x07"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "town.yaml"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        load_document(path)


def test_values_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        "{at: 17:15, day: 2026-01-14, land: no, on: on, whole: 12, part: 1e3, low: -.5, "
        "yes: true, none: ~, hex: 0x10}\n"
    )
    assert load_document(path).data == {
        "at": "17:15", "day": "2026-01-14", "land": "no", "on": "on", "whole": 12, "part": 1000.0, "low": -0.5,
        "yes": True, "none": None, "hex": 16,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\ncity: {name: demo\nrun: {start: 1}\nb: 2\n", "2: yaml: no } closes the { that opens here: line 3"),
        ("a: [1, 2\n\nb: 3\n", "1: yaml: no ] closes the [ that opens here: line 3"),
        ("a:\n  - {b: [1,\n  - {b: 2}\n", "2: yaml: no ] closes the [ that opens here: line 3"),
        ('a: 1\nb: "two\nc: 3\n', '2: yaml: no " closes the " that opens here'),
        ("a: {b: 1]\n", "1: yaml: expected ',' or '}', but got ']'; close the bracket"),
    ],
)
def test_a_bracket_that_is_not_closed_is_told_where_it_opens(tmp_path: Path, text: str, said: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert problem.startswith(f"town.yaml:{said}")


def test_fifty_problems_are_shown_and_the_rest_counted() -> None:
    many = BadInput(
        Problem("town.yaml", line, f"a{line}", Verbatim(f"is wrong {line}"), Verbatim("fix it"))
        for line in range(1, 74)
    )
    lines = str(many).split("\n")
    assert (len(lines), len(many.problems)) == (51, 73)
    assert lines[-1].startswith("and 23 more")
    assert "more" not in told(many.problems[:50])
