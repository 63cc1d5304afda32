"""Stadtwerk for programs: run scenarios, audit cities and read what came of it, as typed records and tables.

    import stadtwerk

    run = stadtwerk.run("substation-winter", seed=1)
    run.verdict.value          # pass, fail or inconclusive, with run.verdict.findings behind it
    run.levels.pandas()        # service levels over time; also run.readings, run.gauges, run.events
    run.city.levels            # what is required for whom

Everything here is loaded when it is first asked for: `import stadtwerk` itself loads nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.contracts.problem import BadInput
    from stadtwerk.api import Audit, Campaign, Run, Table, audit, campaign, city, open_run, run

__version__ = "0.1.0"

__all__ = [
    "Audit",
    "BadInput",
    "Campaign",
    "Run",
    "Table",
    "__version__",
    "audit",
    "campaign",
    "city",
    "open_run",
    "run",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'stadtwerk' has no attribute {name!r}")
    if name == "BadInput":
        from simulator.contracts.problem import BadInput

        return BadInput
    from stadtwerk import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
