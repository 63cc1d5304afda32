"""The series with their alarms as one page of HTML that opens anywhere: no script, nothing loaded."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from monitoring.recording import Recording, written
from monitoring.watch import Alarm
from simulator.contracts.words import Numeral, Text, Words, number

_ = Words("monitoring")
_n = _.plural

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 900, 150, 56, 8, 24
MOST = 20
"""So many series are drawn: those that the most alarms name."""
MARKS = 6

STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; color: #111; background: #fff;
margin: 0 auto; padding: 1rem; max-width: 60rem }
h1 { font-size: 1.4rem } h2 { font-size: 1rem; margin: 1.2rem 0 0.2rem; overflow-wrap: anywhere }
svg { width: 100%; height: auto } .wide { overflow-x: auto }
table { border-collapse: collapse; font-size: 0.9rem }
th, td { text-align: left; padding: 0.25rem 0.6rem 0.25rem 0; vertical-align: top }
tr { border-bottom: 1px solid #ddd } .time { white-space: nowrap } p.note { color: #444 }
@media (max-width: 40rem) { th { display: none } tr { display: block; padding: 0.4rem 0 }
td { display: inline-block; padding: 0 0.8rem 0 0 } td:last-child { display: block } }
"""


def page(recording: Recording, alarms: Sequence[Alarm], remarks: Sequence[Text], title: str, lang: str) -> str:
    """The page. The same recording and alarms give the same bytes."""

    def say(text: Text) -> str:
        return escape(text.of(lang))

    count = _n("{n} alarm", "{n} alarms", len(alarms), n=number(len(alarms)))
    span = f"{_moment(recording, 0)} – {_moment(recording, len(recording.times_s) - 1)}"
    out = [
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">',
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>',
        f"<style>{STYLE}</style></head><body><main>",
        f"<h1>{escape(title)}</h1>",
        f"<p>{say(count)}, {escape(span)}</p>",
        *(f'<p class="note">{say(one)}</p>' for one in remarks),
    ]
    if alarms:
        out.append(_table(recording, alarms, lang))
    named = {one.series: 0 for one in alarms}
    for one in alarms:
        named[one.series] += 1
    drawn = sorted(named, key=lambda name: (-named[name], recording.names.index(name)))[:MOST]
    for name in drawn:
        out.append(f"<h2>{escape(name)}</h2>")
        out.append(_drawing(recording, name, alarms, lang))
    if len(named) > MOST:
        most = _("Drawn are the {n} series that the most alarms name.", n=MOST)
        out.append(f"<p>{say(most)}</p>")
    out.append("</main></body></html>")
    return "\n".join(out) + "\n"


HEADS = (_("raised"), _("cleared"), _("kind"), _("series"), _("score"), _("what was seen"))


def _table(recording: Recording, alarms: Sequence[Alarm], lang: str) -> str:
    heads = "".join(f"<th scope=col>{escape(head.of(lang))}</th>" for head in HEADS)
    rows = []
    for one in alarms:
        cleared = _("stands").of(lang) if one.cleared is None else _moment(recording, one.cleared)
        score = Numeral(f"{one.score:.2f}").of(lang)
        cells = [one.title.of(lang), one.series, score, one.text.of(lang)]
        rows.append(
            f"<tr><td class=time>{_moment(recording, one.raised)}</td><td class=time>{escape(cleared)}</td>"
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + "</tr>"
        )
    return f'<div class="wide" tabindex="0"><table><tr>{heads}</tr>{"".join(rows)}</table></div>'


def _moment(recording: Recording, row: int) -> str:
    return written(int(recording.times_s[row])).replace("T", " ")[:16]


def _drawing(recording: Recording, name: str, alarms: Sequence[Alarm], lang: str) -> str:
    """One series, thin; alarms that name it as dark bands, all others as light ones."""
    values = recording.values[:, recording.names.index(name)]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    high = high if high > low else low + 1.0
    first, last = int(recording.times_s[0]), int(recording.times_s[-1])

    def x(time_s: float) -> float:
        return LEFT + (WIDTH - LEFT - 8) * (time_s - first) / max(last - first, 1)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    told = _("{series} with its alarms", series=name).of(lang)
    out = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(told)}" font-size="11">']
    for one in sorted(alarms, key=lambda one: one.series == name):
        end = last if one.cleared is None else int(recording.times_s[one.cleared])
        begin = x(int(recording.times_s[one.raised]))
        colour = "#e69f00" if one.series == name else "#f0e6d0"
        width = max(x(end) - begin, 1.0)
        out.append(
            f'<rect x="{begin:.1f}" y="{TOP}" width="{width:.1f}" height="{HEIGHT - TOP - BOTTOM}" fill="{colour}"/>'
        )
    for value in (low, high):
        shown = escape(Numeral(f"{value:.4g}").of(lang))
        out.append(f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{shown}</text>')
    for mark in range(MARKS):
        time_s = first + (last - first) * mark / (MARKS - 1)
        anchor = "start" if mark == 0 else "end" if mark == MARKS - 1 else "middle"
        day = written(int(time_s))[:10]
        out.append(f'<text x="{x(time_s):.1f}" y="{HEIGHT - 6}" text-anchor="{anchor}">{day}</text>')
    points = " ".join(f"{x(time_s):.1f},{y(value):.1f}" for time_s, value in _thinned(recording.times_s, values))
    out.append(f'<polyline fill="none" stroke="#0072b2" stroke-width="0.8" points="{points}"/></svg>')
    return "".join(out)


def _thinned(times_s: NDArray[np.int64], values: NDArray[np.float64]) -> list[tuple[float, float]]:
    """The lowest and the highest value of each pixel, in the order of time."""
    rows = np.flatnonzero(np.isfinite(values))
    kept: list[int] = []
    for part in np.array_split(rows, min(WIDTH - LEFT, max(len(rows) // 2, 1))):
        if len(part):
            ends = {int(part[values[part].argmin()]), int(part[values[part].argmax()])}
            kept += sorted(ends)
    return [(float(times_s[row]), float(values[row])) for row in kept]
