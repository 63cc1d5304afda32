"""What a control centre and the things it commands have in common: who works, and whom its control links reach."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.contracts.component import Component
from simulator.contracts.link import Fallback
from simulator.coupling.catalogue import LOSS_OF_CONTROL, LOSS_OF_VIEW
from simulator.coupling.runtime import Runtime
from simulator.domains.traffic.catalogue import CONTROLLER_FAILED
from simulator.lifelines.lifeline import Lifeline

MOST = 0.5
"""The centre is in command while it reaches at least this share of what works (assumption: most of it)."""


@dataclass(frozen=True, slots=True)
class Commanded:
    """A signal or pump under a control centre, as it is now."""

    component: Component
    works: bool
    reached: bool
    fallback: Fallback


class ControlCentre(Lifeline):
    """A lifeline that commands components of `commands` over its control links.

    Without such links it stands for all components of that kind, and reaches them while it works itself.
    """

    commands: str

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        links = self.control_links(self.commands)
        self._link = {link.target: link for link in links}
        components = runtime.city.components
        self.targets = tuple(components[t] for t in self._link) or runtime.city.of_kind(self.commands)

    def watches(self) -> tuple[str, ...]:
        return (*(target.id for target in self.targets), *(link.id for link in self._link.values()))

    @property
    def blind(self) -> bool:
        """Whether it gets no readings from what it commands."""
        return bool(self.runtime.faults.active(self.id, LOSS_OF_VIEW.name))

    def commanded(self) -> tuple[Commanded, ...]:
        supply = self.runtime.supply
        centre = supply.works(self.id) and not self.runtime.faults.active(self.id, LOSS_OF_CONTROL.name)
        found = []
        for target in self.targets:
            link = self._link.get(target.id)
            reached = centre and (link is None or supply.link_up(link.id))
            reached = reached and not self.runtime.faults.active(target.id, CONTROLLER_FAILED.name)
            fallback = Fallback.LOCAL if link is None else link.fallback
            found.append(Commanded(target, supply.works(target.id), reached, fallback))
        return tuple(found)

    def in_command(self, commanded: tuple[Commanded, ...]) -> bool:
        """Whether the centre works, sees and reaches most of what works."""
        working = [one for one in commanded if one.works]
        return (
            not self.blind
            and self.runtime.supply.works(self.id)
            and sum(o.reached for o in working) >= MOST * len(working)
        )
