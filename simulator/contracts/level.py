"""A service level owed to people, and the measures it can be stated in."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.contracts.component import Domain
from simulator.contracts.figures import FigureKind
from simulator.contracts.sources import Source
from simulator.contracts.words import NO_TEXT, Message, Text, Words, number, told_apart

_ = Words("simulator.contracts")

LITRES_PERSON_D = 126.0
"""Household water use a person and day in Germany in 2022 (Destatis, by way of BMUV)."""
LITRES_SOURCE = _("Destatis, public water supply 2022: 126 litres per person and day")


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity in which a service level is stated. `subject` says what it is measured for.

    `service` names in a word or two what is required; `said` says how much of it there was, with `{amount}` as blank.
    `higher_is_better` false turns the comparison with the minimum round (a travel-time index must stay *below*).

    Roles:
    `for_people`  residents lack a service while it is below its minimum, so that it counts in person-hours; false for
                  technical indicators
    `same_need`   another measure that says the same of a resident's supply: who lacks either lacks one service
    `of_network`  the network whose product it counts, where that is not the network's own measure
    `figures`     published figures of it
    `lacked`      the service as a whole, in a word or two, where levels of other things are counted under it too:
                  whoever cannot reach the dispatch centre lacks rescue, however fast ambulances are
    `spared_s`    how long it may be missed at a stretch where nobody says how long, for a measure whose rule does not
                  judge a moment, with what that stands on (`spared_by`); None: as for a supply that is interrupted
    `told_to`     the most that its model can tell, which stands for all that is worse, in the words of `beyond` (with
                  `{limit}` as blank); None: whatever comes out. Only for measures that are better when lower
    `counts`      component types of which it is the share that works: what a fault broke of them is missing from it
    `told_by`     quantities with a band of ordinary values that does not hang on season or weather: readings outside of
                  it tell that the level falls
    """

    name: str
    domain: Domain
    unit: str
    subject: str
    higher_is_better: bool
    title: Text
    service: Text
    said: Message
    source: Source
    for_people: bool = True
    same_need: str = ""
    of_network: str = ""
    figures: tuple[FigureKind, ...] = ()
    counts: tuple[str, ...] = ()
    told_by: tuple[str, ...] = ()
    lacked: Text | None = None
    spared_s: float | None = None
    spared_by: Text = NO_TEXT
    told_to: float | None = None
    beyond: Message | None = None

    @property
    def need(self) -> str:
        """The measure under which people who lack it are counted."""
        return self.same_need or self.name

    @property
    def whole(self) -> Text:
        """What people lack who are counted under it."""
        return self.lacked or self.service

    def of(self, amount: Text) -> Text:
        """So much of it, in words."""
        return self.said.filled(amount=amount)

    def is_beyond(self, value: float) -> bool:
        """Whether a value only says that it is at least so bad."""
        return self.told_to is not None and value >= self.told_to

    def told(self, value: float, limit: float, unit: str) -> Text:
        """A value in words, with as many digits as it takes to tell it from a limit."""
        if self.told_to is not None and self.beyond is not None and self.is_beyond(value):
            return self.beyond.filled(limit=number(self.told_to))
        return self.of(told_apart(value, limit, unit)[0])


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """What is owed: `measure` of `subject` (a district, a component, or `city`) must not be worse than `minimum`.

    `people` are those who lean on it. `basis` is the norm id or the word `assumption` behind the minimum.
    """

    id: str
    measure: str
    subject: str
    minimum: float
    people: int
    owner: str = ""
    basis: str = "assumption"
