"""What a person sees: progress on long work, tables, the verdict. Quiet where nobody looks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from simulator.contracts.ticks import to_s
from simulator.contracts.words import Numeral, Text, Words, unbroken

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text as RichText

    from resilience.judge.verdict import Verdict
    from resilience.report.pages import Page
    from simulator.kernel import Clock

_ = Words("stadtwerk")

STYLES = {
    "pass": "green",
    "fail": "bold red",
    "inconclusive": "yellow",
    "not needed": "dim",
    "not asked": "dim",
    "allowed": "dim",
}
SIGNS = {"pass": "✔", "fail": "✘", "inconclusive": "?", "not needed": "–", "not asked": "–", "allowed": "–"}
WORDS = {
    "pass": _("pass"),
    "fail": _("fail"),
    "inconclusive": _("inconclusive"),
    "not needed": _("not needed"),
    "not asked": _("not asked"),
    "allowed": _("missed as allowed"),
}
HEADS = (_("verdict"), _("check"), _("finding"))
REPORT = _("report")
PIPED_COLUMNS = 120
"""Width of tables in a log file or pipe, where nobody says how wide the paper is."""
WIDE_COLUMNS = 100
"""Below this a table of more than three columns, or of long sentences, is printed as paragraphs."""


REPORTED_EVERY_S = 0.5
"""Seconds between two writings of how far a run is."""


_NO_BREAK, _BEFORE_UNIT = "\ue000", "\ue001"
"""Rich ends lines at no-break spaces as at others: while it lays out, signs for private use stand for these blanks."""
_LAID_OUT = {ord(_NO_BREAK): "\u00a0", ord(_BEFORE_UNIT): " "}


class Progress(Protocol):
    """Told the tick that the run has reached."""

    def __call__(self, tick: int) -> None: ...


class Count(Protocol):
    """Told that one more piece is done."""

    def __call__(self, failed: bool = False) -> None: ...


def _whole(text: str, style: str = "") -> RichText:
    """A text in which no line ends between a number and its unit."""
    from rich.text import Text as Rich

    held = unbroken(text.replace("\u00a0", _NO_BREAK)).replace("\u00a0", _BEFORE_UNIT)
    return Rich(held, style=style)


def _beside(sign: RichText, text: str) -> RichText:
    """A verdict's sign and what it is about."""
    from rich.text import Text as Rich

    return Rich.assemble(sign, "  ", _whole(text))


