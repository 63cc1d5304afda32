"""Colours that the colour-blind tell apart (Okabe and Ito, Color Universal Design), and words for what they mean.

No state is told by its colour alone: each has a word beside it, and a letter on the map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.models import dashboard as model

from simulator.contracts.measurements import ANY, VERDICT_CODES
from simulator.contracts.registry import registry
from simulator.contracts.state import State
from simulator.contracts.words import Text, Words

_ = Words("dashboards")

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#8E8E8E"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, YELLOW, GREY)

STATES: Mapping[State, tuple[Text, str, str]] = {
    State.NORMAL: (_("normal"), GREEN, ""),
    State.DEGRADED: (_("degraded"), YELLOW, "!"),
    State.TECHNICAL: (_("technical fallback"), SKY, "T"),
    State.ANALOGUE: (_("analogue fallback"), PURPLE, "A"),
    State.FAILED: (_("failed"), VERMILION, "✕"),
}
"""Word, colour and letter of each state."""

VERDICTS: Mapping[str, tuple[Text, str]] = {
    "pass": (_("✔ pass"), GREEN),
    "fail": (_("✘ fail"), VERMILION),
    "inconclusive": (_("? inconclusive"), YELLOW),
    "open": (_("… still running"), SKY),
    "not needed": (_("– not needed"), GREY),
}

CATEGORIES: Mapping[str, Text] = {
    "steady-state": _("steady state"),
    "execution": _("execution"),
    "evidence": _("evidence of the fault"),
    "approximation": _("approximation"),
    "difference": _("effect of the faults"),
    "redundancy": _("fallback"),
    "expectation": _("expectation"),
    "required": _("required level"),
}

REDUNDANCY_KINDS: Mapping[str, Text] = {
    "technical": _("technical"),
    "analogue": _("analogue"),
}


def measure_words(lang: str) -> dict[str, Text]:
    """What measures are called: in a word or two, since headings and narrow columns hold no more."""
    named = {name: measure.service for name, measure in registry().measures.items()}
    return named | {ANY: _("any service")}


def of_numbers(rows: Sequence[tuple[float, str, str | None]]) -> list[model.ValueMapping]:
    """Words and colours for numbers."""
    options = {
        f"{number:g}": model.ValueMappingResult(text=text, color=colour, index=i)
        for i, (number, text, colour) in enumerate(rows)
    }
    return [model.ValueMap(options=options)]


def of_texts(words: Mapping[str, Text], lang: str) -> list[model.ValueMapping]:
    """Words for the names that stand in the database."""
    options = {
        name: model.ValueMappingResult(text=text.of(lang), index=i) for i, (name, text) in enumerate(words.items())
    }
    return [model.ValueMap(options=options)]


def of_codes(codes: Mapping[int, tuple[Text, str]], lang: str) -> list[model.ValueMapping]:
    """Words and colours for codes, as they are declared."""
    return of_numbers([(code, words.of(lang), colour) for code, (words, colour) in codes.items()])


def states(lang: str) -> list[model.ValueMapping]:
    return of_numbers([(int(state), words.of(lang), colour) for state, (words, colour, _) in STATES.items()])


def verdicts(lang: str) -> list[model.ValueMapping]:
    return of_numbers([(VERDICT_CODES[name], words.of(lang), colour) for name, (words, colour) in VERDICTS.items()])


def yes_no(lang: str, yes: Text, no: Text, bad: bool = True) -> list[model.ValueMapping]:
    """1 and 0 as words; yes is the bad one, or the good one."""
    colours = (VERMILION, GREEN) if bad else (GREEN, VERMILION)
    return of_numbers([(1, yes.of(lang), colours[0]), (0, no.of(lang), colours[1])])
