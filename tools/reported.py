"""What was reported of the blackout of Berlin-Köpenick, 19 and 20 February 2019, and what a model may say to agree.

Bands were written down before the model was run. Times are hours after 14:00 of the first day, as in the scenarios.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sure(StrEnum):
    """How sure a reported figure is: said by who was responsible, by the press, or worked out from both."""

    FOUND = "found"
    SECONDARY = "secondary"
    COMPUTED = "computed"


class Whose(StrEnum):
    """Whether an agreement is the model's answer, or the town was drawn to the report, or it is an input."""

    ANSWER = "the model answers"
    DRAWN = "drawn to the report"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class Told:
    """One reported thing. The model agrees if its figure `id` lies in `band`; `unit` is h for a time, else as told."""

    id: str
    what: str
    reported: str
    source: str
    sure: Sure
    band: tuple[float, float]
    unit: str
    whose: Whose
    differs: bool = False
    """Whether it is known that the model does not agree."""


TOLD = (
    Told(
        "one-cable",
        "people dark between the first and the second cable",
        "14:07 first cable cut and nobody noticed, 14:10 second cable",
        "Berliner Zeitung li.18963; Neues Deutschland 1112772",
        Sure.FOUND,
        (0, 0),
        "people",
        Whose.ANSWER,
    ),
    Told(
        "dark",
        "people dark after the second cable",
        "31,500 households and 1,920 businesses; 65,000 or 70,000 people",
        "Berliner Zeitung; Ortsverband B04; FEUERWEHR 5/2019",
        Sure.FOUND,
        (61_700, 70_000),
        "people",
        Whose.INPUT,
    ),
    Told(
        "neighbours",
        "people of the neighbouring area dark at any time",
        "none; an outage in Rudow that evening had another cause",
        "Tagesspiegel 24019418",
        Sure.SECONDARY,
        (0, 0),
        "people",
        Whose.ANSWER,
    ),
    Told(
        "first-light",
        "first lights",
        "18:58 on the second day, in the Altstadt (promised: from 18:30)",
        "B.Z.; Vattenfall on 20 February",
        Sure.SECONDARY,
        (28.5, 29.25),
        "h",
        Whose.ANSWER,
    ),
    Told(
        "half",
        "half of those who came back early are back",
        "successively from 18:30 on; large parts of the Altstadt by 19:40",
        "Vattenfall on 20 February; Berliner Zeitung li.51484",
        Sure.SECONDARY,
        (28.75, 30.5),
        "h",
        Whose.ANSWER,
    ),
    Told(
        "early",
        "share of the dark that came back before the cables did",
        "about half",
        "Vattenfall on 20 February; AFP by Tagesspiegel 24015836",
        Sure.FOUND,
        (0.40, 0.60),
        "share",
        Whose.DRAWN,
    ),
    Told(
        "last",
        "everybody back",
        "21:16 Grünau, Wendenschloß, Bohnsdorf; 21:22 everybody (31 h 12 min)",
        "Berliner Zeitung li.51484; Vattenfall",
        Sure.FOUND,
        (31.2, 31.5),
        "h",
        Whose.INPUT,
    ),
    Told(
        "person-hours",
        "person-hours without power",
        "about 1.9 million: 63,000 people, half for 31.2 h, half for about 29 h",
        "computed from the rows above",
        Sure.COMPUTED,
        (1.80e6, 1.99e6),
        "person-hours",
        Whose.ANSWER,
    ),
    Told(
        "hospital-poor",
        "hours in which the hospital in the Allende-Viertel gave less than it owes",
        "generator faltered in the evening; 23 patients of intensive care moved in the night, "
        "planned operations put off; "
        "units of the THW (500, 317 and 175 kVA) took over",
        "ASB; Neues Deutschland; DRK-Schwesternschaft; THW Steglitz-Zehlendorf",
        Sure.SECONDARY,
        (0.5, 4.0),
        "hours",
        Whose.INPUT,
    ),
    Told(
        "other-hospital",
        "hours that the second hospital ran on its generator",
        "two hospitals in the area, both with emergency power; mobile sets besides",
        "Berliner Feuerwehr (final report); dpa 21 February",
        Sure.SECONDARY,
        (30.9, 31.4),
        "hours",
        Whose.ANSWER,
    ),
    Told(
        "mobile",
        "share of the dark whose mobile phones work at 20:00 of the first day",
        "partly out: batteries of two operators about two hours; Vodafone held until 3:48, then lost three stations",
        "Tagesspiegel 24019498; Berliner Feuerwehr (final report)",
        Sure.SECONDARY,
        (0.05, 0.95),
        "share",
        Whose.DRAWN,
    ),
    Told(
        "cold",
        "homes on district heating below 18 °C",
        "5,000 households without heat at once; by 15:45 of the second day a care home was about "
        "to be cleared for the cold",
        "dts; DLRG Berlin (log 23685)",
        Sure.SECONDARY,
        (5.0, 25.75),
        "h",
        Whose.ANSWER,
    ),
    Told(
        "coldest",
        "coldest rooms on district heating",
        "not measured; at 5 °C outdoors bricks of 65 h give 14.3 °C after 31 h, panels of 230 h 18.1 °C",
        "computed from cooling tests (building-tau)",
        Sure.COMPUTED,
        (13.5, 18.2),
        "°C",
        Whose.ANSWER,
    ),
    Told(
        "at-once",
        "half of the area over its neighbours, had crews switched at once",
        "not done: 28 h 20 min passed. Open rings are usually fed again after 0.5 to 3.5 h",
        "Netze BW, four faults of 2018 and 2019 (local press)",
        Sure.SECONDARY,
        (0.67, 3.67),
        "h",
        Whose.ANSWER,
    ),
)
