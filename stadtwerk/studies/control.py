"""One scenario run in the three ways of control beside each other: the price of not knowing, in people-hours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words, number
from stadtwerk.runs.run import RunRequest, RunResult, run_scenario
from stadtwerk.runs.shelf import PAGE, beside_others
from stadtwerk.terminal import WORDS, Terminal

if TYPE_CHECKING:
    from simulator.contracts.words import Text

_ = Words("stadtwerk")

MODES = ("all-knowing", "closed-loop", "blind")


@dataclass(frozen=True, slots=True)
class Mode:
    """What one way of control came to."""

    name: str
    result: RunResult
    person_hours: float


def with_control(request: RunRequest, mode: str, checks_off: str | None) -> RunRequest:
    """The request with another control. Raises `BadInput` for kinds of evidence that there are none of."""
    from monitoring.checks import CHECKS
    from simulator.contracts.names import suggestion

    kinds = tuple(name.strip() for name in (checks_off or "").split(",") if name.strip())
    wrong = []
    for name in kinds:
        if name not in CHECKS:
            what = _("{name} is no kind of evidence", name=repr(name))
            wrong.append(Problem("command line", 0, "--checks-off", what, suggestion(name, CHECKS)))
    if wrong:
        raise BadInput(wrong)
    return replace(request, control=mode, checks_off=kinds)


def run_modes(request: RunRequest, terminal: Terminal) -> dict[str, RunResult]:
    """Run all three and say how they compare."""
    from resilience.judge.figures import read_figures

    out = request.out
    if out is None:
        seed = "" if request.seed is None else f"-seed{request.seed}"
        named = Path("runs") / f"{request.scenario.stem}{seed}-control"
        out = beside_others(named, request.lang, f"{MODES[0]}/{PAGE}")
    found = []
    for name in MODES:
        result = run_scenario(replace(request, control=name, out=out / name), terminal)
        figures = read_figures((result.folder / "figures.json").read_text(encoding="utf-8"))
        found.append(Mode(name, result, figures.person_hours))
    for line in told(found):
        terminal.say(line)
    terminal.say(_("a report of each: {folder}", folder=str(out / "*" / "report.html")))
    return {one.name: one.result for one in found}


def told(modes: list[Mode]) -> list[Text]:
    """How they compare, line by line."""
    said: list[Text] = [
        _(
            "{mode}: {verdict}, {hours} people-hours below the required level",
            mode=one.name,
            verdict=WORDS[one.result.verdict.value.value],
            hours=number(round(one.person_hours)),
        )
        for one in modes
    ]
    by_name = {one.name: one.person_hours for one in modes}
    saved, more = by_name["blind"] - by_name["closed-loop"], by_name["closed-loop"] - by_name["all-knowing"]
    hours, beyond = number(round(abs(saved))), number(round(abs(more)))
    if saved >= 0:
        said.append(_("against knowing nothing the control room saves {hours} people-hours", hours=hours))
    else:
        said.append(_("the control room costs {hours} people-hours more than knowing nothing", hours=hours))
    if more >= 0:
        said.append(_("to know every fault at once would save {hours} people-hours more", hours=beyond))
    else:
        said.append(
            _("controls of their own, which believe what they read, lose {hours} people-hours more", hours=beyond)
        )
    return said
