"""Links that planners bring along: our own columns, or pairs of a pump and what feeds it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from simulator.city.check import check_links
from simulator.city.files import foreign_text, read_table
from simulator.city.generator.layer import join
from simulator.city.suggester import Suggester
from simulator.city.where import Where
from simulator.contracts.component import Component
from simulator.contracts.document import Row
from simulator.contracts.entries import LINK_COLUMNS, REQUIRED_COLUMNS, LinkRow, entry_of, link_of
from simulator.contracts.link import Link
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words
from simulator.domains.energy.catalogue import BUS, POWER
from simulator.domains.water.catalogue import DOMAIN as WATER_DOMAIN
from simulator.domains.water.catalogue import PUMP

_ = Words("simulator.city")

PAIR_COLUMNS = ("water_id", "power_id")


def read_links(
    path: Path, components: Mapping[str, Component], feeds: Mapping[str, str], owner: str
) -> tuple[tuple[Link, ...], bool]:
    """The links of a file, and whether it had pairs. Raises `BadInput` with every problem.

    `feeds` says which bus (component id) stands behind the name of a load or motor; `owner` answers for pairs.
    """
    header = [cell.strip() for cell in foreign_text(path)[0].partition("\n")[0].split(",")]
    if set(PAIR_COLUMNS) <= set(header):
        return _pairs(path, components, feeds, owner), True
    rows, problems = read_table(path, LINK_COLUMNS, REQUIRED_COLUMNS[LinkRow], foreign=True)
    where = Where(str(path))
    links: dict[str, Link] = {}
    for row in rows:
        at = Row(str(path), row.line, "links")
        one = entry_of(LinkRow, row.cells, at, problems)
        if one is None:
            continue
        if one.id in links or one.id in components:
            problems.append(at.problem(("id",), _("{id} is used twice", id=repr(one.id)), _("rename one of the two")))
        where.entry("links", one.id, at)
        links[one.id] = link_of(one)
    problems += check_links(links.values(), components, lambda _: False, where)
    if problems:
        raise BadInput(problems)
    return tuple(links.values()), False


def _pairs(path: Path, components: Mapping[str, Component], feeds: Mapping[str, str], owner: str) -> tuple[Link, ...]:
    """Rows of `water_id,power_id`: a water element, and the load, motor or bus that feeds it."""
    rows, problems = read_table(path, PAIR_COLUMNS, PAIR_COLUMNS, foreign=True)
    water: dict[str, str] = {}
    buses = dict(feeds)
    for component in components.values():
        if component.domain == WATER_DOMAIN and (component.kind == PUMP or component.network_id not in water):
            water[component.network_id] = component.id
        elif component.kind == BUS:
            for name in (component.id, component.network_id):
                buses.setdefault(name, component.id)
    waters, powers = Suggester(water), Suggester(buses)
    links: dict[str, Link] = {}
    for row in rows:
        target, source = water.get(row.cells["water_id"]), buses.get(row.cells["power_id"])
        for column, found, names in (("water_id", target, waters), ("power_id", source, powers)):
            if found is None:
                name = row.cells[column]
                fix = names.fix(
                    name,
                    _("name an element of the {network} network's file", network=column.removesuffix("_id")),
                )
                problems.append(Problem(str(path), row.line, column, _("there is no {name}", name=repr(name)), fix))
        if target is not None and source is not None:
            made = join(POWER, source, target, owner)
            links[made.id] = made
    if problems:
        raise BadInput(problems)
    return tuple(links.values())
