"""The page of the scenarios that ship has them all, as their files say, with verdicts that could be theirs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from resilience.judge.affected import union
from stadtwerk.library import load_checked
from tools.library import FIGURES, PAGE, WORDS, file_of, said, suites_of

TEXT = PAGE.read_text(encoding="utf-8")
SECTIONS = {
    name: text for text in TEXT.split("\n## ")[1:] for name in re.findall(r"^`([\w-]+)`, ", text, re.MULTILINE)[:1]
}


def test_every_scenario_of_every_suite_has_a_section_and_nothing_else_has() -> None:
    assert sorted(SECTIONS) == sorted(suites_of())
    assert sorted(re.findall(r"^\| \[([\w-]+)\]", TEXT, re.MULTILINE)) == sorted(SECTIONS)


@pytest.mark.parametrize("name", sorted(suites_of()))
def test_it_asks_what_the_file_asks_and_names_its_clauses(name: str) -> None:
    _document, scenario, _city = load_checked(file_of(name))
    section = SECTIONS[name]
    assert section.startswith(said(scenario.title) + "\n")
    assert f"*{said(scenario.question)}*" in section
    assert f"[{name}](#{name})" in TEXT and f'<a id="{name}"></a>' in TEXT
    for clause in scenario.charter:
        assert f"`{clause}`" in section
    (told,) = re.findall(r"- \*\*Answer:\*\* (.*)", section)
    assert any(told.startswith(words) for words in WORDS.values())
    cured = told.startswith(WORDS["known-weakness"])
    assert ("- **Cure:**" in section) is cured
    assert not cured or scenario.expected is not None, "only what is declared is cured"
    assert ("- **What failed:**" in section) is told.startswith("fails")


def test_every_figure_is_there_and_none_is_left_over() -> None:
    shown = set(re.findall(r"\(library/([\w-]+\.svg)\)", TEXT))
    assert shown == {path.name for path in Path(FIGURES).glob("*.svg")}


def test_times_below_a_limit_are_joined_where_they_touch() -> None:
    assert union([(50, 60), (10, 30), (30, 40), (20, 35)]) == ((10, 40), (50, 60))
