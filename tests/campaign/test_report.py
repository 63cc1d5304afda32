"""The report says what the runs were: hand-made figures whose answers are known."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from resilience.judge.figures import Broken, Loss, RunFigures, figures_json, losses, read_figures
from resilience.report.pages import html, markdown
from resilience.study.campaign.campaign import Campaign, CampaignRun, Case, Measure, Method, Variation
from resilience.study.campaign.content import CampaignContent, by_fault, by_owner, compose
from resilience.study.campaign.distribution import Distribution
from resilience.study.campaign.report import campaign_page
from simulator.contracts.event import Event, EventKind
from simulator.contracts.words import Said, Verbatim
from tests.report.page_reader import read_page
from tests.resilience.town import course, history, tiny_city

CITY = tiny_city()
PUMP, SERVER = Broken("p", "pump-1", "pump-out"), Broken("s", "server-a", "node-out")
RUNS = 20


def figures(hours: float, server: float = 0.0, verdict: str = "pass", untraced: float = 0.0) -> RunFigures:
    """A run that lost so many person-hours of water to the pump, of lifelines to the server, and to nothing."""
    lost = (
        Loss((PUMP,), "water-supply-d1", hours),
        Loss((SERVER,), "hospital-1", server),
        Loss((), "travel-time-index", untraced),
    )
    services = {"water-supply": hours, "lifeline": server, "travel-time-index": untraced}
    kept = tuple(loss for loss in lost if loss.person_hours)
    return RunFigures(
        verdict, hours, 100, 60.0, services, (), {"expectation: water": verdict}, {}, (PUMP, SERVER), kept
    )


def content(measure_saves: float = 100.0) -> CampaignContent:
    vary = (Variation("when", "at", Distribution("uniform", (60.0, 600.0), timed=True), "a study", entry="p"),)
    measures = (
        Measure("idle", Said({"de": "Nichts", "en": "Nothing"}), "{}"),
        Measure("pump", Said({"de": "Zweite Pumpe", "en": "A second pump"}), "{}"),
    )
    campaign = Campaign(
        "c",
        Said({"de": "Titel", "en": "Title"}),
        Said({"de": "Frage?", "en": "Question?"}),
        ("s",),
        "",
        RUNS,
        Method.MONTE_CARLO,
        1,
        (),
        vary,
        measures,
    )
    runs = []
    for number in range(RUNS):
        case = Case(number, 0, number, (("when", "5 min"),))
        before = figures(100.0 + 10 * number, 20.0, "fail" if number < 5 else "pass", 5.0)
        after = figures(100.0 + 10 * number - measure_saves, 20.0, "pass", 5.0)
        runs += [
            CampaignRun(case, "today", before),
            CampaignRun(case, "idle", before),
            CampaignRun(case, "pump", after),
        ]
    runs[-1] = replace(runs[-1], figures=None, error="worker lost")
    return compose(campaign, CITY, runs, "stadtwerk campaign c.yaml", "abc")


def test_faults_districts_and_owners_are_ranked_by_what_they_cost() -> None:
    made = content()
    told = [(risk.name, risk.hours.value, risk.costly, risk.happened) for risk in made.faults]
    assert told == [("pump-1", 195.0, 20, 20), ("server-a", 20.0, 20, 20), ("", 5.0, 20, None)]
    assert sum(risk.share for risk in made.faults) == pytest.approx(1.0)
    assert [(risk.name, risk.hours.value) for risk in made.districts] == [("d1", 215.0), ("city", 5.0)]
    assert sum(risk.hours.value for risk in made.owners) == pytest.approx(220.0)


def test_a_measure_is_held_beside_today_in_pairs() -> None:
    made = content()
    assert [measure.id for measure, _ in made.effects] == ["pump", "idle"]
    pump, idle = made.effects[0][1], made.effects[1][1]
    assert pump is not None and idle is not None
    # the pair whose run was lost is left out on both sides
    assert pump.pairs == RUNS - 1
    assert pump.hours.difference.value == -100.0 and pump.hours.difference.beyond_zero
    assert pump.hours.before.value - pump.hours.after.value == pytest.approx(100.0)
    assert (pump.better, pump.worse, pump.saved, pump.spoilt) == (19, 0, 5, 0)
    assert (idle.hours.difference.value, idle.hours.difference.beyond_zero, idle.better) == (0.0, False, 0)


def test_what_makes_no_difference_is_not_praised() -> None:
    for lang, said in (("en", "None of the measures"), ("de", "keine erkennbar besser")):
        assert said in markdown(campaign_page(content(measure_saves=0.0), lang))


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_page_has_every_figure_in_either_language(lang: str) -> None:
    page = campaign_page(content(), lang)
    text = markdown(page)
    for said in ("15", "195", "−100", "worker lost", "a study", "stadtwerk campaign c.yaml --case 19", "abc"):
        assert said in text, said
    assert f"75{'%' if lang == 'en' else chr(160) + '%'}" in text
    # no number is written in the other language's way
    assert not re.search(r"\d" + ("," if lang == "en" else r"\.") + r"\d{1,2}\b(?!\d)", text.replace("c.yaml", ""))
    tree = read_page(html(page))
    assert tree.one("html").attributes["lang"] == lang
    assert len(tree.all("section")) == len(page.sections) + len(page.lead)
    rows = [row for table in tree.all("table") for row in table.all("tr")]
    assert len(rows) == sum(1 + len(table.rows) for section in page.sections for table in section.tables)


def test_the_page_loads_nothing_and_escapes_what_files_say() -> None:
    made = content()
    evil = replace(made.campaign, title=Verbatim("<script>x</script>"))
    text = html(campaign_page(replace(made, campaign=evil)))
    assert "<script>" not in text and "http" not in text.replace("http-equiv", "").replace("www.w3.org", "")


def test_the_two_languages_have_the_same_numbers() -> None:
    def numbers(lang: str) -> list[str]:
        text = markdown(campaign_page(content(), lang))
        return sorted(re.findall(r"\d+", text.replace("heute", "today")))

    assert numbers("en") == numbers("de")


def test_losses_lead_back_to_the_fault_nearest_in_the_chain() -> None:
    """Two falls: one from a pump fault through a stopped pump, one from nowhere."""
    events = (
        Event(0, 0, EventKind.RUN, "r", "run.begin"),
        Event(1, 60_000, EventKind.FAULT, "pump-1", "fault.applied", {"fault": "pump-out"}, after="p"),
        Event(2, 60_000, EventKind.STOPPED, "pump-1", "supply.stopped", cause=1),
        Event(3, 120_000, EventKind.LEVEL_LOW, "water-supply-d1", "level.low", cause=2),
        Event(4, 3_720_000, EventKind.LEVEL_BACK, "water-supply-d1", "level.back", cause=1),
        Event(5, 7_200_000, EventKind.LEVEL_LOW, "water-supply-d1", "level.low"),
    )
    made = history({"water-supply-d1": course((-60, 1), (120, 0.5), (3720, 1), (7200, 0.8))}, events, end=10_800_000)
    found = losses(CITY, made)
    # the entry is known from the event; which fault it was, from what was executed (nothing here)
    assert found == (
        Loss((Broken("p", "pump-1", ""),), "water-supply-d1", 1000.0),
        Loss((), "water-supply-d1", 1000.0),
    )


def test_what_two_faults_bring_about_together_leads_back_to_both_and_counts_for_each() -> None:
    """One solve found the fall after two pumps had failed; 1,000 people for an hour, no more than that in sum."""
    events = (
        Event(0, 60_000, EventKind.FAULT, "pump-1", "fault.applied", {"fault": "pump-out"}, after="p"),
        Event(1, 60_000, EventKind.FAULT, "pump-2", "fault.applied", {"fault": "pump-out"}, after="q"),
        Event(2, 60_000, EventKind.STOPPED, "pump-2", "supply.stopped", cause=1),
        Event(3, 120_000, EventKind.LEVEL_LOW, "water-supply-d1", "level.low", cause=2, also=(0,)),
    )
    made = history({"water-supply-d1": course((-60, 1), (120, 0.5), (3720, 1))}, events, end=10_800_000)
    (loss,) = losses(CITY, made)
    assert ({one.entry for one in loss.broken}, loss.person_hours) == ({"p", "q"}, 1000.0)
    run = replace(figures(1000.0), losses=(loss,))
    assert read_figures(figures_json(run)) == run
    case = CampaignRun(Case(0, "s", 1, ()), "today", run)
    rows = [(risk.name, risk.hours.value, risk.share, risk.costly) for risk in by_fault([case], 1) if risk.costly]
    assert sorted(rows) == [("pump-1", 1000.0, 1.0, 1), ("pump-2", 1000.0, 1.0, 1)]
    assert [(risk.name, risk.share) for risk in by_owner([case], CITY, 1)] == [("", 1.0)]


def test_figures_survive_their_json() -> None:
    one = figures(1.5, 2.25, "fail", 0.1)
    assert read_figures(figures_json(one)) == one
    with pytest.raises(ValueError, match="no figures"):
        read_figures('{"verdict": "pass"}')
