"""Colours that the colour-blind tell apart (Okabe and Ito, Color Universal Design), and words for what they mean.

No state is told by its colour alone: each has a word beside it, and a letter on the map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.models import dashboard as model

from dashboards.text import Language, Text
from simulator.contracts.kinds import MEASURES
from simulator.contracts.measurements import ANY, VERDICT_CODES
from simulator.contracts.state import State

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#8E8E8E"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, YELLOW, GREY)

STATES: Mapping[State, tuple[Text, str, str]] = {
    State.NORMAL: (Text("normal", "normal"), GREEN, ""),
    State.DEGRADED: (Text("eingeschränkt", "degraded"), YELLOW, "!"),
    State.TECHNICAL: (Text("technischer Ersatz", "technical fallback"), SKY, "T"),
    State.ANALOGUE: (Text("analoger Ersatz", "analogue fallback"), PURPLE, "A"),
    State.FAILED: (Text("ausgefallen", "failed"), VERMILION, "✕"),
}
"""Word, colour and letter of each state."""

VERDICTS: Mapping[str, tuple[Text, str]] = {
    "pass": (Text("✔ bestanden", "✔ pass"), GREEN),
    "fail": (Text("✘ nicht bestanden", "✘ fail"), VERMILION),
    "inconclusive": (Text("? nicht schlüssig", "? inconclusive"), YELLOW),
    "open": (Text("… läuft noch", "… still running"), SKY),
    "not needed": (Text("– nicht gebraucht", "– not needed"), GREY),
}

STORES: Mapping[str, Text] = {
    "tank": Text("Hochbehälter", "water tank"),
    "battery": Text("Netzbatterie", "grid battery"),
    "fuel": Text("Treibstoff", "fuel"),
    "backup-battery": Text("Pufferbatterie", "backup battery"),
    "roof-tank": Text("Dachtank", "roof tank"),
}

CATEGORIES: Mapping[str, Text] = {
    "steady-state": Text("Ausgangslage", "steady state"),
    "execution": Text("Ausführung", "execution"),
    "evidence": Text("Wirkung der Störung", "evidence of the fault"),
    "redundancy": Text("Ersatzweg", "second way"),
    "expectation": Text("Erwartung", "expectation"),
}

REDUNDANCY_KINDS: Mapping[str, Text] = {
    "technical": Text("technisch", "technical"),
    "analogue": Text("analog", "analogue"),
}


def measure_words(lang: Language) -> dict[str, Text]:
    """What measures are called."""
    named = {name: Text(measure.title_de, measure.title_en) for name, measure in MEASURES.items()}
    return named | {ANY: Text("irgendein Dienst", "any service")}


def of_numbers(rows: Sequence[tuple[float, str, str | None]]) -> list[model.ValueMapping]:
    """Words and colours for numbers."""
    options = {
        f"{number:g}": model.ValueMappingResult(text=text, color=colour, index=i)
        for i, (number, text, colour) in enumerate(rows)
    }
    return [model.ValueMap(options=options)]


def of_texts(words: Mapping[str, Text], lang: Language) -> list[model.ValueMapping]:
    """Words for the names that stand in the database."""
    options = {
        name: model.ValueMappingResult(text=text.of(lang), index=i) for i, (name, text) in enumerate(words.items())
    }
    return [model.ValueMap(options=options)]


def states(lang: Language) -> list[model.ValueMapping]:
    return of_numbers([(int(state), words.of(lang), colour) for state, (words, colour, _) in STATES.items()])


def signs() -> list[model.ValueMapping]:
    """States as the letters on the map."""
    return of_numbers([(int(state), sign, colour) for state, (_, colour, sign) in STATES.items()])


def verdicts(lang: Language) -> list[model.ValueMapping]:
    return of_numbers([(VERDICT_CODES[name], words.of(lang), colour) for name, (words, colour) in VERDICTS.items()])


def yes_no(lang: Language, yes: Text, no: Text, bad: bool = True) -> list[model.ValueMapping]:
    """1 and 0 as words; yes is the bad one, or the good one."""
    colours = (VERMILION, GREEN) if bad else (GREEN, VERMILION)
    return of_numbers([(1, yes.of(lang), colours[0]), (0, no.of(lang), colours[1])])
