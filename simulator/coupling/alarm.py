"""How much later an ambulance is called and sent than on an ordinary day, where phones or radio fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Told = Callable[[int | None], None]
"""Called when something about calls or alarms has changed, with the event behind it."""


class Alarm:
    """Told by rescue dispatch, asked by whoever counts whom rescue reaches in time. Without dispatch nobody is late."""

    def __init__(self) -> None:
        self._calls: dict[str, float] = {}
        self._alerts: dict[str, float] = {}
        self._listeners: list[Told] = []

    def listen(self, told: Told) -> None:
        self._listeners.append(told)

    def tell(self, calls_s: Mapping[str, float], alerts_s: Mapping[str, float], cause: int | None) -> None:
        """Emergencies in these districts are reported, and stations in these districts alerted, so much later."""
        calls, alerts = dict(calls_s), dict(alerts_s)
        if (calls, alerts) != (self._calls, self._alerts):
            self._calls, self._alerts = calls, alerts
            for told in self._listeners:
                told(cause)

    def call_s(self, district: str) -> float:
        """Seconds by which a call from this district comes later; infinite if none gets through at all."""
        return self._calls.get(district, 0.0)

    def alert_s(self, district: str) -> float:
        """Seconds by which a station in this district hears of it later."""
        return self._alerts.get(district, 0.0)
