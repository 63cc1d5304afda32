"""How `stadtwerk why` goes on, and its answers, as the terminal shows them."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from resilience.report.run.texts import say
from resilience.study.why.options import merged
from resilience.study.why.search import Answer, Follower, Seen, Stage, Trial
from resilience.words.changes import change_words
from simulator.contracts.registry import registry
from simulator.contracts.words import Numeral, Text, Verbatim, Words, enumerated, joined
from stadtwerk.studies.declaring import expected_part, plain
from stadtwerk.studies.why import Searched, Why
from stadtwerk.studies.why_results import changes, faults_words, rows, write

if TYPE_CHECKING:
    from resilience.study.why.options import Cured, Option
    from stadtwerk.terminal import Terminal

_ = Words("stadtwerk")

_INDENT = Verbatim("  ")
FEW = 2
"""Cures of one trial that are told with size and places; of more only the number."""


class Watching(Follower):
    """Says a line for each trial, and leaves what is known by now in the run's folder after each finding."""

    def __init__(self, searched: Searched, terminal: Terminal, most_runs: int) -> None:
        self._searched, self._terminal = searched, terminal
        self._titles = {one.id: one.title for one in searched.findings}
        self._finding = ""
        self._new = self._trials = 0
        self._since = time.monotonic()
        self.found_so_far: Why | None = None
        lacks = sum(len(option.places) for option in searched.options)
        terminal.say(
            _(
                "findings that failed: {findings}; where this run shows a lack, {cures} cures could be bought at "
                "{places} places in all; at most {runs} new runs",
                findings=len(searched.findings),
                cures=len(searched.options),
                places=lacks,
                runs=most_runs,
            )
        )

    def begins(self, finding: str, stage: Stage) -> None:
        self._finding = finding
        at = [one.id for one in self._searched.findings].index(finding) + 1
        what = _("what would have been enough?") if stage is Stage.ENOUGH else _("how little of it is enough?")
        self._terminal.say(
            _(
                "[{at} of {all}] {title} ({finding}): {what}",
                at=at,
                all=len(self._titles),
                title=self._titles[finding],
                finding=finding,
                what=what,
            )
        )

    def lived(self, trial: Trial, seen: Seen, kept: bool) -> None:
        now = time.monotonic()
        took, self._since = now - self._since, now
        self._new += not kept
        self._trials += 1
        if not seen.possible:
            came: Text = _("makes no town")
        elif not self._finding:
            came = _("fails again as it did")
        else:
            came = _("kept") if self._finding in seen.held else _("not kept")
        how = _("known from before") if kept else _("run {number}, {time}", number=self._new, time=_seconds(took))
        self._terminal.say(_INDENT + _("{how}: {trial}: {came}", how=how, trial=self._words(trial), came=came))

    def found(self, answers: Mapping[str, Answer]) -> None:
        it = self._searched
        known = tuple(answers.get(one.id, Answer(one.id, complete=False)) for one in it.findings)
        self.found_so_far = Why(it.folder, it.city, it.verdict, known, it.scenario, self._trials)
        write(self.found_so_far, self._terminal.lang)
        latest = answers[self._finding]
        if latest.cured and not latest.complete:
            names = enumerated([_joined(cures) for cures in latest.cured])
            self._terminal.say(_INDENT + _("enough would be: {names}", names=names))

    def _words(self, trial: Trial) -> Text:
        if trial.without:
            return _(
                "without “{faults}”", faults=faults_words(trial.without, self._searched.scenario, self._searched.city)
            )
        if not trial.cured:
            return _("the run as it was")
        if len(trial.cured) > FEW:
            return _("{n} cures together, each as much as can be bought", n=len(trial.cured))
        return change_words(merged(cured.change for cured in trial.cured), self._searched.city)


def _seconds(took: float) -> Text:
    return Numeral(f"{took:.0f} s")


def _joined(cures: tuple[Cured, ...]) -> Text:
    return joined([_title(cured.option) for cured in cures], Verbatim(" + "))


def _title(option: Option) -> Text:
    if option.cure is not None:
        return option.cure.title
    second = next((kind.second for kind in registry().links.values() if kind.name == option.kind), None)
    return second or Verbatim(option.name)


def show(terminal: Terminal, found: Why) -> None:
    """The answers, each with its cures as a scenario would declare them."""
    lang = terminal.lang
    if not found.answers:
        print(say("why-nothing", lang))
        return
    for answer, row in zip(found.answers, rows(found), strict=True):
        print(f"\n{row.title.of(lang)} ({answer.finding})\n{row.reason.of(lang)}")
        if row.without:
            print(say("why-without", lang))
            for names, words in zip(answer.without, row.without, strict=True):
                print(f"  - {words.of(lang)} ({', '.join(names)})")
        if row.cures:
            print(say("why-with", lang))
            for number, words in enumerate(row.cures, start=1):
                print(f"  {number}. {words.of(lang)}")
            if answer.complete:  # a cure that is larger than it need be is none to declare
                print(terminal.said(_("The first as a known weakness of a scenario:")))
                found_cure = {"findings": [answer.finding], "cure": plain(changes(answer)[0])}
                print(textwrap.indent(expected_part([found_cure]), "  "), end="")
        elif answer.complete:
            print(say("why-none", lang))
        if not answer.complete:
            print(say("why-incomplete" if row.cures else "why-open", lang))
