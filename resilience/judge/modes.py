"""What modes a component went through, and the outages of a primary mode among them."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.contracts.event import EventKind
from simulator.contracts.history import History


@dataclass(frozen=True, slots=True)
class Stretch:
    """The component was in `mode` from `begin` to `end` (ticks). `rank` is the mode's place, 0 for the best."""

    mode: str
    rank: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Outage:
    """The primary mode was lost at `lost`, and was back (or a better one) at `back`; None: not before the run ended.

    `stretches` are what the component went through in between.
    """

    lost: int
    back: int | None
    stretches: tuple[Stretch, ...]


def mode_course(component: str, modes: tuple[str, ...], history: History) -> tuple[Stretch, ...]:
    """All stretches of a run, warm-up included; none is empty, so a mode passed through in no time does not count.

    A component starts in the mode that its first event says it left, in the best one if there is no event.
    Raises `ValueError` for a mode that its kind does not have.
    """
    events = [e for e in history.events if e.kind is EventKind.MODE and e.subject == component and e.after is not None]
    first = events[0].before if events and events[0].before is not None else modes[0]
    turns = [(history.begin, first), *((event.at, event.after or "") for event in events)]
    ends = [*(at for at, _ in turns[1:]), history.end]
    found: list[Stretch] = []
    for (begin, mode), end in zip(turns, ends, strict=True):
        if mode not in modes:
            raise ValueError(f"{component!r} was in mode {mode!r}, which its kind does not have")
        if found and found[-1].mode == mode:
            found[-1] = Stretch(mode, modes.index(mode), found[-1].begin, end)
        elif end > begin:
            found.append(Stretch(mode, modes.index(mode), begin, end))
    return tuple(found)


def outages(course: tuple[Stretch, ...], primary: int) -> tuple[Outage, ...]:
    """When the component was in a mode worse than the one ranked `primary`, from zero on or reaching beyond it."""
    found: list[Outage] = []
    without: list[Stretch] = []
    for stretch in course:
        if stretch.rank > primary:
            without.append(stretch)
        elif without:
            found.append(Outage(without[0].begin, stretch.begin, tuple(without)))
            without = []
    if without:
        found.append(Outage(without[0].begin, None, tuple(without)))
    return tuple(outage for outage in found if outage.back is None or outage.back > 0)
