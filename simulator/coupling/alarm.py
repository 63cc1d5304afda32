"""How much later an ambulance is called and sent than on an ordinary day, where phones or radio fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

Told = Callable[[int | None], None]
"""Called when something about calls or alarms has changed, with the event behind it."""


class InPerson(NamedTuple):
    """Nobody can telephone from a district: people set off after `give_up_s`. `manned`: whether at the fire station in
    its middle somebody passes calls on by radio."""

    give_up_s: float
    manned: bool


class Alarm:
    """Told by rescue dispatch, asked by whoever counts whom rescue reaches in time. Without dispatch nobody is late."""

    def __init__(self) -> None:
        self._calls: dict[str, float] = {}
        self._in_person: dict[str, InPerson] = {}
        self._alerts: dict[str, float] = {}
        self._listeners: list[Told] = []

    def listen(self, told: Told) -> None:
        self._listeners.append(told)

    def tell(
        self,
        calls_s: Mapping[str, float],
        alerts_s: Mapping[str, float],
        in_person: Mapping[str, InPerson],
        cause: int | None,
    ) -> None:
        """Emergencies in these districts are reported, and stations in these districts alerted, so much later; from
        others somebody has to come in person."""
        told_now = dict(calls_s), dict(alerts_s), dict(in_person)
        if told_now != (self._calls, self._alerts, self._in_person):
            self._calls, self._alerts, self._in_person = told_now
            for told in self._listeners:
                told(cause)

    def call_s(self, district: str) -> float:
        """Seconds by which a call by telephone from this district comes later."""
        return self._calls.get(district, 0.0)

    @property
    def in_person(self) -> Mapping[str, InPerson]:
        """The districts from which nobody can telephone."""
        return self._in_person

    def alert_s(self, district: str) -> float:
        """Seconds by which a station in this district hears of it later."""
        return self._alerts.get(district, 0.0)
