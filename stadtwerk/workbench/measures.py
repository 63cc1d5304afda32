"""What could be bought for a thing, as its catalogue declares it, and the campaign that tries it before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from resilience.study.campaign.model import SCHEMA, VERSION
from resilience.study.why.options import S_PER_MIN, Option, Place
from resilience.words.changes import change_words
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry
from simulator.contracts.words import SHARE, Words
from stadtwerk.workbench.jobs import SCENARIO

if TYPE_CHECKING:
    from simulator.contracts.city import City

_ = Words("stadtwerk.workbench")

MINUTES = "min"


def offers(city: City, name: str, lang: str) -> list[dict[str, Any]]:
    """What could be bought for one component: more of what it has, or a longer reserve for what it gets."""
    return [
        {
            "id": option.name,
            "title": option.cure.title.of(lang),
            "unit": "%" if unit == SHARE else unit,
            "today": place.today * (100 if unit == SHARE else 1),
            "most": option.cure.most * (100 if unit == SHARE else 1),
            "added": option.cure.added,
            "on-or-off": option.switch,
        }
        for option, place, unit in _options(city, name)
        if option.cure is not None
    ]


def _options(city: City, name: str) -> Iterator[tuple[Option, Place, str]]:
    one = city.components[name]
    for parameter in registry().types[one.kind].parameters:
        value = one.parameters.get(parameter.name, parameter.default)
        if parameter.cure is None or value is None or isinstance(value, str):
            continue
        switch = isinstance(parameter.default, bool)
        if not (switch and value):
            place = Place(name, float(value))
            option = Option(parameter.name, (place,), parameter.cure, parameter=parameter.name, switch=switch)
            yield option, place, SHARE if parameter.unit == "1" and not switch else parameter.unit
    for link in city.links_into(name):
        reserve = registry().links[link.kind].reserve
        if reserve is not None:
            place = Place(link.id, link.autonomy_s / S_PER_MIN)
            yield Option(link.id, (place,), reserve, kind=str(link.kind)), place, MINUTES


def measure(city: City, name: str, offer: str, size: float) -> dict[str, Any]:
    """One purchase as a campaign's file has it. Raises `BadInput`."""
    found = [found for found in (_options(city, name) if name in city.components else ()) if found[0].name == offer]
    if not found:
        what, fix = _("is nothing that can be bought here"), _("choose one of the list")
        raise BadInput([Problem("workbench", 0, "measure", what, fix)])
    option, place, unit = found[0]
    assert option.cure is not None
    wanted = 1.0 if option.switch else size / 100 if unit == SHARE else size
    if not 0 < wanted <= option.cure.most or (not option.cure.added and wanted <= place.today and not option.switch):
        what, fix = _("is no more than is there, or more than is known to be possible"), _("take another size")
        raise BadInput([Problem("workbench", 0, "measure", what, fix)])
    change = option.change([place], wanted)
    return {"id": "measure", "title": change_words(change, city).record(), "source": "assumption", **change}


def campaign(data: Mapping[str, Any], measures: Sequence[Mapping[str, Any]]) -> str:
    """The campaign that runs one what-if in the town of today and with each measure."""
    import yaml

    said = {
        "schema": f"{SCHEMA}/{VERSION}",
        "id": f"{data['id']}-measures",
        "title": data["title"],
        "question": data["question"],
        "scenarios": [SCENARIO],
        "runs": 1,
        "sampler": {"method": "monte-carlo", "seed": 1},
        "seeds": list(data["run"].get("seeds", [1]))[:1],
        "measures": [{**one, "id": f"measure-{number}"} for number, one in enumerate(measures, 1)],
    }
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)
