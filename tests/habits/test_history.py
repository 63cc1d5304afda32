"""The past event of docs/history.md: the model stays within what was reported, and the page says what it says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.history import AS_REPORTED, AT_ONCE, FIGURE, PAGE, Retold, agrees, figure, figures, page
from tools.koepenick import SHIPPED, build
from tools.reported import TOLD, Told


@pytest.fixture(scope="module")
def runs() -> tuple[Retold, Retold]:
    return Retold.run(AS_REPORTED), Retold.run(AT_ONCE)


@pytest.fixture(scope="module")
def found(runs: tuple[Retold, Retold]) -> Mapping[str, float]:
    return figures(*runs)


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.id)
def test_the_model_stays_within_what_was_reported(found: Mapping[str, float], told: Told) -> None:
    """Bands from press, fire service and operator, written down before the first run (`tools/reported.py`)."""
    within = agrees(told, found[told.id])
    assert within is not told.differs, f"{told.what}: {found[told.id]:g}, reported {told.reported}"


def test_nothing_is_known_to_differ() -> None:
    assert [told.id for told in TOLD if told.differs] == []


def test_page_and_figure_are_those_of_the_runs(runs: tuple[Retold, Retold], found: dict[str, float]) -> None:
    mend = "write them anew: python -m tools.history"
    text = PAGE.read_text(encoding="utf-8")
    assert page(text, found) == text, mend
    assert figure(*runs) == FIGURE.read_text(encoding="utf-8"), mend


@pytest.mark.nightly
def test_the_town_is_the_one_that_its_script_builds(tmp_path: Path) -> None:
    build(tmp_path / "koepenick")
    for path in sorted(SHIPPED.iterdir()):
        built = (tmp_path / "koepenick" / path.name).read_text(encoding="utf-8")
        assert path.read_text(encoding="utf-8") == built, f"{path.name}: python -m tools.koepenick"
