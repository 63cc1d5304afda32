"""The notebook of the documentation runs, and prints what it shows."""

from __future__ import annotations

import re

import nbformat
import pytest

from tools import notebook

NOTEBOOKS = sorted(notebook.FOLDER.glob("*.ipynb"))


@pytest.mark.filterwarnings("ignore:.*event loop:DeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_prints_what_it_shows(path: notebook.Path) -> None:
    shown = nbformat.read(path, as_version=4)
    assert told(notebook.executed(path)) == told(shown), "run: make notebook"


def told(one: object) -> list[str]:
    """What the cells print, without the figures: those follow the demo city."""
    return [re.sub(r"[0-9][0-9.,]*", "#", text) for text in notebook.printed(one)]


def test_it_draws_and_names_no_machine() -> None:
    assert NOTEBOOKS
    for path in NOTEBOOKS:
        text = path.read_text(encoding="utf-8")
        assert "image/png" in text
        assert str(notebook.ROOT) not in text
        assert "site-packages" not in text
