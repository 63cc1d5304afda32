"""Writes what the scenarios that ship have shown: `python -m tools.library SUITE_FOLDER ...` makes docs/library.md.

The folders are those that `stadtwerk test SUITE --out FOLDER` left; each scenario stands on the page by its first run
in them. Question, verdict and reasons are those of the run. The figure of a scenario shows when which service was below
what is required.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

import stadtwerk
from resilience.judge.affected import Span, union
from resilience.judge.outcome import ASKED
from resilience.judge.verdict import Value
from resilience.scenario.scenario import Scenario
from resilience.scenario.words import entry_words
from resilience.words.changes import change_words
from resilience.words.terms import name_of
from simulator.contracts.duration import shown
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import Text
from stadtwerk.library import load_checked, load_named_suite, suite_names

ROOT = Path(__file__).resolve().parents[1]
PAGE, FIGURES = ROOT / "docs" / "library.md", ROOT / "docs" / "library"
MOST_REASONS = 3

HEAD = """\
# The scenarios that ship

Each asks a question that a council would ask of the demo city, by faults, norms and limits that are written in its
file. *Not shown* is a run in which the faults made no difference to anything that was judged. Where a *cure* is named
the suite runs the scenario again with it, and what failed then holds; without a cure a failure is plainly one. Bars
show when a service was below what is required of it, anywhere in the town.

This page is written by `python -m tools.library` from the runs of the suites `nightly` and `control`.

