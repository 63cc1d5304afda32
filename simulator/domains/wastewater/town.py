"""What an imported town has beside its SWMM file: power, commands and sensors of lifting stations; what is required."""

from __future__ import annotations

from simulator.city.check import CITY
from simulator.city.generator.layer import Layer, Laying, join
from simulator.city.generator.links import feed, field_link
from simulator.contracts.city import Assumption
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Fallback
from simulator.contracts.words import Words, percent
from simulator.domains.energy.catalogue import POWER
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.wastewater import catalogue as c
from simulator.domains.wastewater.names import CONTROLLER
from simulator.domains.wastewater.requirements import CELLARS, DISPOSAL, SENSORS

_ = Words("simulator.domains.wastewater")


def stations(town: Laying) -> Layer:
    """Power and commands of every lifting station: from the nearest bus with consumers, and from the control system."""
    ground, owners = town.ground, town.plan.owners
    found = ground.of_kind(c.STATION)
    out = Layer()
    if found and ground.giving(POWER):
        text = _("{n} lifting stations hang on the nearest bus with consumers, without a battery", n=len(found))
        fed = tuple(feed(ground, station, owners.power) for station in found)
        out += Layer(links=fed, assumptions=(Assumption(_("power links of lifting stations"), text),))
    if found and any(component.id == CONTROLLER for component in town.laid.components):
        text = _("the control system commands {n} lifting stations; without it they follow their levels", n=len(found))
        commands = [join(CONTROL, CONTROLLER, s.id, s.owner, fallback=Fallback.LOCAL) for s in found]
        lines = [field_link(town.laid, station, owners.ict) for station in found]
        out += Layer(links=(*commands, *lines), assumptions=(Assumption(_("wastewater control"), text),))
    return out


def levels(town: Laying) -> Layer:
    """What is required of a sewer network where it reaches; of a treatment plant nothing, as a file names none."""
    drained = {component.district for component in town.ground.of_kind(c.MANHOLE, c.STATION)}
    if not drained:
        return Layer()
    owner = town.plan.owners.city
    owed = tuple(
        ServiceLevel(f"{measure}-{subject}", measure, subject, minimum, people, owner)
        for measure, minimum in ((c.DISPOSAL, DISPOSAL), (c.CELLARS, CELLARS))
        for subject, people in town.everywhere
        if subject in (*drained, CITY)
    )
    required = _(
        "required are {disposal} of people whose wastewater flows off, and {cellars} whose cellars are safe; cellar "
        "floors lie 2 m below the street",
        disposal=percent(DISPOSAL),
        cellars=percent(CELLARS),
    )
    plant = _("a SWMM file names none: nothing is required of it; a row in components.csv and a level add one")
    notes = (Assumption(_("levels of wastewater"), required), Assumption(_("treatment plant"), plant))
    return Layer(levels=owed, assumptions=notes)


def sensors(town: Laying) -> Layer:
    """Levels of wells and sewers, flows of pumps, and rain."""
    return town.measured(SENSORS, _("every lifting station, pump and rain gauge carries a sensor, one manhole in five"))
