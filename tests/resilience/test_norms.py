"""The data files of norms and clauses."""

from resilience.judge.limits import level_limit, owed_text, time_limit
from resilience.scenario.clauses import clauses
from resilience.scenario.norms import norms
from resilience.scenario.scenario import Threshold, TimeLimit
from simulator.contracts.failure import Confidence
from simulator.contracts.registry import registry
from simulator.contracts.words import Said
from tests.resilience.town import tiny_city


def test_values_in_si_units() -> None:
    assert norms()["wassv-person"].value == 15.0
    assert norms()["hospital-changeover"].value == 15.0
    assert norms()["hospital-endurance"].value == 24 * 3600
    assert norms()["authority-endurance"].value == 72 * 3600
    assert norms()["water-pressure"].value == 2.0e5
    assert norms()["saidi-germany"].value == 12.8 * 60
    assert norms()["n-1"].value is None


def test_every_norm_says_where_it_comes_from() -> None:
    for norm in norms().values():
        assert norm.source.en and norm.source.de
        assert norm.shown
        assert norm.title.de != norm.title.en
        assert (norm.value is None) == (norm.unit == "")
    assert norms()["saidi-sustained-ieee"].confidence is Confidence.MEMORY


def test_norms_that_levels_use_have_their_unit() -> None:
    assert norms()["wassv-person"].unit == registry().measures["litres-per-person"].unit
    assert norms()["travel-time-index"].unit == registry().measures["travel-time-index"].unit


def test_seventeen_clauses() -> None:
    assert len(clauses()) == 17
    assert "3.3/subsystem-continuity" in clauses()


def test_limits_say_their_source() -> None:
    city = tiny_city()
    own = level_limit(Threshold(), city.levels["water-supply-d1"])
    assert (own.value, own.better, own.confidence) == (0.9, "higher", Confidence.ASSUMPTION)
    index = level_limit(Threshold(), city.levels["travel-time-index"])
    assert (index.better, index.norm, index.confidence) == ("lower", "travel-time-index", Confidence.FOUND)
    given = level_limit(Threshold(0.5), city.levels["water-supply-d1"])
    assert (given.value, given.source.en) == (0.5, "scenario file")
    changeover = time_limit(TimeLimit(15.0, "hospital-changeover"), "lower")
    assert changeover.source.en == "DIN VDE 0100-710"
    assert changeover.confidence is Confidence.SECONDARY


def test_what_is_owed_is_told_apart_from_what_a_scenario_asks() -> None:
    levels = tiny_city().levels
    share, index = levels["water-supply-d1"], levels["travel-time-index"]
    assert owed_text(level_limit(Threshold(), share), Threshold()) == Said(
        {"de": "gefordert sind 90\u00a0%", "en": "90% required"}
    )
    asked = Threshold(0.925)
    assert owed_text(level_limit(asked, share), asked).en == "92.5% asked for"
    assert owed_text(level_limit(Threshold(), index), Threshold()).en == "at most 1.5 required"


def test_a_norm_lends_its_weight_to_its_own_number_only() -> None:
    from dataclasses import replace

    level = replace(tiny_city().levels["litres-d1"], minimum=12.0)
    assert level_limit(Threshold(), level).confidence is Confidence.ASSUMPTION
