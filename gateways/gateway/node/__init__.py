"""A gateway as a process of its own: `python -m gateways.gateway.node CONFIG.json`.

config      everything it must know, as one record
southbound  what goes over the socket towards the sensors, the server that commits it, and a client for whoever samples
batches     readings as bytes in the outbox, and as messages in the payload version that holds now
northbound  packs from the outbox to ingest, through the broker that is best now; its health
process     the gateway as a child process, for a run and for tests
"""

from gateways.gateway.node.config import NodeConfig
from gateways.gateway.node.process import NodeProcess
from gateways.gateway.node.southbound import SouthboundClient, SouthboundCounts

__all__ = ["NodeConfig", "NodeProcess", "SouthboundClient", "SouthboundCounts"]
