"""One entry of a timeline, out of a checked file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from resilience.scenario.entry import Case, Evidence, Repair, Selector, TimelineEntry, Trigger, Wear
from resilience.scenario.fields import Fields
from resilience.scenario.hazard_loader import build_hazard
from resilience.scenario.reading import needed_seconds, needed_text, title_of
from simulator.contracts.component import Domain, Value
from simulator.contracts.link import LinkKind

DRAWN = "drawn"
"""In place of a length: that of the component's class, drawn."""


def build_entry(item: Fields) -> TimelineEntry:
    """The record of an entry; `is_drawn` entries that hold their cases already are not drawn again."""
    repair = evidence = when = None
    work_drawn = False
    if "repair" in item:
        work = item.child("repair")
        work_drawn = work.text("work") == DRAWN
        depot, site, trade = (work.text(name) or "" for name in ("depot", "site", "trade"))
        repair = Repair(None if work_drawn else work.seconds("work"), depot, site, trade)
    if "evidence" in item:
        seen = item.child("evidence")
        evidence = Evidence(*_signal(seen), needed_seconds(seen, "within"))
    if "when" in item:
        when = Trigger(*_signal(item.child("when")))
    for_drawn = item.text("for") == DRAWN
    entry = TimelineEntry(
        id=needed_text(item, "id"),
        at_s=needed_seconds(item, "at") if "at" in item else 0.0,
        fault=item.text("fault") or "",
        targets=tuple(text for _, text in item.texts("target")),
        selector=build_selector(item.child("selector")) if "selector" in item else None,
        for_s=None if for_drawn else item.seconds("for"),
        repair=repair,
        parameters=_parameters(item),
        evidence=evidence,
        title=title_of(item),
        when=when,
        hazard=build_hazard(item.child("hazard")) if "hazard" in item else None,
        wear=_wear(item.child("random")) if "random" in item else None,
        for_drawn=for_drawn,
        work_drawn=work_drawn,
    )
    if "cases" not in item:
        return entry
    cases = tuple(_case(case, entry) for case in item.children("cases"))
    return replace(entry, cases=cases, targets=tuple(case.target for case in cases), selector=None)


def _case(item: Fields, entry: TimelineEntry) -> Case:
    """A case; what it does not say itself is that of its entry."""
    work_s = None if entry.repair is None else entry.repair.work_s
    return Case(
        needed_text(item, "target"),
        item.text("fault") or entry.fault,
        needed_seconds(item, "at") if "at" in item else entry.at_s,
        needed_seconds(item, "for") if "for" in item else entry.for_s,
        needed_seconds(item, "work") if "work" in item else work_s,
        _parameters(item) if "parameters" in item else entry.parameters,
    )


def _parameters(item: Fields) -> Mapping[str, Value]:
    return MappingProxyType(
        {
            name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
            for name, value in item.child("parameters").data.items()
        }
    )


def _wear(item: Fields) -> Wear:
    factor = item.number("factor")
    return Wear(item.number("rate"), 1.0 if factor is None else factor, item.seconds("until"))


def build_selector(by: Fields) -> Selector:
    domain, wanted, link_kind = by.text("domain"), by.number("random"), by.text("link_kind")
    return Selector(
        kind=by.text("kind") or "",
        domain=Domain(domain) if domain else None,
        district=by.text("district") or "",
        owner=by.text("owner") or "",
        maker=by.text("maker") or "",
        model=by.text("model") or "",
        firmware=by.text("firmware") or "",
        random=None if wanted is None else int(wanted),
        link_kind=LinkKind(link_kind) if link_kind else None,
        between=tuple(text for _, text in by.texts("between")),
        trench=by.text("trench") or "",
    )


def _signal(item: Fields) -> tuple[str, str, float | None, float | None]:
    component, _, quantity = needed_text(item, "signal").rpartition(".")
    return component, quantity, item.number("below"), item.number("above")
