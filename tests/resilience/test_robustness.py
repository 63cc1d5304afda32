"""Margins and the count of variants, by hand; which assumptions a run leans on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resilience.judge.margin import margin
from resilience.judge.verdict import Category, Figure, Finding, Limit, Value, Verdict
from resilience.report.run.robust import RobustRow, robust_html
from resilience.report.templates import put_in
from resilience.study.robustness import Change, assumptions, robustness
from simulator.contracts.event import Event, EventKind
from simulator.contracts.failure import Confidence
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.words import Verbatim
from tests.resilience.town import SAME, component, tiny_city


def finding(value: Value, actual: float | None, limit: float, better: str, unit: str = "s") -> Finding:
    held = Limit(limit, "s", better, "x", Confidence.ASSUMPTION)
    return Finding("f", Category.EXPECTATION, value, SAME, SAME, held, Figure("a", actual, unit))


@pytest.mark.parametrize(
    ("actual", "limit", "better", "wanted"),
    [(8.0, 10.0, "lower", 0.2), (12.0, 10.0, "lower", -0.2), (12.0, 10.0, "higher", 0.2), (5.0, 10.0, "higher", -0.5)],
)
def test_margin(actual: float, limit: float, better: str, wanted: float) -> None:
    assert margin(finding(Value.PASS, actual, limit, better)) == pytest.approx(wanted)


def test_no_margin_where_nothing_can_be_compared() -> None:
    assert margin(finding(Value.PASS, 1.0, 0.0, "lower")) is None
    assert margin(finding(Value.PASS, None, 1.0, "lower")) is None
    assert margin(finding(Value.PASS, 1.0, 1.0, "lower", "1")) is None
    assert margin(replace(finding(Value.PASS, 1.0, 1.0, "lower"), limit=None)) is None


def verdict(value: Value) -> Verdict:
    return Verdict("s", SAME, SAME, value, SAME, (finding(value, 8.0, 10.0, "lower"),))


def test_holds_in_so_many_of_so_many() -> None:
    """47 runs as this one, two that fail and one that nobody could judge."""
    changes = [Change(f"a{i}", Verbatim("?")) for i in range(50)]
    values = [Value.PASS] * 47 + [Value.FAIL, Value.INCONCLUSIVE, Value.FAIL]
    (row,) = robustness(verdict(Value.PASS), [(c, verdict(v)) for c, v in zip(changes, values, strict=True)])
    assert (row.holds, row.tried, row.margin) == (47, 50, pytest.approx(0.2))
    assert [change.assumption for change, _value in row.otherwise] == ["a47", "a48", "a49"]
    (failed,) = robustness(verdict(Value.FAIL), [(changes[0], verdict(Value.PASS)), (changes[1], verdict(Value.FAIL))])
    assert (failed.holds, failed.tried) == (1, 2)
    (gone,) = robustness(verdict(Value.PASS), [(changes[0], replace(verdict(Value.PASS), findings=()))])
    assert gone.holds == 0


def event(number: int, subject: str, kind: EventKind = EventKind.STOPPED, at: int = 60_000, **more: str) -> Event:
    return Event(number, at, kind, subject, "", **more)  # type: ignore[arg-type]


def test_a_run_leans_on_what_its_events_speak_of() -> None:
    city = tiny_city()
    hall = replace(component("hall", "town-hall"), parameters={"activate_s": 3600.0, "paper_share": 0.5})
    other = replace(hall, id="other", parameters={"activate_s": 60.0})  # measured, not assumed
    battery = Link("power-bus-1-hall", LinkKind("power"), "bus-1", "hall", autonomy_s=600.0)
    city = replace(
        city,
        components={**city.components, "hall": hall, "other": other},
        links={**city.links, battery.id: battery},
    )
    from simulator.contracts.registry import registry

    declared = {p.name: p for p in registry().types["town-hall"].parameters}
    hall.parameters["activate_s"] = declared["activate_s"].default  # type: ignore[index]
    assert assumptions(city, [event(0, "hall", at=-1)]) == ()
    named = {one.id: one for one in assumptions(city, [event(0, "hall")])}
    assert named["town-hall.activate_s"].places == ("hall",)
    lost = event(1, "hall", EventKind.SUPPLY_LOST, via=battery.id)
    link = {one.id: one for one in assumptions(city, [lost])}["town-hall.power.600"]
    assert link.varied(0.9) == {"set": [{"link": battery.id, "autonomy_min": pytest.approx(9.0)}]}
    assert link.varied(1.0) is None
    assert replace(link, at_most=10.0).varied(1.1) is None


@pytest.mark.parametrize(("lang", "said"), [("de", "hält in 47 von 50"), ("en", "holds in 47 of 50")])
def test_the_part_of_the_report_takes_its_own_place(lang: str, said: str) -> None:
    before = robust_html([RobustRow(SAME, Value.PASS, 0.2)], "stadtwerk robust RUN", lang)
    assert "stadtwerk robust RUN" in before and said not in before
    after = robust_html([RobustRow(SAME, Value.PASS, 0.2, 47, 50, ((SAME, Value.FAIL),))], "", lang)
    page = put_in(f"<p>a</p>{before}<p>b</p>", after)
    assert said in page and "stadtwerk robust RUN" not in page and page.startswith("<p>a</p>")
    assert put_in("<p>an old report</p>", after) == "<p>an old report</p>"
