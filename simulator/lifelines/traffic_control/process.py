"""The traffic control centre: central programmes, else each signal its own, else police at dark junctions."""

from __future__ import annotations

from simulator.contracts.component import Component
from simulator.coupling.runtime import Runtime
from simulator.domains.traffic.catalogue import CONTROLLER_FAILED, SIGNAL
from simulator.lifelines.control_centre import Commanded, ControlCentre
from simulator.lifelines.lifeline import Duty
from simulator.lifelines.traffic_control import events

DARK_SHARE = 0.1
"""Above this share of dark signals the centre calls the police in (assumption)."""

SHARES = {"central": 1.0, "local": 0.8, "police": 0.5, "none": 0.0}
"""Share of the duty served at one signal (assumption: a local programme does not follow the traffic of the day; an
officer passes fewer cars than a signal). A dark signal without police serves nothing."""


class TrafficControlCentre(ControlCentre):
    """Mode by its own working, its control links and how many of its signals are dark.

    More than `DARK_SHARE` of the signals dark: *police* while officers stand at one of them at least, which takes
    `police_s` from when it went dark at the junctions on the police's list, else *none*. Fewer: *central* while the
    centre reaches most of the signals that work, and *local* while it does not.
    """

    kind = "traffic-control-centre"
    commands = SIGNAL
    judged_for = (CONTROLLER_FAILED.name,)

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        runtime.police.listen(self._on_police)

    def judge(self) -> Duty:
        signals = self.commanded()
        states = [self._state(signal) for signal in signals]
        if not signals:
            works = self.runtime.supply.works(self.id)
            return Duty("central", 1.0, events.TRAFFIC_WORKS) if works else Duty("none", 0.0, events.TRAFFIC_OUT)
        share = sum(SHARES[state] for state in states) / len(states)
        dark = sum(not signal.works for signal in signals)
        policed = states.count("police")
        if dark > DARK_SHARE * len(signals):
            mode = "police" if policed else "none"
            darkened = {"dark": dark, "signals": len(signals), "policed": policed}
            return Duty(mode, share, events.TRAFFIC_DARK, darkened)
        if self.in_command(signals):
            reached = {"reached": states.count("central"), "signals": len(signals)}
            return Duty("central", share, events.TRAFFIC_REACHES, reached)
        if self.blind:
            return Duty("local", share, events.TRAFFIC_BLIND)
        return Duty("local", share, events.TRAFFIC_LOCAL, {"signals": len(signals) - dark})

    def _state(self, signal: Commanded) -> str:
        name = signal.component.id
        police = self.runtime.police
        if signal.works:
            police.release(name)
            return "central" if signal.reached and not self.blind else "local"
        police.call(name, self.because)
        return "police" if police.at(name) else "none"

    def _on_police(self, signal: str, event: int) -> None:
        if any(target.id == signal for target in self.targets):
            self.touch(signal, event)
