"""One entry of a timeline, out of a checked file."""

from __future__ import annotations

from types import MappingProxyType

from resilience.entry import Evidence, Repair, Selector, TimelineEntry, Trigger
from resilience.fields import Fields
from resilience.reading import needed_seconds, needed_text, title_of
from simulator.contracts.component import Domain
from simulator.contracts.link import LinkKind


def build_entry(item: Fields) -> TimelineEntry:
    selector = build_selector(item.child("selector")) if "selector" in item else None
    repair = None
    if "repair" in item:
        work = item.child("repair")
        depot, site, trade = (work.text(name) or "" for name in ("depot", "site", "trade"))
        repair = Repair(work.seconds("work"), depot, site, trade)
    evidence = when = None
    if "evidence" in item:
        seen = item.child("evidence")
        evidence = Evidence(*_signal(seen), needed_seconds(seen, "within"))
    if "when" in item:
        when = Trigger(*_signal(item.child("when")))
    parameters = {
        name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in item.child("parameters").data.items()
    }
    return TimelineEntry(
        id=needed_text(item, "id"),
        at_s=needed_seconds(item, "at") if "at" in item else 0.0,
        fault=needed_text(item, "fault"),
        targets=tuple(text for _, text in item.texts("target")),
        selector=selector,
        for_s=item.seconds("for"),
        repair=repair,
        parameters=MappingProxyType(parameters),
        evidence=evidence,
        title=title_of(item),
        when=when,
    )


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
