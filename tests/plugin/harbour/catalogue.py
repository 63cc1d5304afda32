"""What the package declares: ferries, with an engine or with oars."""

from simulator.contracts.catalogue import Catalogue, ComponentType, Extension, analogue, failed, normal
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.words import Words
from simulator.lifelines.catalogue import DOMAIN

_ = Words("harbour")

ENGINE_OUT = FaultPoint("ferry-engine-out", _("engine of the ferry does not run"))

CATALOGUE = Catalogue(
    "harbour",
    api=1,
    types=(
        ComponentType(
            "ferry",
            DOMAIN,
            _("ferry"),
            (ENGINE_OUT, FaultPoint("ferry-sunk", _("ferry is lost"), disables=True)),
            (Parameter("oars_share", "1", 0.25, "assumption", _("share of the crossings that are made by oars")),),
            ladder=(
                normal("under-engine", _("under its engine")),
                analogue("by-oars", _("by oars")),
                failed("moored", _("moored")),
            ),
            process="harbour.process:Ferry",
            order=1000,
        ),
    ),
)

LISTS = Extension("pipe-list", 1, _("water networks drawn up as plain lists"), "harbour.lists:to_inp")
TIDES = Extension("tide", 1, _("readings out of the tide"), "harbour.tides:Tides")
CROSSINGS = Extension("crossings", 1, _("crossings by oars"), "harbour.process:rowed_at_most")
