"""What houses take, against published sums, courses and field tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from simulator.contracts.component import Value
from simulator.contracts.ticks import to_ticks
from simulator.domains.energy.demand import HEAT_W, Mix, heating, performance
from simulator.domains.energy.standard_profiles import business_w, day_type, easter, household_w
from simulator.domains.energy.weather import ordinary_c
from tests.energy.support import chain, run, town, written

QUARTERS = [datetime(2026, 1, 1) + timedelta(minutes=15 * i) for i in range(365 * 96)]
HOURS = QUARTERS[2::4]
PLAIN = {"business": 0.0, "heat_pumps": 0.0, "storage_heaters": 0.0, "cooled": 0.0, "electric_cars": 0.0}
TODAY = PLAIN | {"heat_pumps": 0.057, "storage_heaters": 0.026, "cooled": 0.19, "electric_cars": 0.033}


def mix(**shares: float) -> Mix:
    return Mix(**{name: np.array([share]) for name, share in (PLAIN | shares).items()})


def year_kwh(one: Mix) -> float:
    return sum(float(one.power_w(when, ordinary_c(when))[0]) for when in HOURS) / 1000


def test_a_year_of_the_profiles_is_what_they_are_scaled_to() -> None:
    """VDEW 1999: H0 with its dynamisation and G0 come to 1,000 kWh in a year."""
    assert sum(map(household_w, QUARTERS)) / 4000 == pytest.approx(1000.0, rel=0.01)
    assert sum(map(business_w, QUARTERS)) / 4000 == pytest.approx(1000.0, rel=0.01)


def test_a_household_takes_in_a_year_what_is_published() -> None:
    """AG Energiebilanzen 2023: 128 TWh in 41 million households, with their electric heating."""
    assert year_kwh(mix(**TODAY)) == pytest.approx(128e9 / 41e6, rel=0.05)


def test_cars_charge_what_they_drive() -> None:
    """12,500 km a year at 0.2 kWh, and 1.2 cars a household."""
    cars = year_kwh(mix(electric_cars=1.0)) - year_kwh(mix())
    assert cars == pytest.approx(1.2 * 12_500 * 0.2, rel=1e-3)


def test_households_peak_on_winter_evenings_and_in_summer_take_less_then_than_at_noon() -> None:
    """VDEW 1999, H0: the winter day peaks from 18 to 20 h, at over 1.3 times its noon; in July the evening of a workday
    stays within 15 % of noon, and both are below the evening in January by a third."""
    winter = [household_w(datetime(2026, 1, 14, hour, 30)) for hour in range(24)]
    summer = [household_w(datetime(2026, 7, 8, hour, 30)) for hour in range(24)]
    assert winter.index(max(winter)) in (18, 19) and max(winter) > 1.3 * winter[12]
    assert max(summer[17:21]) == pytest.approx(summer[12], rel=0.15)
    assert max(summer) < max(winter) * 0.67
    peak = max(QUARTERS, key=household_w)
    assert peak.month in (12, 1, 2) and 18 <= peak.hour <= 20


def test_businesses_work_on_workdays_before_noon_and_rest_on_sundays() -> None:
    """VDEW 1999, G0: most before noon, on a Sunday less than half of a workday."""
    workday = [business_w(datetime(2026, 1, 14, hour, 30)) for hour in range(24)]
    sunday = [business_w(datetime(2026, 1, 18, hour, 30)) for hour in range(24)]
    assert workday.index(max(workday)) in (9, 10, 11)
    assert sum(sunday) < 0.5 * sum(workday)


def test_holidays_count_as_sundays() -> None:
    """Dates of Easter: Physikalisch-Technische Bundesanstalt."""
    assert [easter(year) for year in (2019, 2024, 2026, 2027)] == [
        date(2019, 4, 21), date(2024, 3, 31), date(2026, 4, 5), date(2027, 3, 28),
    ]  # fmt: skip
    sundays = [date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25), date(2026, 10, 3)]
    assert {day_type(day) for day in sundays} == {"sunday"}
    assert day_type(date(2026, 12, 24)) == day_type(date(2026, 12, 31)) == day_type(date(2026, 1, 17)) == "saturday"
    assert day_type(date(2026, 1, 14)) == "workday"


def test_heat_and_electricity_of_heat_pumps_are_those_of_practice() -> None:
    """Full-load hours: 1,800 (BSI-KritisV: 9.2 MWh of 5 kW). Seasonal performance of air heat pumps in old buildings:
    2.5 to 3.8 (Fraunhofer ISE, WPsmart im Bestand, 2020)."""
    hours = sum(heating(ordinary_c(when)) for when in HOURS)
    assert hours == pytest.approx(1800.0, rel=0.2)
    electric = year_kwh(mix(heat_pumps=1.0)) - year_kwh(mix())
    assert 2.5 < HEAT_W / 1000 * hours / electric < 3.8
    assert [performance(c) for c in (-12.0, 0.0, 10.0)] == sorted(performance(c) for c in (-12.0, 0.0, 10.0))


def test_the_mean_year_is_as_warm_as_published() -> None:
    """DWD: 9.3 °C in the mean of Germany, 1991 to 2020."""
    assert np.mean([ordinary_c(when) for when in QUARTERS]) == pytest.approx(9.3, abs=0.1)


def with_shares(tmp_path: Path, **shares: Value):  # type: ignore[no-untyped-def]
    return run(
        town(written(chain([1.0]), tmp_path / "power.json"), parameters={"bus-2": shares}), datetime(2026, 1, 14, 18)
    )


@pytest.mark.parametrize(
    ("fault", "at"), [("cold-spell", datetime(2026, 1, 14, 18)), ("heat-spell", datetime(2026, 7, 8, 14))]
)
def test_weather_reaches_the_load(tmp_path: Path, fault: str, at: datetime) -> None:
    """And goes again. On the coldest evening the load is at most what the network file says."""
    runtime, _ = run(town(written(chain([1.0]), tmp_path / "power.json")), at)
    runtime.clock.run_until(to_ticks(60))
    before = runtime.quantities.value("bus-2", "load_w")
    runtime.faults.apply("substation-0", fault, "test", {})
    runtime.clock.run_until(to_ticks(120))
    within = runtime.quantities.value("bus-2", "load_w")
    assert before * 1.03 < within <= 1e6
    runtime.faults.clear("substation-0", fault, "test")
    runtime.clock.run_until(to_ticks(180))
    assert runtime.quantities.value("bus-2", "load_w") == pytest.approx(before)


def test_a_street_full_of_electric_cars_takes_what_they_charge_on_top(tmp_path: Path) -> None:
    """At 18 h 0.0925 of the 8.2 kWh of a household's 1.2 cars, over what a household takes at the peak."""
    runtime, domain = with_shares(tmp_path, business_share=0.0)
    alone = runtime.quantities.value("bus-2", "load_w")
    peak_w = float(domain._demand._peak_w[2])
    runtime, _ = with_shares(tmp_path, business_share=0.0, electric_car_share=1.0)
    more = runtime.quantities.value("bus-2", "load_w") - alone
    share = 0.085 + (0.125 + 0.5) * 0.01  # the first quarter of an hour, between the middles of two hours
    assert more / 1e6 == pytest.approx((1.0 - 0.033) * 1.2 * 2500e3 / 365 * share / peak_w, rel=0.01)
