"""What is drawn follows the distributions, and is spread as the sampler promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from resilience.study.campaign.campaign import Campaign, Method, Variation
from resilience.study.campaign.cases import cases, unit_points
from resilience.study.campaign.distribution import Distribution
from simulator.contracts.words import Verbatim

SECOND_ENGINE = {
    "uniform": ((2.0, 6.0), stats.uniform(2, 4)),
    "loguniform": ((0.5, 50.0), stats.loguniform(0.5, 50)),
    "triangular": ((1.0, 2.0, 5.0), stats.triang(0.25, 1, 4)),
    "normal": ((10.0, 3.0, 6.0, 20.0), stats.truncnorm(-4 / 3, 10 / 3, 10, 3)),
    "exponential": ((2.0, 7.0), stats.truncexpon(3.5, 0, 2)),
}


@pytest.mark.parametrize("kind", SECOND_ENGINE)
def test_quantiles_are_those_of_scipy(kind: str) -> None:
    numbers, known = SECOND_ENGINE[kind]
    for u in np.linspace(0.0, 1.0, 41).tolist():
        assert Distribution(kind, numbers).value(u) == pytest.approx(float(known.ppf(u)), rel=1e-5), u


def test_edges_are_the_outermost_values() -> None:
    assert Distribution("uniform", (600.0, 7200.0), timed=True).edges() == ("10 min", "2 h")
    assert Distribution("integers", (1.0, 3.0)).edges() == (1, 3)
    assert Distribution("choice", (1.0, 0.0), ("a", "b")).value(1.0) == "a", "a choice of weight 0 is never drawn"


def test_whole_numbers_and_choices_come_as_often_as_they_should() -> None:
    grid = ((np.arange(600) + 0.5) / 600).tolist()
    numbers = [Distribution("integers", (1.0, 6.0)).value(u) for u in grid]
    assert {n: numbers.count(n) for n in set(numbers)} == dict.fromkeys(range(1, 7), 100)
    drawn = [Distribution("choice", (1.0, 2.0, 3.0), ("a", "b", "c")).value(u) for u in grid]
    assert [drawn.count(name) for name in "abc"] == [100, 200, 300]
    assert sum(bool(Distribution("chance", (0.3,)).value(u)) for u in grid) == 180


@pytest.mark.parametrize("method", [Method.LATIN_HYPERCUBE, Method.SOBOL])
def test_each_stratum_has_one_point_in_every_dimension(method: Method) -> None:
    points = unit_points(method, 64, 5, seed=3)
    for dimension in range(5):
        assert sorted(np.floor(points[:, dimension] * 64).astype(int).tolist()) == list(range(64))


def campaign(**changed: object) -> Campaign:
    vary = (
        Variation("a", "at", Distribution("uniform", (0.0, 1.0)), "assumption", entry="x"),
        Variation("b", "at", Distribution("uniform", (0.0, 1.0)), "assumption", entry="y", scenario="second"),
    )
    plain = Campaign("c", Verbatim("c"), Verbatim("?"), ("first", "second"), "", 12, Method.MONTE_CARLO, 1, (), vary)
    return replace(plain, **changed)  # type: ignore[arg-type]


def test_scenarios_and_seeds_take_turns_in_all_combinations() -> None:
    drawn = cases(campaign(seeds=(5, 6, 7)))
    assert len({(case.scenario, case.seed) for case in drawn}) == 6
    assert [name for name, _ in drawn[0].values] == ["a"]
    assert [name for name, _ in drawn[1].values] == ["a", "b"]
    own = [case.seed for case in cases(campaign())]
    assert len(set(own)) == len(own)


def test_more_runs_go_on_where_fewer_end() -> None:
    for method in (Method.MONTE_CARLO, Method.SOBOL):
        few, many = cases(campaign(method=method, runs=8)), cases(campaign(method=method, runs=16))
        assert few == many[:8], method
