"""What a command line asks of an audit, checked as a whole, and what a terminal shows: counts, worst cases, answer."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.contracts.link import LinkKind
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.registry import registry
from simulator.contracts.words import Words, number
from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from resilience.study.audit import Audit, AuditSettings, Scope

_ = Words("stadtwerk")

WHERE = "command line"
TIMES = {
    "warmup": "warmup_s",
    "at": "at_s",
    "length": "for_s",
    "until": "until_s",
    "longest": "longest_s",
}
"""Options that are durations, and the setting each of them is."""


def read_options(options: argparse.Namespace) -> tuple[AuditSettings, Scope]:
    """Settings and scope. Raises `BadInput` with every problem."""
    from resilience.study.audit import AuditSettings, Scope
    from resilience.study.audit.cases import link_order
    from simulator.contracts.duration import seconds, shown

    problems: list[Problem] = []
    settings = AuditSettings()
    for option, field in TIMES.items():
        text = getattr(options, option)
        if text is not None:
            try:
                settings = replace(settings, **{field: seconds(text)})  # type: ignore[arg-type]
            except ValueError as error:
                name = "--for" if option == "length" else f"--{option}"
                problems.append(Problem(WHERE, 0, name, reason_of(error), _("write it as 90min, 6h or 1h30min")))
    if options.start is not None:
        try:
            settings = replace(settings, start=datetime.fromisoformat(options.start))
        except ValueError:
            fix = _("write it as 2026-01-14T07:00")
            problems.append(Problem(WHERE, 0, "--start", _("{start} is no time", start=repr(options.start)), fix))
    if settings.start.tzinfo is not None:
        problems.append(
            Problem(WHERE, 0, "--start", _("names a time zone"), _("give the town's local time without one"))
        )
    if not problems and not (settings.for_s > 0 and settings.at_s + settings.for_s < settings.until_s):
        end = shown(settings.at_s + settings.for_s)
        problems.append(
            Problem(
                WHERE, 0, "--until", _("is not after the end at {end}", end=end), _("watch until after --at + --for")
            )
        )
    kinds: tuple[LinkKind, ...] = link_order()
    if options.kinds is not None:
        named = [name.strip() for name in options.kinds.split(",")]
        known = [kind.value for kind in registry().links]
        problems += [
            Problem(WHERE, 0, "--kinds", _("{name} is no kind of link", name=repr(name)), suggestion(name, known))
            for name in named
            if name not in known
        ]
        kinds = tuple(kind for kind in link_order() if kind.value in named)
    for name, value, least in (("limit", options.limit, 1), ("jobs", options.jobs, 1), ("seed", options.seed, 0)):
        if value is not None and value < least:
            problems.append(
                Problem(
                    WHERE,
                    0,
                    f"--{name}",
                    _("{value} is below {least}", value=value, least=least),
                    _("use a whole number from {least}", least=least),
                )
            )
    if problems:
        raise BadInput(problems)
    scope = Scope(kinds, options.components, options.pairs, options.makers, options.limit)
    return replace(settings, seed=options.seed), scope


SHOWN = 20
"""Cases that are printed; all of them stand in the tables."""


def show(audit: Audit, out: Path, terminal: Terminal) -> None:
    """Print the audit; the page has the rest."""
    from resilience.study.audit.page import NO_EFFECT, counts, view_of
    from resilience.study.audit.words import GROUPS, TEXTS, VALUES, answer

    lang = terminal.lang
    counted = counts(audit.outcomes)
    heads = ["group", "cases", "run"]
    rows = []
    for group, name in GROUPS.items():
        if group.value in counted:
            of_group = counted[group.value]
            numbers = [
                of_group.get(key, 0) for key in ("cases", "simulated", "pass", NO_EFFECT, "fail", "inconclusive")
            ]
            rows.append((name.of(lang), *(number(value).of(lang) for value in numbers)))
    held, *others = (VALUES[value].of(lang) for value in VALUES)
    columns = (*(TEXTS[head].of(lang) for head in heads), held, TEXTS[NO_EFFECT].of(lang), *others)
    terminal.table(TEXTS["counts"].of(lang), columns, rows)
    failing = [row for table in view_of(audit, lang)["failures"] for row in table.rows]
    if failing:
        named = ("subject", "owner", "level", "depth", "length", "hours")
        terminal.table(
            f"{TEXTS['failures'].of(lang)} ({number(len(audit.failed)).of(lang)})",
            tuple(TEXTS[name].of(lang) for name in named),
            [(r.id, r.owner, r.level or r.reason, r.depth, r.length, r.hours) for r in failing[:SHOWN]],
        )
    print(answer(audit).of(lang))
    print(f"{out / 'audit.html'}, audit.csv, audit.json")
