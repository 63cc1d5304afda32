"""What can break, and the door through which it is broken."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from simulator.contracts.cure import Cure
from simulator.contracts.sources import Source
from simulator.contracts.words import Text, Verbatim


class Together(StrEnum):
    """What the values of a parameter come to where several faults of one name act at once. None depends on an order."""

    LEAST = "least"
    MOST = "most"
    PRODUCT = "product"

    def of(self, values: Sequence[float]) -> float:
        """The value in force. Raises `ValueError` for no values."""
        if not values:
            raise ValueError("nothing is in force")
        match self:
            case Together.LEAST:
                return min(values)
            case Together.MOST:
                return max(values)
            case Together.PRODUCT:
                return math.prod(values)


class Shows(StrEnum):
    """In what way a fault shows."""

    STOPS = "stops"  # what the broken thing carried is gone
    RISES = "rises"  # a quantity of the broken thing is above what it was
    FALLS = "falls"
    BEGINS = "begins"  # there was none of a quantity of the broken thing when the fault came, and there is now
    USED = "used"  # the fault takes away what was in use when it came
    LOGGED = "logged"  # the log says so of the broken thing itself
    ELSEWHERE = "elsewhere"  # the log says of something else that it changed because of the fault


GONE_SHARE = 1e-3
"""What is left of a flow that has stopped, at most, as a share of what it was (assumption: solvers leave a trace)."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One way in which a fault is seen to act, as its catalogue declares it. Made by the functions below.

    Declare what would not be there without the fault: a quantity that nothing else moves, or not so far in that time.

    `quantity` is measured at the broken thing just before the fault and looked at until `within_s` after it; changes of
    up to `least` (in its unit) are none. For `LOGGED` it is the name of an event code.
    """

    how: Shows
    quantity: str = ""
    least: float = 0.0
    within_s: float = 900.0

    @property
    def measured(self) -> bool:
        """Whether it is a quantity that shows it, rather than the log."""
        return self.how not in (Shows.LOGGED, Shows.ELSEWHERE)

    def possible(self, before: float) -> bool:
        """Whether it can show at all, from what was measured before: where nothing flowed, nothing can stop, and what
        was going on already cannot begin."""
        if self.how is Shows.BEGINS:
            return abs(before) <= self.least
        return self.how not in (Shows.STOPS, Shows.USED) or abs(before) > self.least

    def seen(self, before: float, now: float) -> bool:
        """Whether it shows in the change from one value to the other. NaN shows nothing."""
        if math.isnan(before) or math.isnan(now) or not self.possible(before):
            return False
        match self.how:
            case Shows.STOPS:
                return abs(now) <= max(GONE_SHARE * abs(before), min(self.least, 0.5 * abs(before)))
            case Shows.RISES | Shows.BEGINS:
                return now > before + self.least
            case Shows.FALLS:
                return now < before - self.least
            case _:
                return self.how is Shows.USED


def stops(quantity: str, least: float) -> Sign:
    """More than `least` was carried by the broken thing and is gone: the current of a line, the flow of a pipe."""
    return Sign(Shows.STOPS, quantity, least)


def rises(quantity: str, least: float, within_s: float = 900.0) -> Sign:
    """A quantity that only the fault raises is up by more than `least`: what leaks out of a main."""
    return Sign(Shows.RISES, quantity, least, within_s)


def begins(quantity: str, least: float, within_s: float = 900.0) -> Sign:
    """There was none (up to `least`) of a quantity that only such a fault brings about, and there is now."""
    return Sign(Shows.BEGINS, quantity, least, within_s)


def falls(quantity: str, least: float, within_s: float = 900.0) -> Sign:
    """A quantity of the broken thing is down by more than `least`: the share of a lifeline's duty that it serves."""
    return Sign(Shows.FALLS, quantity, least, within_s)


def used(quantity: str, least: float) -> Sign:
    """What the fault takes away was in use when it came: cars drove on the road that is closed."""
    return Sign(Shows.USED, quantity, least)


def logged(code: str) -> Sign:
    """The log says of the broken thing that something asked it, and what came of that."""
    return Sign(Shows.LOGGED, code)


ELSEWHERE = Sign(Shows.ELSEWHERE)
"""Something else lost its supply, changed its mode or was switched because of the fault, or a level became too low.

What the log says of the broken thing itself is no effect: it only repeats that the fault came.
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared number, name or switch: `unit` is SI (or `""`), `default` None means it must be given.

    `source` says where the default comes from; the word `assumption`, or `assumed(reason)`, where it is ours. A number
    lies between `at_least` and `at_most`, where they are given. Where it names a quantity, that is any of the
    registry's; where it holds the id of a component, `names_type` is the type of that. `together` says what several
    faults in force at once come to. `title` is what it is, in words. `cure` says that more of it helps, and how much of
    it could be bought. `setting` names the setting of its sub-system which is the default where a city gives one.
    """

    name: str
    unit: str
    default: float | str | bool | None
    source: Source
    title: Text | None = field(default=None, compare=False)
    choices: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    names_quantity: bool = False
    names_type: str = ""
    together: Together | None = None
    cure: Cure | None = None
    setting: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.title, str):  # plug-ins may say it in one language
            object.__setattr__(self, "title", Verbatim(self.title))


