"""What finds that something is out of the ordinary, as readings come: one function a kind of evidence.

silence        a gateway sends nothing
stuck          a reading stands still for longer than it ever did
range          a reading is further out than it ever was, by more than all that it ever moved
jump           a reading jumped further than it ever did in one step, and has not jumped back
contradiction  a reading is not what other gateways say of it, or not what its store's balance says
replay         a reading goes through the very digits that it went through before
twice          two readings of one instant differ: somebody else sends, too
balance        a zone draws more than it ever does at this hour
discrepancy    a device does not do what it was ordered: no flow where it is to run, or a flow where it is to stand
limit          a reading is beyond a limit that a norm sets

Each says how far things are, 1 at the limit, and where. Another check joins as a function of the same form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitoring.ordinary import Ordinary, drawn
from monitoring.picture import STEP_S, Picture
from monitoring.playbooks import ControlFile
from monitoring.reckoning import Reckoning
from simulator.contracts.ticks import to_ticks

Floats = NDArray[np.float64]

STEP = to_ticks(STEP_S)

SILENT = 3 * STEP
"""A gateway whose newest reading is older is silent (assumption: three steps of 5 min)."""

REPLAY_STEPS = 8
"""So many readings in a row that were there before are a replay: noise does not repeat itself (assumption)."""

REPLAY_VALUES = 6
"""If they have at least so many different values (assumption: a thing at rest repeats itself)."""

STILL_AT_LEAST = 6 * STEP
"""How long a reading must at least stand still (assumption: half an hour)."""

STANDS = 0.25
"""A device stands while less flows than this share of the most that ever flowed through it (assumption)."""

OBEYS = STEP
"""How long a device may take to do what it was ordered (assumption: 5 min)."""

LOOKED_AT = 4
"""So many steps, 15 min, are averaged to tell whether something flows (assumption: instruments have noise)."""

PERSISTS: Mapping[str, int] = {"contradiction": 2 * STEP, "balance": 6 * STEP}
"""How long evidence must last before it is an alarm: 10 min, and for leaks 30 min (assumption)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something is out of the ordinary now."""

    kind: str
    subject: str
    seat: str
    score: float
    series: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()


@dataclass
class Seen:
    """What checks look at: the picture at this step, what is ordinary, and what they keep for the next step."""

    plan: ControlFile
    picture: Picture
    ordinary: Ordinary | None
    now: int
    step_of_day: int
    seen: Floats
    estimates: Mapping[int, float]
    seats: tuple[str, ...]
    """Those that see: what belongs to others is not looked at, and the first deals with readings as such."""
    odd: Mapping[str, Floats]
    """By kind (range, jump) how far each series is from what it can be; 1 at the limit."""
    distrusted: frozenset[str] = frozenset()
    """Series that stood under an alarm lately, so that nothing is concluded from them."""
    kept: dict[str, object] = field(default_factory=dict)
    reckoned: Reckoning | None = None
    """What stores that are not believed hold, by what flows in and out."""
    orders: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    """By device, what it was last ordered, and since when that is the order."""

    def counts(self, kind: str, score: float) -> bool:
        """Whether evidence of a kind counts; NaN does not."""
        return score >= self.plan.counts_from(kind)


Check = Callable[[Seen], Iterator[Evidence]]


def _led(at: Seen) -> Iterator[tuple[int, str]]:
    """The series by which levels are controlled from seats that see, each with its seat."""
    led = {at.picture.place[one.reading]: one.seat for one in at.plan.levels if one.seat in at.seats}
    yield from sorted(led.items())


def _of_reading(kind: str, at: Seen, i: int, seat: str, score: float) -> Evidence:
    """What one series shows, about the component that it reads."""
    one = at.picture.series[i]
    return Evidence(kind, one.component, seat, score, (one.name,), _near(one.district))


def silence(at: Seen) -> Iterator[Evidence]:
    for gateway, places in at.picture.behind.items():
        taken = int(at.picture.taken[places].max())
        if at.now - taken > SILENT:
            yield Evidence("silence", gateway, at.seats[0], min((at.now - taken) / SILENT, 99.0))


def _odd(kind: str) -> Check:
    def check(at: Seen) -> Iterator[Evidence]:
        if kind not in at.odd:
            return
        for i, seat in _led(at):
            if at.counts(kind, float(at.odd[kind][i])):
                yield _of_reading(kind, at, i, seat, float(at.odd[kind][i]))

    return check


class Plausible:
    """What a series cannot be by itself, whatever the others say: a store does not jump."""

    FAR = 6.0
    """How much further than ever a step must go to be a jump (assumption): a burst empties a tank fast, too."""

    def __init__(self, ordinary: Ordinary) -> None:
        self._low, self._high = ordinary.low, ordinary.high
        self._reach = np.maximum(self._high - self._low, 1e-9)
        self._most = np.maximum(self.FAR * ordinary.step, 1e-9)
        self._off = np.zeros(len(self._low))
        self._last = np.full(len(self._low), np.nan)

    def look(self, seen: Floats) -> Mapping[str, Floats]:
        """How odd each series is now; NaN is not odd."""
        with np.errstate(invalid="ignore"):
            beyond = np.nan_to_num(np.maximum(seen - self._high, self._low - seen) / self._reach, nan=0.0)
            step = np.nan_to_num(seen - self._last, nan=0.0)
        far = np.abs(step) > self._most
        self._off[far] += step[far]
        self._off[np.abs(self._off) <= self._most] = 0.0
        self._last = seen
        return {"range": beyond, "jump": np.abs(self._off) / self._most}


def stuck(at: Seen) -> Iterator[Evidence]:
    if at.ordinary is None:
        return
    still = at.ordinary.still
    for i, seat in _led(at):
        if not still[i] or not np.isfinite(at.seen[i]):
            continue
        longest = max(2 * int(still[i]), STILL_AT_LEAST)
        stands = int(at.picture.taken[i] - at.picture.since[i])
        if stands > 0 and at.counts("stuck", stands / longest):
            yield _of_reading("stuck", at, i, seat, stands / longest)


def contradiction(at: Seen) -> Iterator[Evidence]:
    if at.ordinary is None:
        return
    for i, seat in _led(at):
        if not np.isfinite(at.seen[i]):
            continue
        score = 0.0 if at.reckoned is None else at.reckoned.contradicts(i, float(at.seen[i]))
        limit, said = at.ordinary.limits.get(i), at.estimates.get(i)
        if limit is not None and said is not None:
            score = max(score, abs(float(at.seen[i]) - said) / limit)
        if at.counts("contradiction", score):
            yield _of_reading("contradiction", at, i, seat, score)


def replay(at: Seen) -> Iterator[Evidence]:
    memory: dict[int, dict[tuple[float, ...], int]] = at.kept.setdefault("replay", {})  # type: ignore[assignment]
    if len(at.picture.past) < REPLAY_STEPS:
        return
    for i, seat in _led(at):
        column = np.array([row[i] for row in at.picture.past[-REPLAY_STEPS:]])
        if not np.isfinite(column).all() or len(np.unique(column)) < REPLAY_VALUES:
            continue
        values = tuple(column.tolist())
        known = memory.setdefault(i, {})
        before = known.setdefault(values, at.now)
        if before <= at.now - REPLAY_STEPS * STEP:
            yield _of_reading("replay", at, i, seat, 1.0)


def twice(at: Seen) -> Iterator[Evidence]:
    picture = at.picture
    found: dict[str, list[str]] = {}
    for i in np.flatnonzero(picture.disputed).tolist():
        found.setdefault(picture.series[i].gateway, []).append(picture.series[i].name)
    picture.disputed[:] = False
    for gateway, series in found.items():
        yield Evidence("twice", gateway, at.seats[0], 1.0, tuple(series))


def balance(at: Seen) -> Iterator[Evidence]:
    if at.ordinary is None:
        return
    for one in at.plan.balances:
        if one.seat not in at.seats or one.id not in at.ordinary.balances:
            continue
        series = (*one.into, *one.out_of, *(store.reading for store in one.stores))
        if at.distrusted.intersection(series):
            continue
        row = at.ordinary.balances.index(one.id)
        now = drawn(at.picture.past, one, at.picture.place)
        score = (now - at.ordinary.drawn[row, at.step_of_day]) / at.ordinary.beyond[row]
        if at.counts("balance", float(score)):
            yield Evidence("balance", one.id, one.seat, float(score), series, tuple(one.districts))


def discrepancy(at: Seen) -> Iterator[Evidence]:
    """A discrepancy alarm in the sense of ISA-18.2: a state that is not the one that was ordered."""
    if at.ordinary is None:
        return
    for one in at.plan.levels:
        if not one.shown or one.seat not in at.seats or one.shown in at.distrusted:
            continue
        ordered, since = at.orders.get(one.device, (0.0, at.now))
        i = at.picture.place[one.shown]
        most = float(at.ordinary.high[i])
        flow = float(np.mean([row[i] for row in at.picture.past[-LOOKED_AT:]]))
        if at.now - since < OBEYS + LOOKED_AT * STEP or not np.isfinite(flow) or most <= 0:
            continue
        if (flow >= STANDS * most) != (ordered > 0):
            series = at.picture.series[i]
            yield Evidence("discrepancy", one.device, one.seat, 1.0, (one.shown,), _near(series.district))


def limit(at: Seen) -> Iterator[Evidence]:
    past = at.picture.past
    for one in at.plan.limits:
        if one.seat not in at.seats:
            continue
        steps = 1 + int(to_ticks(one.lasts) // STEP)
        if len(past) < steps:
            continue
        places = at.picture.reading.get(one.quantity)
        if places is None:
            continue
        rows = np.array([row[places] for row in past[-steps:]])
        beyond = np.zeros(len(places), dtype=np.bool_)
        if one.below is not None:
            beyond |= (rows < one.below).all(axis=0)
        if one.above is not None:
            beyond |= (rows > one.above).all(axis=0)
        found: dict[str, list[str]] = {}
        for i in places[beyond].tolist():
            found.setdefault(at.picture.series[i].district, []).append(at.picture.series[i].name)
        for district, names in found.items():
            yield Evidence("limit", district, one.seat, 1.0, tuple(names), _near(district))


def _near(district: str) -> tuple[str, ...]:
    return (district,) if district else ()


CHECKS: Mapping[str, Check] = {
    "silence": silence,
    "twice": twice,
    "replay": replay,
    "range": _odd("range"),
    "jump": _odd("jump"),
    "stuck": stuck,
    "contradiction": contradiction,
    "balance": balance,
    "discrepancy": discrepancy,
    "limit": limit,
}
"""The checks that ship, by the kind of their evidence."""

PRIORITY: Mapping[str, int] = {"balance": 1, "limit": 1, "discrepancy": 2, "report": 2, "silence": 2}
"""What is looked at first (assumption, in the sense of ISA-18.2: by what people may lose and how soon): water that runs
away or a supply beyond its norm; then what does not do as it is ordered, what citizens call about and what is not seen
at all; last a wrong reading, which the room does without."""
LAST_PRIORITY = 3

DISTRUST = ("range", "jump", "stuck", "contradiction", "replay", "twice")
"""Kinds after which a reading is not believed any more."""
