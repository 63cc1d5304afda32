"""What an audit found, on the terminal: counts, the worst cases, the answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from resilience.study.audit import Audit

SHOWN = 20
"""Cases that are printed; all of them stand in the tables."""


def show(audit: Audit, out: Path, terminal: Terminal) -> None:
    """Print the audit; the page has the rest."""
    from resilience.study.audit.page import view_of
    from resilience.study.audit.tables import counts
    from resilience.study.audit.words import GROUPS, TEXTS, VALUES, answer

    lang = terminal.lang
    counted = counts(audit.outcomes)
    heads = ["group", "cases", "run"]
    rows = []
    for group, name in GROUPS.items():
        if group.value in counted:
            of_group = counted[group.value]
            numbers = [of_group.get(key, 0) for key in ("cases", "simulated", "pass", "fail", "inconclusive")]
            rows.append((name.of(lang), *(f"{value:,}" for value in numbers)))
    columns = (*(TEXTS[head].of(lang) for head in heads), *(VALUES[value].of(lang) for value in VALUES))
    terminal.table(TEXTS["counts"].of(lang), columns, rows)
    failing = [row for table in view_of(audit, lang)["failures"] for row in table.rows]
    if failing:
        named = ("subject", "owner", "level", "depth", "length", "hours")
        terminal.table(
            f"{TEXTS['failures'].of(lang)} ({len(audit.failed):,})",
            tuple(TEXTS[name].of(lang) for name in named),
            [(r.id, r.owner, r.level or r.reason, r.depth, r.length, r.hours) for r in failing[:SHOWN]],
        )
    print(answer(audit).of(lang))
    print(f"{out / 'audit.html'}, audit.csv, audit.json")
