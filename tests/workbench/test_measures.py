"""What can be bought for a thing is what its catalogue declares; a campaign compares before and after."""

from __future__ import annotations

import pytest

from simulator.contracts.city import City
from simulator.contracts.problem import BadInput
from simulator.contracts.registry import registry
from stadtwerk.workbench.measures import measure, offers
from tests.workbench.conftest import Bench
from tests.workbench.test_whatif import finished, what_if


def test_a_battery_is_offered_with_what_is_there_today(demo: City) -> None:
    radio = demo.of_kind("radio-site")[0]
    (link, *_rest) = [one for one in demo.links_into(radio.id) if registry().links[one.kind].reserve is not None]
    (offer,) = [one for one in offers(demo, radio.id, "en") if one["id"] == link.id]
    reserve = registry().links[link.kind].reserve
    assert reserve is not None
    assert (offer["unit"], offer["today"], offer["most"]) == ("min", link.autonomy_s / 60, reserve.most)
    bought = measure(demo, radio.id, link.id, offer["most"])
    assert bought["set"] == [{"link": link.id, "autonomy_min": reserve.most}]
    assert bought["source"] == "assumption" and set(bought["title"]) == {"de", "en"}
    for wrong in (0, -1, reserve.most + 1, float("nan")):
        with pytest.raises(BadInput):
            measure(demo, radio.id, link.id, wrong)
    with pytest.raises(BadInput):
        measure(demo, "no-such", link.id, 10)


def test_before_and_after_are_compared(bench: Bench) -> None:
    data = what_if(bench)
    (offer, *_rest) = bench.json("/api/offers/hospital-1?lang=en")["offers"]
    asked = {"thing": "hospital-1", "offer": offer["id"], "size": offer["most"] if offer["unit"] != "%" else 100}
    bought = bench.json("/api/measure", asked)
    job = finished(bench, bench.json("/api/campaign?lang=en", {"scenario": data, "measures": [bought]})["id"])
    assert job["state"] == "done", job
    status, _headers, page = bench.ask(f"/runs/{job['id']}/report")
    assert status == 200 and bought["title"]["en"].split(" at ")[0].encode() in page
    assert bench.ask("/api/campaign", {"scenario": data, "measures": []})[0] == 422
