"""Where a run is to be seen in Grafana."""

from __future__ import annotations

from urllib.parse import urlencode


def dashboard_link(run: str, begin_ms: int, end_ms: int, lang: str, live: bool = False) -> str:
    """Path and query of the first dashboard on this run's time, to be put behind Grafana's address."""
    query = {"var-run": run, "from": str(begin_ms), "to": str(end_ms)} | ({"refresh": "5s"} if live else {})
    return f"/d/stadtwerk-city-{lang}?{urlencode(query)}"
