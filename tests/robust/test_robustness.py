"""Margins and the count of variants, by hand; which assumptions a run leans on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from resilience.judge.margin import margin
from resilience.judge.verdict import Category, Figure, Finding, Limit, Value, Verdict
from resilience.report.run.robust import RobustRow, margin_words, robust_html
from resilience.report.templates import put_in
from resilience.study.robustness import CHANCE, Change, Lived, Where, assumptions, robustness, traces
from simulator.contracts.event import Event, EventKind
from simulator.contracts.failure import Confidence
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.words import Verbatim
from tests.resilience.town import SAME, component, course, history, modes, tiny_city


def finding(value: Value, actual: float | None, limit: float, better: str, unit: str = "s") -> Finding:
    held = Limit(limit, "s", better, Verbatim("x"), Confidence.ASSUMPTION)
    return Finding("f", Category.EXPECTATION, value, SAME, SAME, held, Figure("a", actual, unit))


@pytest.mark.parametrize(
    ("actual", "limit", "better", "wanted"),
    [(8.0, 10.0, "lower", 0.2), (12.0, 10.0, "lower", -0.2), (12.0, 10.0, "higher", 0.2), (5.0, 10.0, "higher", -0.5)],
)
def test_margin(actual: float, limit: float, better: str, wanted: float) -> None:
    assert margin(finding(Value.PASS, actual, limit, better)) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (-15.67, "17 times the limit", "das 17-Fache der Grenze"),  # a travel-time index of 41.7, at most 2.5
        (7.4, "8.4 times the limit", "das 8,4-Fache der Grenze"),  # 126 l a person, at least 15
        (-0.7, "-70%", "-70 %"),
        (0.2, "20%", "20 %"),
    ],
)
def test_a_margin_beyond_the_limit_itself_is_told_as_so_many_times_it(value: float, english: str, german: str) -> None:
    said = {lang: margin_words(value, lang).replace("\u2212", "-").replace("\u202f", " ") for lang in ("en", "de")}
    assert said["en"] == english
    assert said["de"].replace("\xa0", " ") == german


def test_no_margin_where_nothing_can_be_compared() -> None:
    assert margin(finding(Value.PASS, 1.0, 0.0, "lower")) is None
    assert margin(finding(Value.PASS, None, 1.0, "lower")) is None
    assert margin(finding(Value.PASS, 1.0, 1.0, "lower", "1")) is None
    assert margin(replace(finding(Value.PASS, 1.0, 1.0, "lower"), limit=None)) is None


def verdict(value: Value) -> Verdict:
    return Verdict("s", SAME, SAME, value, SAME, (replace(finding(value, 8.0, 10.0, "lower"), subjects=("l",)),))


def test_holds_in_so_many_of_so_many() -> None:
    """47 runs as this one, two that fail and one that nobody could judge."""
    changes = [Change(f"a{i}", Verbatim("?")) for i in range(50)]
    values = [Value.PASS] * 47 + [Value.FAIL, Value.INCONCLUSIVE, Value.FAIL]
    base = Lived(verdict(Value.PASS), {"l": "as it was"})
    (row,) = robustness(
        base, [(c, Lived(verdict(v), {"l": c.assumption})) for c, v in zip(changes, values, strict=True)]
    )
    assert (row.holds, row.tried, row.margin) == (47, 50, pytest.approx(0.2))
    assert [change.assumption for change, _value in row.otherwise] == ["a47", "a48", "a49"]
    fails = Lived(verdict(Value.FAIL), {"l": ""})
    (failed,) = robustness(fails, [(changes[0], base), (changes[1], Lived(verdict(Value.FAIL), {"l": "another"}))])
    assert (failed.holds, failed.tried) == (1, 2)
    (gone,) = robustness(base, [(changes[0], Lived(replace(verdict(Value.PASS), findings=())))])
    assert gone.holds == 0


def test_a_finding_leans_on_what_changes_anything_in_what_it_judges() -> None:
    """Both variants of such an assumption count, also the one that changes nothing; all seeds do, if any does."""
    up, down = Change("a", Verbatim("a"), 1.1), Change("a", Verbatim("a"), 0.9)
    idle = Change("b", Verbatim("b"), 1.1)
    seeds = [Change("", Verbatim("seed"), seed=seed) for seed in range(5)]
    base = Lived(verdict(Value.PASS), {"l": "1", "elsewhere": "1"})
    moved, beside = replace(base, traces={"l": "2"}), replace(base, traces={"l": "1", "elsewhere": "2"})
    (row,) = robustness(base, [(up, moved), (down, base), (idle, beside), *((seed, beside) for seed in seeds)])
    assert (row.leans_on, row.holds, row.tried) == (("a",), 2, 2)
    (row,) = robustness(base, [(up, base), (seeds[0], moved), *((seed, base) for seed in seeds[1:])])
    assert (row.leans_on, row.holds, row.tried) == ((CHANCE,), 5, 5)
    nearer = Lived(replace(base.verdict, findings=(finding(Value.PASS, 9.0, 10.0, "lower"),)), base.traces)
    (row,) = robustness(base, [(up, nearer), (down, base)])
    assert (row.leans_on, row.tried) == (("a",), 2)
    (row,) = robustness(base, [(up, base), (idle, beside)])
    assert (row.leans_on, row.holds, row.tried) == ((), 0, 0)


def test_traces_tell_levels_and_modes_from_zero_on() -> None:
    def of(first: float, *points: tuple[float, float]) -> str:
        return traces(history({"l": course((-60, first), (-30, 0.5), *points)}))["l"]

    assert of(1.0, (60, 1.0)) == of(0.9, (60, 1.0))
    assert len({of(1.0), of(1.0, (60, 1.0)), of(1.0, (61, 1.0)), of(1.0, (60, 0.9)), of(1.0, (0, 0.9))}) == 5
    one, other = modes("hall", (60, "online", "paper")), modes("hall", (61, "online", "paper"))
    assert traces(history(events=one)) == traces(history(events=one)) != traces(history(events=other))
    assert traces(history(events=modes("hall", (-60, "online", "paper")))) == {}


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
    assert assumptions(city, [event(0, "hall", at=-1)], {}) == ()
    named = {one.id: one for one in assumptions(city, [event(0, "hall")], {})}
    assert named["town-hall.activate_s"].places == ("hall",)
    lost = event(1, "hall", EventKind.SUPPLY_LOST, via=battery.id)
    link = {one.id: one for one in assumptions(city, [lost], {})}["town-hall.power.600"]
    assert link.varied(0.9) == pytest.approx(9.0)
    assert link.in_city(9.0) == {"set": [{"link": battery.id, "autonomy_min": 9.0}]}
    assert link.varied(1.0) is None
    assert replace(link, at_most=10.0).varied(1.1) is None


def test_a_run_leans_on_what_its_faults_were_assumed_to_do() -> None:
    """Half of the staff is absent where the scenario does not say how many; a share of 0.6 was asked for."""
    given = {"id": "told", "fault": "staff-absent", "target": "hall", "parameters": {"share": 0.6}}
    plain = {"id": "plain", "fault": "staff-absent", "target": "hall"}
    scenario = {"timeline": [given, plain, {"id": "other", "hazard": "flood"}]}
    (one,) = assumptions(tiny_city(), [], scenario)
    assert (one.id, one.where, one.places, one.value) == ("staff-absent.share", Where.ENTRY, ("plain",), 0.5)
    varied = one.in_scenario(scenario, 0.55)
    assert varied["timeline"] == [given, {**plain, "parameters": {"share": 0.55}}, scenario["timeline"][2]]
    assert one.in_city(0.55) == {} and "parameters" not in plain


@pytest.mark.parametrize(("lang", "said"), [("de", "hält in 47 von 50"), ("en", "holds in 47 of 50")])
def test_the_part_of_the_report_takes_its_own_place(lang: str, said: str) -> None:
    before = robust_html([RobustRow(SAME, Value.PASS, 0.2)], Path("my runs/a"), lang)
    assert "stadtwerk robust &#39;my runs/a&#39;" in before and said not in before
    after = robust_html([RobustRow(SAME, Value.PASS, 0.2, 47, 50, True, ((SAME, Value.FAIL),))], Path(), lang)
    page = put_in(f"<p>a</p>{before}<p>b</p>", after)
    assert said in page and "stadtwerk robust" not in page and page.startswith("<p>a</p>")
    assert put_in("<p>an old report</p>", after) == "<p>an old report</p>"


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_cell_says_what_it_is_where_the_heads_of_columns_are_gone(lang: str) -> None:
    page = robust_html([RobustRow(SAME, Value.PASS, 0.2)], Path("my runs/a"), lang)
    assert page.count("<td") == page.count('data-label="') == 3 and 'data-label=""' not in page
