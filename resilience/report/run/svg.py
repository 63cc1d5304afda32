"""An SVG element as text. Pure: the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

Attribute = str | float | int


def decimal(value: float, places: int = 1) -> str:
    """A coordinate with fixed places, without trailing zeros and without a minus before nothing."""
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def element(name: str, content: str | Iterable[str] = "", **attributes: Attribute) -> str:
    """`<name …>content</name>`. `content` is markup already; attribute values are escaped here.

    `_` in an attribute's name stands for `-`, and `class_` for `class`.
    """
    parts = []
    for key, value in attributes.items():
        shown = escape(value) if isinstance(value, str) else decimal(float(value))
        parts.append(f' {key.rstrip("_").replace("_", "-")}="{shown}"')
    inside = content if isinstance(content, str) else "".join(content)
    head = f"<{name}{''.join(parts)}"
    return f"{head}>{inside}</{name}>" if inside else head + "/>"


def text(x: float, y: float, words: str, **attributes: Attribute) -> str:
    """Words at a place; escaped here."""
    return element("text", escape(words), x=x, y=y, **attributes)


def title(words: str) -> str:
    """What a pointer resting on the surrounding element is told; escaped here."""
    return element("title", escape(words))


def picture(width: float, height: float, content: Iterable[str], label: str, class_: str) -> str:
    """A whole drawing that scales with the page. `label` says to a screen reader what there is to see."""
    return element(
        "svg", content, viewBox=f"0 0 {decimal(width)} {decimal(height)}", role="img", aria_label=label, class_=class_
    )
