"""The answer to a scenario's question in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from resilience.text import Text
from resilience.verdict import Category, Finding, Value


def answer(value: Value, findings: Sequence[Finding]) -> Text:
    """`Yes: the town holds ...`, `No: the town does not hold ...` or `Open: ...`, with the reason that weighs most."""
    asked = [f for f in findings if f.category in (Category.EXPECTATION, Category.REDUNDANCY)]
    if value is Value.PASS:
        if len(asked) == 1:
            return Text(
                "Ja: Die Stadt hält; die eine Erwartung ist erfüllt.",
                "Yes: the town holds; its one expectation is met.",
            )
        return Text(
            f"Ja: Die Stadt hält; alle {len(asked)} Erwartungen sind erfüllt.",
            f"Yes: the town holds; all {len(asked)} expectations are met.",
        )
    wrong = [finding for finding in findings if finding.value is value]
    undone = [finding for finding in wrong if finding.category is Category.EXECUTION]
    if value is Value.FAIL and undone:
        return _with_more(
            Text("Nein: Der Lauf war nicht der verlangte: ", "No: the run was not the one asked for: "), undone
        )
    if value is Value.FAIL:
        return _with_more(Text("Nein: Die Stadt hält nicht: ", "No: the town does not hold: "), wrong)
    return _with_more(
        Text(
            "Offen: Der Lauf zeigt nicht, ob die Stadt hält: ", "Open: the run does not show whether the town holds: "
        ),
        wrong,
    )


def _with_more(begin: Text, wrong: Sequence[Finding]) -> Text:
    """The most telling reason, and how many more there are. Expectations tell more than what stands behind them."""
    if not wrong:
        return begin + Text("Es wurde nichts geprüft.", "nothing was judged.")
    first = next((finding for finding in wrong if finding.category is Category.EXPECTATION), wrong[0])
    if first.value is Value.INCONCLUSIVE:
        first = wrong[0]  # an unsteady start or a fault without effect explains what follows
    more = len(wrong) - 1
    rest = Text("", "")
    if more:
        rest = Text(
            f" (und {more} weitere{'r Punkt' if more == 1 else ' Punkte'})",
            f" (and {more} more point{'' if more == 1 else 's'})",
        )
    return begin + Text(first.reason.de.rstrip("."), first.reason.en.rstrip(".")) + rest + Text(".", ".")
