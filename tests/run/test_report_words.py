"""What the domains write into the log has words on the page, in both languages."""

from __future__ import annotations

import pytest

from resilience.report.run.log_words import log_words
from resilience.words.text import Text
from tests.run.conftest import Run

POWER = Text("Strom", "power")


def test_every_remark_of_the_main_scenario_is_worded(main_run: Run) -> None:
    """A domain that changes what it writes shows up here, not as English in a German report."""
    remarks = {e["what"] for e in main_run.events if e["kind"] in ("note", "switch", "crew", "supply-back")}
    assert len(remarks) > 5
    assert [what for what in sorted(remarks) if log_words(what, 1.0, POWER) is None] == []


@pytest.mark.parametrize(
    ("what", "value", "de", "en"),
    [
        (
            "108 bus(es) without supply: bus-0, bus-1, …; because of substation-1",
            108.0,
            "108 Ortsnetzstationen ohne Strom",
            "108 local substations without power",
        ),
        (
            "1 bus(es) energised again",
            1.0,
            "1 Ortsnetzstation wieder unter Spannung",
            "1 local substation live again",
        ),
        (
            "switching: crew from depot-1 arrived after 13 min on the road",
            779.85,
            "der Trupp trifft ein, 13\u00a0min unterwegs",
            "the crew arrives, 13\u00a0min on the road",
        ),
        ("repair of pipe-3 [burst]: done", None, "der Trupp ist fertig", "the crew is done"),
        ("loaded to 103%", 1.03, "zu 103\u00a0% belastet", "loaded to 103%"),
        ("power is back", None, "Strom ist wieder da", "power is back"),
    ],
)
def test_the_words_carry_the_numbers(what: str, value: float | None, de: str, en: str) -> None:
    assert log_words(what, value, POWER) == Text(de, en)


def test_what_has_no_words_is_not_made_up() -> None:
    assert log_words("something nobody has ever seen", None, POWER) is None
