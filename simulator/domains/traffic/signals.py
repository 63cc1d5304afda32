"""What state each signal is in: central, local, dark or regulated by police, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.contracts.link import LinkKind
from simulator.coupling.runtime import Runtime
from simulator.domains.traffic.engine import Passing
from simulator.domains.traffic.model import Programme

CENTRAL, LOCAL, DARK, POLICE = "central", "local", "dark", "police"

HOUR_S = 3600.0

Regulate = Callable[[int, Passing | None, int | None], None]
"""Called with node, how it passes cars without its signal (None: the signal works), and the event behind."""


class Signals:
    """The state machine of every signal.

    A signal that works runs its programme, `central` while a control link is up and `local` otherwise; both pass the
    same (assumption: a centre that sets the local programme gains nothing by itself). One that does not work is `dark`,
    and police come after `police_s` if the junction is on their list. Neither passes more than the signal does, and
    under both every car stops or slows down, which costs it `dark_delay_s`.
    """

    def __init__(self, runtime: Runtime, programmes: Mapping[str, Programme], regulate: Regulate) -> None:
        self._runtime = runtime
        self._programmes = programmes
        self._regulate = regulate
        self._mode: dict[str, str] = {}
        self._dark_serial: dict[str, int] = dict.fromkeys(programmes, 0)
        for signal in programmes:
            self._mode[signal] = mode = self._due(signal)
            if mode == DARK:
                self._enter_dark(signal, None)
            runtime.supply.watch(signal, self._on_change)

    def mode(self, signal: str) -> str:
        return self._mode[signal]

    @property
    def disturbed(self) -> bool:
        """Whether any signal is dark or regulated by police."""
        return any(mode in (DARK, POLICE) for mode in self._mode.values())

    def _due(self, signal: str) -> str:
        supply = self._runtime.supply
        if not supply.works(signal):
            return DARK
        return CENTRAL if supply.live_links(signal, LinkKind.CONTROL) else LOCAL

    def _on_change(self, signal: str, cause: int | None) -> None:
        before, due = self._mode[signal], self._due(signal)
        if due == before or (due == DARK and before == POLICE):
            return
        self._dark_serial[signal] += 1
        if due == DARK:
            event = self._turn(signal, DARK, "the signal is dark: all-way stop", cause)
            self._enter_dark(signal, event)
            return
        why = "the control centre sets the programme" if due == CENTRAL else "the signal runs its local programme"
        event = self._turn(signal, due, why, cause)
        if before in (DARK, POLICE):
            self._regulate(self._programmes[signal].node, None, event)

    def _turn(self, signal: str, mode: str, why: str, cause: int | None) -> int:
        before, self._mode[signal] = self._mode[signal], mode
        return self._runtime.mode(signal, before, mode, why, cause)

    def _enter_dark(self, signal: str, event: int | None) -> None:
        component, serial = self._runtime.city.components[signal], self._dark_serial[signal]
        self._limit(signal, component.number("dark_veh_h"), event)
        if not component.parameters["police"]:
            return

        def police_come() -> None:
            if self._dark_serial[signal] == serial and self._mode[signal] == DARK:
                arrived = self._turn(signal, POLICE, "police regulate the junction", event)
                self._limit(signal, component.number("police_veh_h"), arrived)

        self._runtime.clock.after(component.number("police_s"), signal, police_come)

    def _limit(self, signal: str, veh_h: float, event: int | None) -> None:
        programme, component = self._programmes[signal], self._runtime.city.components[signal]
        passing = Passing(min(veh_h / HOUR_S, programme.capacity_veh_s), component.number("dark_delay_s"))
        self._regulate(programme.node, passing, event)
