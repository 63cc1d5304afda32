"""What a person sees: progress on long work, tables, the verdict. Quiet where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from simulator.contracts.ticks import to_s

if TYPE_CHECKING:
    from rich.console import Console

    from simulator.kernel import Clock
    from stadtwerk.run import RunResult

STYLES = {"pass": "green", "fail": "bold red", "inconclusive": "yellow"}
SIGNS = {"pass": "✔", "fail": "✘", "inconclusive": "?"}
WORDS = {
    "en": {"pass": "pass", "fail": "fail", "inconclusive": "inconclusive"},
    "de": {"pass": "bestanden", "fail": "nicht bestanden", "inconclusive": "nicht schlüssig"},
}
HEADS = {"en": ("verdict", "check", "finding"), "de": ("Ergebnis", "Prüfung", "Befund")}


class Progress(Protocol):
    """Told the tick that the run has reached."""

    def __call__(self, tick: int) -> None: ...


class Terminal:
    """Results go to standard output, progress and remarks to standard error."""

    def __init__(self, lang: str = "en") -> None:
        self.lang = lang

    def _console(self, error: bool = False) -> Console:
        from rich.console import Console  # 60 ms, not needed for --help

        console = Console(stderr=error, highlight=False)
        if not console.is_terminal:
            console.width = max(console.width, 120)  # a log file or pipe does not wrap
        return console

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))  # not as markup: "[m2]" is a unit
        self._console().print(table)

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """A sign of life during work whose length nobody knows."""
        if not sys.stderr.isatty():
            yield
            return
        with self._console(error=True).status(what):
            yield

    @contextmanager
    def progress(self, clock: Clock) -> Iterator[Progress]:
        """A bar with the simulated time and the speed; nothing when standard error is not a terminal."""
        if not sys.stderr.isatty():
            yield lambda _: None
            return
        import time

        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        began = time.monotonic()
        with Progress(*columns, TimeRemainingColumn(), console=self._console(error=True), transient=True) as bar:
            task = bar.add_task("", total=clock.end - clock.begin)

            def show(tick: int) -> None:
                speed = to_s(tick - clock.begin) / max(time.monotonic() - began, 1e-3)
                text = f"{clock.datetime(tick):%a %H:%M}  x{speed:,.0f}"
                bar.update(task, completed=tick - clock.begin, description=text)

            yield show

    def show_result(self, result: RunResult) -> None:
        """The verdict as a table, the answer in one sentence, remarks, and where the report stands."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        console, verdict, words = self._console(), result.verdict, WORDS[self.lang]
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for i, head in enumerate(HEADS[self.lang]):
            table.add_column(head, overflow="fold", no_wrap=i == 0)
        for finding in verdict.findings:
            value = finding.value.value
            sign = Text(f"{SIGNS[value]} {words[value]}", style=STYLES[value])
            table.add_row(sign, finding.title.of(self.lang), finding.reason.of(self.lang))
        console.print(table)
        value = verdict.value.value
        answer = Text(f"{SIGNS[value]} {words[value].upper()}: ", style=STYLES[value])
        answer.append(verdict.answer.of(self.lang), style="default")
        console.print(answer)
        for note in result.notes:
            console.print(note, style="dim", markup=False)
        console.print(f"report: {result.folder / 'report.html'}", markup=False, soft_wrap=True)