| scenario | verdict | suites |
|---|---|---|
"""
WORDS = {
    "pass": "holds",
    "known-weakness": "fails, and is cured by what is named",
    "fail": "fails",
    "inconclusive": "inconclusive",
    "not-shown": "not shown",
}
BRIEF = WORDS | {"known-weakness": "fails, cure known"}


@dataclass(frozen=True)
class Shown:
    """A scenario with what its run came to."""

    run: stadtwerk.Run
    scenario: Scenario
    outcome: str
    suites: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.scenario.id


def read(folders: Iterable[Path]) -> dict[str, Shown]:
    """Every scenario by its first run in the folders of suites. Raises `BadInput` for what is no such folder."""
    of = suites_of()
    found: dict[str, Shown] = {}
    for folder in folders:
        record = json.loads((folder / "suite.json").read_text(encoding="utf-8"))
        for row in record["runs"]:
            name = str(row["scenario"])
            if name in found or name not in of or row["verdict"] is None:
                continue
            run = stadtwerk.open_run(folder / str(row["folder"]))
            _document, scenario, _city = load_checked(file_of(name))
            found[name] = Shown(run, scenario, str(row["outcome"]), of[name])
    return found


def suites_of() -> dict[str, tuple[str, ...]]:
    """The suites of each scenario that stands in one, by its id."""
    of: dict[str, list[str]] = defaultdict(list)
    for suite in suite_names():
        for path in load_named_suite(suite).scenarios:
            of[path.stem].append(suite)
    return {name: tuple(sorted(names)) for name, names in of.items()}


def file_of(name: str) -> Path:
    """The file of a scenario of any suite that ships."""
    return next(path for suite in suite_names() for path in load_named_suite(suite).scenarios if path.stem == name)


def low_times(run: stadtwerk.Run, end_s: float) -> dict[str, list[tuple[float, float]]]:
    """When any level of a measure was worse than its minimum, from 0 to `end_s`: spans in seconds, by measure."""
    measures = registry().measures
    spans: dict[str, list[Span]] = defaultdict(list)
    for level in run.figures.levels:
        sign = 1 if measures[level.measure].higher_is_better else -1
        times, values = run.levels.series(level.id)
        low = sign * (values - level.minimum) < -1e-9
        ends = np.append(times[1:], end_s)
        for begin, end, is_low in zip(times.tolist(), ends.tolist(), low.tolist(), strict=True):
            begin, end = max(begin, 0.0), min(end, end_s)
            if is_low and begin < end:
                spans[level.measure].append((to_ticks(begin), to_ticks(end)))
    return {measure: [(to_s(a), to_s(b)) for a, b in union(each)] for measure, each in sorted(spans.items())}


WIDTH, LEFT, ROW = 720, 210, 20


def bars(title: str, low: Mapping[str, list[tuple[float, float]]], end_s: float) -> str:
    """The figure of a scenario as SVG text: a row for each service that was ever below what is required."""
    names = {measure: registry().measures[measure].service.of("en") for measure in low}
    height = ROW * len(low) + 34
    scale = (WIDTH - LEFT - 12) / end_s
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        'font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    bottom = ROW * len(low) + 6
    for hour in hours(end_s):
        x = LEFT + hour * 3600 * scale
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{bottom}" stroke="#ddd"/>')
        out.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{hour:g} h</text>')
    for row, (measure, spans) in enumerate(low.items()):
        y = 4 + ROW * row
        out.append(f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(names[measure])}</text>')
        for begin, end in spans:
            x, wide = LEFT + begin * scale, max(1.5, (end - begin) * scale)
            out.append(f'<rect x="{x:.1f}" y="{y + 3}" width="{wide:.1f}" height="{ROW - 6}" fill="#d55e00"/>')
    return "\n".join([*out, "</svg>\n"])


def hours(end_s: float) -> list[float]:
    """Five to nine marks on whole or half hours."""
    step = next(s for s in (0.5, 1, 2, 3, 6, 12, 24, 48, 168, 336) if end_s / 3600 / s <= 9)
    return np.arange(0, end_s / 3600 + 1e-6, step).tolist()


def section(one: Shown, figure: str) -> str:
    verdict, scenario = one.run.verdict, one.scenario
    lines = [
        f'<a id="{one.name}"></a>',
        "",
        f"## {said(verdict.title)}",
        "",
        f"`{one.name}`, {shown(scenario.run.duration_s)}",
        "",
    ]
    lines += [f"*{said(verdict.question)}*", ""]
    bites = [bite(one, number) for number in range(len(scenario.timeline))]
    lines += [f"- **What bites:** {'; '.join(bites)}." if bites else "- **What bites:** nothing: an ordinary time."]
    lines += [f"- **Answer:** {WORDS[one.outcome]}. {said(verdict.answer)}"]
    failed = [f for f in verdict.findings if f.value is Value.FAIL and f.category in ASKED]
    if failed:
        reasons = [f"{said(f.title)}: {said(f.reason)}" for f in failed[:MOST_REASONS]]
        more = f" And {len(failed) - MOST_REASONS} more." if len(failed) > MOST_REASONS else ""
        lines += [f"- **What failed:** {' '.join(reasons)}{more}"]
    if scenario.expected is not None and one.outcome == "known-weakness":
        cures = [said(change_words(json.loads(w.cure), one.run.city)) for w in scenario.expected.weaknesses]
        lines += [f"- **Cure:** {'; '.join(cures)}."]
    if verdict.not_asked:
        lines += [
            "- **Not asked:** " + "; ".join(f"{said(n.title)} ({said(n.reason)})" for n in verdict.not_asked) + "."
        ]
    lines += [f"- **Charter:** {', '.join(f'`{name}`' for name in scenario.charter)}."]
    if figure:
        lines += ["", f"![When which service was below what is required](library/{figure})"]
    return "\n".join([*lines, ""])


def bite(one: Shown, number: int) -> str:
    """A timeline entry: what it brings, to how many, from when on and for how long."""
    entry = one.scenario.timeline[number]
    hit = [broken.target for broken in one.run.figures.broken if broken.entry == entry.id]
    where = said(name_of(hit[0], one.run.city)) if len(set(hit)) == 1 else f"{len(set(hit))} things" if hit else ""
    what = said(entry.title or entry_words(entry))
    length = "" if entry.for_s is None else f" for {shown(entry.for_s)}"
    return f"{what}{f' ({where})' if where else ''}, after {shown(entry.at_s)}{length}"


def said(text: Text) -> str:
    """In one line of the page, in English; thin and unbreakable blanks as plain ones."""
    return " ".join(text.of("en").split()).rstrip()


def page(found: Mapping[str, Shown]) -> tuple[str, dict[str, str]]:
    """The page and its figures by file name."""
    rows, parts, figures = [], [], {}
    for name in sorted(found):
        one = found[name]
        end_s = one.scenario.run.duration_s
        low = low_times(one.run, end_s)
        file = f"{name}.svg" if low else ""
        if low:
            figures[file] = bars(said(one.run.verdict.title), low, end_s)
        rows.append(f"| [{name}](#{name}) | {BRIEF[one.outcome]} | {', '.join(one.suites)} |")
        parts.append(section(one, file))
    return HEAD + "\n".join(rows) + "\n\n" + "\n".join(parts), figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="SUITE_FOLDER")
    found = read(parser.parse_args().folders)
    missing = sorted(set(suites_of()) - set(found))
    if missing:
        print("no run of: " + ", ".join(missing), file=sys.stderr)
        return 64
    text, figures = page(found)
    PAGE.write_text(text, encoding="utf-8")
    FIGURES.mkdir(exist_ok=True)
    for path in FIGURES.glob("*.svg"):
        path.unlink()
    for name, drawing in figures.items():
        (FIGURES / name).write_text(drawing, encoding="utf-8")
    print(f"{len(found)} scenarios, {len(figures)} figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
