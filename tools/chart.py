"""A small line chart as SVG text: the same numbers give the same bytes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 330, 64, 20, 34, 50
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#000")
"""Okabe and Ito's, which people with any colour vision tell apart."""
LETTER_PX = 6.6
"""Width of a letter of the legend, so that entries do not lie on each other."""


@dataclass(frozen=True)
class Line:
    """A line through points; with `steps` a value holds until the next one, with `dots` points are not joined."""

    title: str
    x: Sequence[float]
    y: Sequence[float]
    steps: bool = False
    dots: bool = False
    dash: str = ""


@dataclass(frozen=True)
class Axis:
    """From where to where, the marks between with what stands beside them, and what it is."""

    low: float
    high: float
    marks: Sequence[float]
    title: str
    form: Callable[[float], str] = "{:g}".format


def chart(title: str, x: Axis, y: Axis, lines: Sequence[Line]) -> str:
    """The chart; points outside of the axes are cut to them."""

    def px(value: float) -> float:
        share = (min(max(value, x.low), x.high) - x.low) / (x.high - x.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def py(value: float) -> float:
        share = (min(max(value, y.low), y.high) - y.low) / (y.high - y.low)
        return TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for mark in y.marks:
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{py(mark):.1f}" y2="{py(mark):.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{py(mark) + 4:.1f}" text-anchor="end">{y.form(mark)}</text>')
    for mark in x.marks:
        out.append(f'<text x="{px(mark):.1f}" y="{HEIGHT - 32}" text-anchor="middle">{x.form(mark)}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    out.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x.title)}</text>'
    )
    out.append(f'<text transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">{escape(y.title)}</text>')
    for i, line in enumerate(lines):
        colour = COLOURS[i % len(COLOURS)]
        spots = [(px(a), py(b)) for a, b in zip(line.x, line.y, strict=True)]
        if line.dots:
            out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2" fill="{colour}"/>' for a, b in spots]
            continue
        if line.steps:
            spots = [spots[0], *(p for (_, b), (c, d) in itertools.pairwise(spots) for p in ((c, b), (c, d)))]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in spots)
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        out.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2"{dash} points="{path}"/>')
    at = float(LEFT)
    for i, line in enumerate(lines):
        if not line.title:
            continue
        colour, dash = COLOURS[i % len(COLOURS)], f' stroke-dasharray="{line.dash}"' if line.dash else ""
        if line.dots:
            out.append(f'<circle cx="{at + 12:.1f}" cy="14" r="3" fill="{colour}"/>')
        else:
            ends = f'x1="{at:.1f}" x2="{at + 24:.1f}"'
            out.append(f'<line {ends} y1="14" y2="14" stroke="{colour}" stroke-width="2"{dash}/>')
        out.append(f'<text x="{at + 30:.1f}" y="18">{escape(line.title)}</text>')
        at += 48 + LETTER_PX * len(line.title)
    return "\n".join([*out, "</svg>"]) + "\n"
