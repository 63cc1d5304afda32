"""The selector of a timeline entry: components and links by what they are."""

from __future__ import annotations

from resilience.scenario.entry_loader import build_selector
from resilience.scenario.fields import Fields
from resilience.scenario.selector import OF_COMPONENTS, matching
from simulator.contracts.city import City
from simulator.contracts.fault import FaultPoint
from simulator.contracts.kinds import FAULTS_OF_KIND, KINDS, LINK_FAULTS
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry

_SHOW, _FAULTS = "stadtwerk city show", "stadtwerk list faults"
_OF_LINKS = ("link_kind", "between")


def check_selector(entry: Fields, point: FaultPoint | None, city: City | None) -> None:
    """Look for names that nothing bears, fields that exclude each other, and selectors that find nothing."""
    if "selector" not in entry:
        return
    item = entry.child("selector")
    if not _fields_fit(entry, item, point) or city is None or not _names_known(item, city):
        return
    domain = item.text("domain")
    if point is None or (domain is not None and domain not in registry().subsystems):
        return
    found = len(matching(build_selector(item), point.name, city))
    wanted = item.number("random")
    if not found:
        entry.wrong("selector", f"finds no component or link with fault {point.name!r}", f"see `{_SHOW}`")
    elif wanted is not None and wanted > found:
        item.wrong("random", f"asks for {wanted:g} of {found}", f"write {found} at most")


def _fields_fit(entry: Fields, item: Fields, point: FaultPoint | None) -> bool:
    kind, link_kind = item.text("kind"), item.text("link_kind")
    if kind is not None and kind not in KINDS:
        item.unknown("kind", "kind of component", kind, KINDS, _FAULTS)
        return False
    of_links = [name for name in _OF_LINKS if name in item]
    of_components = [name for name in OF_COMPONENTS if name in item]
    if of_links and of_components:
        item.wrong(
            of_components[0],
            f"means components, `{of_links[0]}` means links",
            "keep one of the two, or use two entries",
        )
        return False
    if link_kind is not None and link_kind not in registry().links:
        return False  # the schema says so
    if kind is not None and point is not None and point not in FAULTS_OF_KIND[kind]:
        can = ", ".join(fault.name for fault in KINDS[kind].faults) or "nothing"
        entry.wrong("fault", f"kind {kind!r} declares no {point.name!r}", f"it declares: {can}")
        return False
    if of_links and point is not None:
        kinds = list(registry().links) if link_kind is None else [LinkKind(link_kind)]
        able = dict.fromkeys(fault.name for one in kinds for fault in LINK_FAULTS[one])
        if point.name not in able:
            what = f"a {link_kind + ' ' if link_kind else ''}link declares no {point.name!r}"
            entry.wrong("fault", what, f"it declares: {', '.join(able)}")
            return False
    return True


def _names_known(item: Fields, city: City) -> bool:
    components, links = city.components.values(), city.links.values()
    owners = {c.owner for c in components} | {link.owner for link in links}
    trenches = {name for c in components for name in c.trenches} | {name for link in links for name in link.trenches}
    values = {
        "district": tuple(city.districts),
        "owner": tuple(sorted(owners - {""})),
        "maker": tuple(sorted({c.maker for c in components if c.maker})),
        "model": tuple(sorted({c.model for c in components if c.model})),
        "firmware": tuple(sorted({c.firmware for c in components if c.firmware})),
        "trench": tuple(sorted(trenches)),
    }
    for name, known in values.items():
        value = item.text(name)
        if value is not None and value not in known:
            item.unknown(name, name, value, known, _SHOW)
            return False
    places = [*city.districts, *city.components]
    wrong = [
        (way, name) for way, name in item.texts("between") if name not in city.districts and name not in city.components
    ]
    for way, name in wrong:
        item.unknown(way, "component or district", name, places, _SHOW)
    return not wrong
