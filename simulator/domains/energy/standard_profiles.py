"""Standard load profiles of households and businesses: what they take through the day, by season and day of the week.

Hourly means of the profiles H0 and G0 of the German utilities' association (VDEW 1999, today BDEW), in W at 1,000 kWh a
year, computed from the quarter-hourly tables in demandlib (oemof, MIT) and rounded to 1 W.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

# fmt: off
HOUSEHOLD_W = {
    ("winter", "workday"): (
        58, 43, 40, 39, 39, 47, 90, 129, 134, 123, 116, 118,
        131, 130, 115, 105, 105, 129, 166, 187, 168, 141, 117, 86,
    ),
    ("winter", "saturday"): (
        67, 53, 42, 40, 38, 40, 53, 82, 120, 142, 148, 155,
        167, 166, 153, 144, 145, 180, 209, 210, 172, 134, 122, 104,
    ),
    ("winter", "sunday"): (
        78, 56, 45, 41, 39, 39, 41, 50, 89, 138, 174, 203,
        207, 173, 136, 117, 107, 126, 156, 176, 160, 136, 115, 85,
    ),
    ("transition", "workday"): (
        67, 49, 44, 43, 44, 53, 93, 130, 137, 136, 132, 133,
        150, 146, 127, 113, 106, 116, 145, 172, 168, 156, 136, 100,
    ),
    ("transition", "saturday"): (
        73, 56, 46, 44, 43, 45, 59, 93, 130, 150, 163, 172,
        181, 177, 161, 149, 147, 159, 183, 198, 180, 147, 139, 117,
    ),
    ("transition", "sunday"): (
        84, 62, 49, 44, 43, 43, 46, 66, 111, 160, 185, 205,
        208, 169, 136, 121, 107, 112, 138, 161, 155, 144, 128, 94,
    ),
    ("summer", "workday"): (
        74, 55, 50, 47, 49, 59, 98, 130, 142, 144, 139, 142,
        158, 153, 132, 119, 115, 122, 142, 165, 167, 158, 145, 112,
    ),
    ("summer", "saturday"): (
        83, 64, 52, 50, 50, 52, 64, 93, 128, 156, 165, 171,
        182, 176, 157, 148, 145, 149, 166, 180, 173, 154, 149, 125,
    ),
    ("summer", "sunday"): (
        90, 67, 54, 51, 50, 49, 51, 69, 112, 160, 187, 206,
        209, 175, 144, 124, 108, 110, 127, 152, 159, 151, 140, 108,
    ),
}
BUSINESS_W = {
    ("winter", "workday"): (
        61, 53, 48, 50, 60, 67, 81, 115, 188, 229, 232, 239,
        220, 184, 173, 191, 201, 204, 168, 117, 96, 84, 76, 71,
    ),
    ("winter", "saturday"): (
        74, 73, 65, 64, 66, 71, 80, 118, 170, 194, 204, 207,
        197, 172, 129, 96, 84, 91, 97, 97, 94, 85, 77, 69,
    ),
    ("winter", "sunday"): (
        60, 53, 46, 42, 42, 44, 50, 51, 49, 55, 66, 73,
        78, 80, 74, 66, 62, 79, 92, 94, 89, 78, 70, 62,
    ),
    ("transition", "workday"): (
        69, 60, 55, 56, 66, 75, 81, 108, 174, 211, 214, 221,
        205, 175, 165, 179, 183, 180, 144, 102, 91, 86, 82, 78,
    ),
    ("transition", "saturday"): (
        77, 77, 70, 68, 70, 73, 75, 114, 169, 187, 191, 195,
        192, 169, 126, 95, 79, 80, 84, 87, 91, 88, 80, 73,
    ),
    ("transition", "sunday"): (
        66, 57, 49, 45, 44, 45, 45, 50, 53, 61, 69, 77,
        83, 81, 74, 67, 62, 72, 80, 84, 88, 83, 73, 65,
    ),
    ("summer", "workday"): (
        68, 58, 54, 54, 65, 71, 75, 102, 164, 198, 203, 209,
        196, 171, 165, 175, 176, 170, 140, 98, 89, 87, 81, 76,
    ),
    ("summer", "saturday"): (
        77, 75, 69, 67, 70, 72, 77, 114, 161, 176, 180, 185,
        180, 158, 118, 89, 77, 75, 79, 80, 85, 85, 78, 72,
    ),
    ("summer", "sunday"): (
        66, 57, 51, 48, 47, 46, 47, 53, 54, 59, 66, 72,
        77, 79, 73, 64, 60, 68, 75, 79, 83, 82, 74, 66,
    ),
}
# fmt: on

WORKDAY, SATURDAY, SUNDAY = "workday", "saturday", "sunday"
_FIXED = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
_FROM_EASTER = (-2, 1, 39, 50)


def season(when: date) -> str:
    """Winter from 1 November to 20 March, summer from 15 May to 14 September, transition between (BDEW)."""
    day = (when.month, when.day)
    if day >= (11, 1) or day <= (3, 20):
        return "winter"
    return "summer" if (5, 15) <= day <= (9, 14) else "transition"


def easter(year: int) -> date:
    """Easter Sunday (Gregorian computus by Butcher, 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    month, day = divmod(d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114, 31)
    return date(year, month, day + 1)


def day_type(when: date) -> str:
    """Holidays of all Germany count as Sundays, 24 and 31 December as Saturdays unless they are Sundays (BDEW)."""
    holidays = {date(when.year, *day) for day in _FIXED}
    holidays |= {easter(when.year) + timedelta(days) for days in _FROM_EASTER}
    day = date(when.year, when.month, when.day)
    if day in holidays or day.weekday() == 6:
        return SUNDAY
    return SATURDAY if day.weekday() == 5 or (day.month, day.day) in ((12, 24), (12, 31)) else WORKDAY


def dynamisation(day_of_year: int) -> float:
    """Factor on the profile of households through the year, so that seasons have no edges (BDEW)."""
    d = float(day_of_year)
    return -3.92e-10 * d**4 + 3.2e-7 * d**3 - 7.02e-5 * d**2 + 0.0021 * d + 1.24


def through(hours: tuple[float, ...], when: datetime) -> float:
    """A value of the quarter of an hour that holds `when`, straight from the middle of an hour to that of the next."""
    at = when.hour + (when.minute // 15 * 15 + 7.5) / 60 - 0.5
    before = int(at // 1)
    share = at - before
    return hours[before % 24] * (1 - share) + hours[(before + 1) % 24] * share


def household_w(when: datetime) -> float:
    """Power of a household of 1,000 kWh a year: H0 with its dynamisation."""
    table = HOUSEHOLD_W[season(when), day_type(when)]
    return through(table, when) * dynamisation(when.timetuple().tm_yday)


def business_w(when: datetime) -> float:
    """Power of a business of 1,000 kWh a year: G0."""
    return through(BUSINESS_W[season(when), day_type(when)], when)
