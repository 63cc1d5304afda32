"""When an audit breaks things, for how long, and what it lets pass: the same for all its cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from resilience.scenario.norms import norms
from resilience.scenario.scenario import RunSettings
from simulator.contracts.duration import shown
from simulator.contracts.ticks import to_ticks
from simulator.contracts.words import Text, Words

_ = Words("resilience")


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """Times in seconds from zero, which is `start` on the town's clock.

    At `at_s` something breaks and stays so for `for_s`; the town is watched until `until_s`. A level may be worse than
    its minimum for `longest_s` at a stretch. Where somebody is called, the work on site takes `work_s`.
    """

    start: datetime = datetime(2026, 1, 14, 7, 0)
    warmup_s: float = 3600.0
    at_s: float = 3600.0
    for_s: float = 6 * 3600.0
    until_s: float = 9 * 3600.0
    longest_s: float = 180.0
    work_s: float = 3600.0
    seed: int = 1

    @property
    def run(self) -> RunSettings:
        return RunSettings(self.start, self.warmup_s, self.until_s, None, (self.seed,))

    @property
    def window(self) -> tuple[int, int]:
        """What is judged, in ticks: from the cut to the end."""
        return to_ticks(self.at_s), to_ticks(self.until_s)

    def assumptions(self) -> tuple[Text, ...]:
        """What the figures rest on, for people."""
        begin, at = f"{self.start:%Y-%m-%d %H:%M}", shown(self.at_s)
        sustained = norms()["saidi-sustained"]
        tolerated = f"{shown(self.longest_s)} [{sustained.source}]"
        if self.longest_s != sustained.value:
            tolerated = shown(self.longest_s)
        lasts, watched, work = shown(self.for_s), shown(self.until_s), shown(self.work_s)
        return (
            _(
                "The day begins at {begin}, a working day in winter, with the morning peak; after {at} something "
                "breaks (assumption).",
                begin=begin,
                at=at,
            ),
            _(
                "It stays broken for {lasts} (assumption: longer than batteries of four hours); the town is "
                "watched until {watched} after the begin, so that coming back counts as well.",
                lasts=lasts,
                watched=watched,
            ),
            _("A service may be below the required level for {tolerated} at a stretch at most.", tolerated=tolerated),
            _("Where somebody is called, the work on site takes {work} (assumption).", work=work),
        )
