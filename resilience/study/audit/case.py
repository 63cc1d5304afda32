"""One thing that an audit breaks, as a record, and the scenario that it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from resilience.scenario.entry import Repair, TimelineEntry
from resilience.scenario.scenario import CityReference, Scenario
from resilience.study.audit.settings import AuditSettings
from simulator.contracts.words import NO_TEXT, Text, Verbatim, Words

_ = Words("resilience")


class Group(StrEnum):
    """Why a case is in the audit."""

    BASELINE = "baseline"  # nothing broken
    LINK = "link"  # a link is cut
    COMPONENT = "component"  # a component does not work
    LIFELINE = "lifeline"  # a lifeline has lost everything digital
    ACCESS = "access"  # a road link is cut while somebody has to get there
    REACHED = "reached"  # the same need, with the road open: what an access case is held against
    PAIR = "pair"  # two links or core components at once
    MAKER = "maker"  # everything of one maker does not work


class Lasts(StrEnum):
    """How long something stays broken."""

    CUT = "cut"  # for the audit's length
    MENDED = "mended"  # until a crew, called at once, has done its work
    END = "end"  # to the end


@dataclass(frozen=True, slots=True)
class Break:
    target: str
    fault: str
    lasts: Lasts = Lasts.CUT


@dataclass(frozen=True, slots=True)
class Case:
    """`subjects` are the links or components that the case is about; `kind` is theirs (of a pair: both).

    Levels in `owed` are judged, with None all of them. `note` says what need an access case assumes.
    """

    id: str
    group: Group
    subjects: tuple[str, ...]
    kind: str
    owner: str
    breaks: tuple[Break, ...]
    owed: tuple[str, ...] | None = None
    note: Text = NO_TEXT

    @property
    def subject(self) -> str:
        return " + ".join(self.subjects)


BASELINE = Case("baseline", Group.BASELINE, (), "", "", ())


def scenario_of(case: Case, settings: AuditSettings, city: CityReference) -> Scenario:
    """The case as a scenario: what breaks alike stands in one entry, in the order of the case."""
    entries: dict[tuple[str, Lasts], list[str]] = {}
    for one in case.breaks:
        entries.setdefault((one.fault, one.lasts), []).append(one.target)
    timeline = tuple(
        TimelineEntry(
            f"{fault}-{lasts}",
            settings.at_s,
            fault,
            tuple(targets),
            for_s=settings.for_s if lasts is Lasts.CUT else None,
            repair=Repair(settings.work_s) if lasts is Lasts.MENDED else None,
        )
        for (fault, lasts), targets in entries.items()
    )
    name = Verbatim(case.subject or case.id)
    question = _("Does the town hold without {name}?", name=name)
    return Scenario(case.id, name, question, city, settings.run, timeline)
