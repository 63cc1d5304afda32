"""The town's data network: which device reaches which server, over which links, how fast, and who stands in.

model      the graph of data links as arrays
engine     parts, shortest routes and their latency and loss
control    which control links have a way through the network
election   which servers of a cluster carry a duty
service    what the network owes: availability, telemetry and the ways it takes
process    when to look again
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domains.ict.catalogue import DOMAIN

if TYPE_CHECKING:
    from simulator.coupling.runtime import Runtime
    from simulator.domains.ict.process import Ict


def start(runtime: Runtime) -> Ict | None:
    """Start the data network on a runtime: paths, elections, levels and quantities as they are at the clock's begin."""
    if not any(component.domain == DOMAIN for component in runtime.city.components.values()):
        return None
    from simulator.domains.ict.process import Ict

    return Ict(runtime)


__all__ = ["start"]