class Terminal:
    """Results go to standard output, progress and remarks to standard error; a quiet one shows no progress."""

    def __init__(self, lang: str = "en", quiet: bool = False) -> None:
        self.lang = lang
        self._shows = not quiet and sys.stderr.isatty()

    def _console(self, error: bool = False) -> Console:
        from rich.console import Console  # 60 ms, not needed for --help

        plain = bool(os.environ.get("NO_COLOR"))
        console = Console(stderr=error, highlight=False, color_system=None if plain else "auto")
        if not console.is_terminal:
            console.width = max(console.width, PIPED_COLUMNS)
        return console

    def _print(self, console: Console, what: RenderableType, indent: int = 0) -> None:
        """Print without the blanks that fill lines up, and without failing where a sign cannot be shown."""
        from rich.padding import Padding

        with console.capture() as caught:
            console.print(Padding(what, (0, 0, 0, indent)) if indent else what)
        text = "\n".join(line.rstrip() for line in caught.get().split("\n")).translate(_LAID_OUT)
        encoding = sys.stdout.encoding or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding), end="")

    def said(self, text: Text) -> str:
        """A text in the language of this terminal."""
        return text.of(self.lang)

    def say(self, text: Text | str) -> None:
        """A remark, or a line for programs as it stands."""
        print(text if isinstance(text, str) else self.said(text), file=sys.stderr, flush=True)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table or, where it would not fit, a paragraph for each row that begins with the row's first cell."""
        from rich import box
        from rich.table import Table

        console = self._console()
        if len(columns) > 3 and console.width < WIDE_COLUMNS:
            self._print(console, _whole(title, style="italic"))
            for row in rows:
                print()
                self._print(console, _whole(row[0], style="bold"))
                for head, cell in zip(columns[1:], row[1:], strict=True):
                    if cell:
                        self._print(console, _whole(f"{head}: {cell.replace(chr(10), '; ')}"), indent=2)
            return
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        for i, column in enumerate(columns):
            table.add_column(column, overflow="fold", no_wrap=i == 0)  # the first holds names, to be copied
        for row in rows:
            table.add_row(*(_whole(cell) for cell in row))  # not as markup: "[m2]" is a unit
        self._print(console, table)

    def show_page(self, page: Page) -> None:
        """A page of sections as text: the answer, then each table."""

        console = self._console()
        self._print(console, _whole(page.title, style="bold"))
        print(page.facts)
        for _, sentences in page.lead:
            for sentence in sentences:
                self._print(console, _whole(sentence))
        for section in page.sections:
            print()
            self._print(console, _whole(section.title, style="bold"))
            for sentence in section.sentences:
                self._print(console, _whole(sentence))
            for table in section.tables:
                self.table(table.caption, table.heads, table.rows)
            for note in section.notes:
                self._print(console, _whole(note, style="dim"))

    @contextmanager
    def working(self, what: Text) -> Iterator[None]:
        """A sign of life during work whose length nobody knows."""
        if not self._shows:
            yield
            return
        with self._console(error=True).status(self.said(what)):
            yield

    @contextmanager
    def progress(self, clock: Clock) -> Iterator[Progress]:
        """A bar with the simulated time and the speed; nothing when standard error is not a terminal."""
        if not self._shows:
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

    @contextmanager
    def counting(self, what: Text) -> Iterator[Callable[[int, int], None]]:
        """A bar for work whose length becomes known while it goes on; nothing when standard error is not a terminal."""
        if not self._shows:
            yield lambda done, total: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._console(error=True), transient=True) as bar:
            task = bar.add_task(self.said(what), total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    @contextmanager
    def counting_up(self, total: int, done: int = 0) -> Iterator[Count]:
        """How many of so many pieces are done, how many failed, and when the rest will be; a line for each tenth where
        no terminal is."""
        if self._shows:
            yield from self._bar(total, done)
            return
        import time

        began, first, failures, said = time.monotonic(), done, 0, 10 * done // max(total, 1)

        def count(failed: bool = False) -> None:
            nonlocal done, failures, said
            done, failures = done + 1, failures + failed
            if 10 * done // total > said:
                said = 10 * done // total
                left_s = (time.monotonic() - began) / (done - first) * (total - done)
                left = Numeral(f"{left_s:.0f} s")
                sentence = _("{done} of {total} runs, {failures} failed, about {left} left")
                self.say(sentence.filled(done=done, total=total, failures=failures, left=left))

        yield count

    def _bar(self, total: int, done: int) -> Iterator[Count]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
        with Progress(*columns, console=self._console(error=True), transient=True) as bar:
            task, failures = bar.add_task("", total=total, completed=done), 0

            def count(failed: bool = False) -> None:
                nonlocal failures
                failures += failed
                bar.update(
                    task,
                    advance=1,
                    description=self.said(_("{failures} failed", failures=failures)) if failures else "",
                )

            yield count

    def show_verdict(self, verdict: Verdict, notes: Sequence[Text], folder: Path) -> None:
        """The verdict as a table, the answer in one sentence, remarks, and where the report stands."""
        from rich import box
        from rich.table import Table

        from resilience.judge.unasked import because, missed

        console, words = self._console(), {value: self.said(word) for value, word in WORDS.items()}
        wide = console.width >= WIDE_COLUMNS
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for i, head in enumerate(map(self.said, HEADS)):
            table.add_column(head, overflow="fold", no_wrap=i == 0, ratio=(None, 2, 3)[i])
        for finding in verdict.findings:
            value = finding.value.value if finding.needed else "not needed"
            sign = _whole(f"{SIGNS[value]} {words[value]}", style=STYLES[value])
            title, reason = finding.title.of(self.lang), finding.reason.of(self.lang)
            if wide:
                table.add_row(sign, _whole(title), _whole(reason))
            else:
                self._print(console, _beside(sign, title))
                self._print(console, _whole(reason), indent=4)
        beside = [("not asked", one) for one in verdict.not_asked] + [("allowed", one) for one in verdict.allowed]
        for kind, one in beside:
            sign = _whole(f"{SIGNS[kind]} {words[kind]}", style=STYLES[kind])
            cells = one.title.of(self.lang), because(one).of(self.lang) + missed(one).of(self.lang)
            if wide:
                table.add_row(sign, *map(_whole, cells))
            else:
                self._print(console, _beside(sign, cells[0]))
                self._print(console, _whole(cells[1]), indent=4)
        if wide:
            self._print(console, table)
        else:
            print()
        value = verdict.value.value
        sign = _whole(f"{SIGNS[value]} {words[value].upper()}", style=STYLES[value])
        self._print(console, _beside(sign, verdict.answer.of(self.lang)))
        for note in notes:
            self._print(console, _whole(self.said(note), style="dim"))
        print(f"{self.said(REPORT)}: {folder / 'report.html'}")


class Reporting(Terminal):
    """Beside what it says, it keeps in a file how far the work is, for whoever watches from outside.

    The file is one JSON object, replaced as a whole: `step` is what goes on, in words; `share` how much of it is done,
    from 0 to 1, null where nobody knows; `clock` the town's time in a run. It is not written where it cannot be.
    """

    def __init__(self, file: Path, lang: str = "en") -> None:
        super().__init__(lang)
        self._file, self._due = file, 0.0

    def _tell(self, step: Text | str, share: float | None = None, clock: str = "", always: bool = True) -> None:
        import contextlib
        import json
        import time

        now = time.monotonic()
        if not always and now < self._due:
            return
        self._due = now + REPORTED_EVERY_S
        said = {"step": step if isinstance(step, str) else self.said(step), "share": share, "clock": clock}
        aside = self._file.with_name(f".{self._file.name}.partial")
        with contextlib.suppress(OSError):
            aside.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
            aside.replace(self._file)

    @contextmanager
    def working(self, what: Text) -> Iterator[None]:
        self._tell(what)
        with super().working(what):
            yield

    @contextmanager
    def progress(self, clock: Clock) -> Iterator[Progress]:
        step = _("living through the time of the scenario")
        with super().progress(clock) as bar:

            def show(tick: int) -> None:
                share = (tick - clock.begin) / max(clock.end - clock.begin, 1)
                self._tell(step, share, clock.datetime(tick).isoformat(timespec="minutes"), tick >= clock.end)
                bar(tick)

            yield show

    @contextmanager
    def counting_up(self, total: int, done: int = 0) -> Iterator[Count]:
        with super().counting_up(total, done) as bar:

            def count(failed: bool = False) -> None:
                nonlocal done
                done += 1
                self._tell(step.filled(done=done, total=total), done / max(total, 1), "", done == total)
                bar(failed)

            step = _("{done} of {total} runs")
            self._tell(step.filled(done=done, total=total), done / max(total, 1))
            yield count


def terminal_for(lang: str, progress: Path | None) -> Terminal:
    """The terminal of a command that may be asked to keep in a file how far it is."""
    return Terminal(lang) if progress is None else Reporting(progress, lang)


class Quiet(Terminal):
    """Says nothing while one run of many goes on."""

    def say(self, text: Text | str) -> None:
        pass

    @contextmanager
    def working(self, what: Text) -> Iterator[None]:
        yield

    @contextmanager
    def progress(self, clock: Clock) -> Iterator[Progress]:
        yield lambda _: None