@dataclass(frozen=True, slots=True)
class FaultPoint:
    """A way in which a component (or link) can fail.

    `disables` is true where the fault alone means "does not work": the component's supply then reports it as not
    working and its domain reacts to that. Other faults need a handler in the domain. `lasts` names the parameter that
    says after how many seconds the fault ends by itself; empty where it does not.

    `about` says more of what happens than the title, where there is more to say. `cuts_off` says that it leaves the
    component without any use, though it counts as working: nothing supplies it. `severs` marks what takes a link down.
    `one_device` says that it befalls one device: like ones that stand beside it go on (see `beside`); not while a fault
    is there that `spreads`, as where a protection does not part what is broken from the rest. `in_street` says that
    whoever passes sees it.
    `against` are parameters that every type of component takes which it can befall: what stands ready against it.
    `judged` is false where another sub-system acts on the fault and the lifeline that carries it is told by that one.
    `evidence` are the signs by which the fault is seen to act; one of them is enough. `foreseen` says that its
    sub-system has to know before a run begins where it will be, as the structure of a network cannot change later.
    `either` names parameters of which exactly one has to be given. `closed_off` names the fault that people bring about
    to end its effect before it is mended: they close the valves around.
    """

    name: str
    title: Text = field(compare=False)
    disables: bool = False
    parameters: tuple[Parameter, ...] = ()
    lasts: str = ""
    cuts_off: bool = False
    severs: bool = False
    judged: bool = True
    against: tuple[Parameter, ...] = ()
    about: Text | None = field(default=None, compare=False)
    evidence: tuple[Sign, ...] = ()
    foreseen: bool = False
    one_device: bool = False
    spreads: bool = False
    either: tuple[str, ...] = ()
    closed_off: str = ""
    in_street: bool = False

    def filled(
        self, given: Mapping[str, float | str | bool], settings: Mapping[str, float] = MappingProxyType({})
    ) -> dict[str, float | str | bool]:
        """The parameters that are given, the others by the settings of a city, else by default."""
        defaults = {one.name: one.default for one in self.parameters if one.default is not None}
        set_here = {one.name: settings[one.setting] for one in self.parameters if one.setting in settings}
        return {**defaults, **set_here, **given}

    def together(self, name: str, active: Sequence[ActiveFault]) -> float:
        """The value of a parameter with all these in force, by its rule. Raises `KeyError` where it declares none."""
        rule = next((one.together for one in self.parameters if one.name == name), None)
        if rule is None:
            raise KeyError(f"fault {self.name!r} does not say what several {name!r} come to")
        return rule.of([one.number(name) for one in active])

    def own_length_s(self, given: Mapping[str, float | str | bool]) -> float | None:
        """After how long it ends by itself with these parameters, the others by default; None where it does not."""
        for parameter in self.parameters:
            if parameter.name == self.lasts:
                value = given.get(self.lasts, parameter.default)
                return None if value is None else float(value)
        return None


@dataclass(frozen=True, slots=True)
class Damage:
    """What it is that a share of a component is damaged: a fault with `parameter` set to that share.

    With `rest` it is set to the share that is left. Where all is damaged the fault is `whole`, if that is named.
    """

    fault: str
    parameter: str
    rest: bool = False
    whole: str = ""

    def of(self, share: float) -> tuple[str, dict[str, float | str | bool]]:
        """The fault that damage of so much of it, 0 to 1, is, with its parameters."""
        if share >= 1.0 and self.whole:
            return self.whole, {}
        return self.fault, {self.parameter: 1.0 - share if self.rest else share}


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """A fault in force: `cause` is the key under which it was applied and will be cleared (a timeline entry's id)."""

    target: str
    fault: str
    cause: str
    parameters: Mapping[str, float | str | bool]

    def number(self, name: str) -> float:
        value = self.parameters[name]
        if isinstance(value, str | bool):
            raise TypeError(f"parameter {name!r} of fault {self.fault!r} is not a number: {value!r}")
        return value


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A fault that a run may see, of those whose sub-system has to be prepared for it before the run begins."""

    target: str
    fault: str
    parameters: Mapping[str, float | str | bool]


class FaultDoor(Protocol):
    """The one way in for faults. Both calls raise `KeyError` for an undeclared target or fault.

    Faults are counted by cause: applying the same cause twice is once, and the component works again when the last
    cause is gone. Both return the id of the event they logged.
    """

    def apply(
        self,
        target: str,
        fault: str,
        cause: str,
        parameters: Mapping[str, float | str | bool],
        because: int | None = None,
    ) -> int: ...

    def clear(self, target: str, fault: str, cause: str, because: int | None = None) -> int: ...
