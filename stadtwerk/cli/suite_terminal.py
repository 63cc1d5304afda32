"""A suite on the terminal: a line for each run as it ends, the table, and how to replay what went wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from resilience.judge.outcome import Outcome
from resilience.study.suite import SuiteRun
from simulator.contracts.words import Numeral, Text, Verbatim, Words, enumerated, joined
from stadtwerk.runs.run import RunRequest
from stadtwerk.studies.suite import SuiteRequest, SuiteResult, shrink_run
from stadtwerk.terminal import Terminal

_ = Words("stadtwerk")

WORDS = {
    Outcome.PASS: _("pass"),
    Outcome.KNOWN: _("known weakness"),
    Outcome.RECORDED: _("as recorded"),
    Outcome.FAIL: _("fail"),
    Outcome.INCONCLUSIVE: _("inconclusive"),
    Outcome.NOT_SHOWN: _("not shown"),
    Outcome.NOT_RUN: _("not run"),
    Outcome.ERROR: _("error"),
}
SIGNS = {
    Outcome.PASS: "✔",
    Outcome.KNOWN: "~",
    Outcome.RECORDED: "~",
    Outcome.FAIL: "✘",
    Outcome.INCONCLUSIVE: "?",
    Outcome.NOT_SHOWN: "?",
    Outcome.NOT_RUN: "…",
    Outcome.ERROR: "!",
}
HEADS = (_("outcome"), _("scenario"), _("seed"), _("why"))
SEED = _("seed")
REPLAY = _("replay")
REPORT = _("report")


def _marked(outcome: Outcome) -> Text:
    """An outcome in words, behind its sign."""
    return joined((Verbatim(SIGNS[outcome]), WORDS[outcome]), Verbatim(" "))


def tell(run: SuiteRun, over: int, all_runs: int, terminal: Terminal) -> None:
    """One line when a run is over."""
    terminal.say(
        _(
            "[{over}/{all_runs}] {outcome}  {scenario} (seed {seed}, {length})",
            over=over,
            all_runs=all_runs,
            outcome=_marked(run.judged.outcome),
            scenario=run.scenario,
            seed=run.seed,
            length=_("unchanged: not run again") if run.earlier else Numeral(f"{run.length_s:.1f} s"),
        )
    )


def show(result: SuiteResult, terminal: Terminal) -> None:
    """The table of all runs, then what went wrong, each with its seed and the command that replays it."""
    lang = terminal.lang
    rows = [
        (_marked(run.judged.outcome).of(lang), run.scenario, str(run.seed), run.judged.reason.of(lang))
        for run in result.runs
    ]
    terminal.table(result.suite.title.of(lang), tuple(head.of(lang) for head in HEADS), rows)
    for run in result.runs:
        if run.judged.outcome not in (Outcome.PASS, Outcome.KNOWN, Outcome.RECORDED, Outcome.NOT_RUN):
            print("\n".join(complaint(run, lang)))
            print()
    if result.opt_outs.number:
        print(result.opt_outs.told.of(lang))
    if result.mended:
        names = enumerated([Verbatim(name) for name in result.mended])
        print(_("Recorded, but no longer so: {names}. Record anew: --record-baseline FILE", names=names).of(lang))
    count = Counter(run.judged.outcome for run in result.runs)
    parts = [f"{count[outcome]} {word.of(lang)}" for outcome, word in WORDS.items() if count[outcome]]
    print(f"{result.suite.id}: {', '.join(parts)} ({result.length_s:.0f} s)")


def complaint(run: SuiteRun, lang: str) -> list[str]:
    """What a run was asked, what came out, and how to see it again."""
    lines = [f"{_marked(run.judged.outcome).of(lang)}: {run.scenario}"]
    if run.verdict is not None:
        lines += [f"  {run.verdict.question.of(lang)}", f"  {run.verdict.answer.of(lang)}"]
    if run.judged.unexpected:
        lines += [
            f"  - {finding.id}: {finding.title.of(lang)}: {finding.reason.of(lang)}"
            for finding in run.judged.unexpected
        ]
    if run.verdict is None or run.judged.reason != run.verdict.answer:
        lines.append(f"  {run.judged.reason.of(lang)}")
    lines.append(f"  {SEED.of(lang)}: {run.seed}")
    lines.append(f"  {REPLAY.of(lang)}: {run.replay}")
    if run.verdict is not None:
        lines.append(f"  {REPORT.of(lang)}: {run.folder}/report.html")
    return lines


def shrink_failures(request: SuiteRequest, result: SuiteResult, terminal: Terminal) -> None:
    """The smallest timeline that still fails, for each run that failed and was not expected to."""

    for run in result.runs:
        if run.judged.outcome is Outcome.FAIL and run.verdict is not None and run.verdict.exit_code == 1:
            again = RunRequest(
                Path(run.file), request.city, run.seed, Path(run.folder), broker_port=None, lang=request.lang
            )
            shrunk = shrink_run(again, Path(run.folder), run.verdict, terminal)
            if shrunk is not None:
                print(shrunk.told().of(request.lang))
