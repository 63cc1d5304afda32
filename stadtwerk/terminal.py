"""What a person sees: progress on long work, tables, the verdict. Quiet where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from simulator.contracts.ticks import to_s

if TYPE_CHECKING:
    from rich.console import Console

    from stadtwerk.run import RunResult
    from simulator.kernel import Clock

STYLES = {"pass": "green", "fail": "bold red", "inconclusive": "yellow"}
SIGNS = {"pass": "✔", "fail": "✘", "inconclusive": "?"}
WORDS = {
    "en": {"pass": "pass", "fail": "FAIL", "inconclusive": "inconclusive"},
    "de": {"pass": "bestanden", "fail": "NICHT BESTANDEN", "inconclusive": "nicht schlüssig"},
}


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

        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*row)
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
        from rich import box
        from rich.table import Table
        from rich.text import Text

        console = self._console()
        verdict = result.verdict
        german = self.lang == "de"
        heads = ("Ergebnis", "Prüfung", "Soll", "Ist", "Aussage") if german else ("", "check", "target", "actual", "finding")
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for i, head in enumerate(heads):
            table.add_column(head, overflow="fold", no_wrap=i == 0)
        for row in result.rows:
            sign = Text(f"{SIGNS[row.value]} {WORDS[self.lang][row.value]}", style=STYLES[row.value])
            table.add_row(sign, row.check, row.target, row.actual, row.finding)
        console.print(table)
        answer = Text(f"{SIGNS[verdict.value]} {WORDS[self.lang][verdict.value]}: ", style=STYLES[verdict.value])
        answer.append(result.answer, style="default")
        console.print(answer)
        for note in result.notes:
            console.print(note, style="dim", markup=False)
        console.print(f"report: {result.folder / 'report.html'}", markup=False, soft_wrap=True)
