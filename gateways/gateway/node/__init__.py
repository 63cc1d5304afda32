"""A gateway as a process of its own: `python -m gateways.gateway.node CONFIG.json`.

config      everything it must know, as one record
frames      blocks of readings as bytes in the outbox, and the descriptions of their sensors
lines       what goes over the field side's socket
field       the field side: takes blocks, commits them, answers
client      the other end of the field side, for whoever samples sensors
session     one connection to one broker
uplink      packs from the outbox to ingest, through the broker that is best now
health      counters, as telemetry of their own
process     the gateway as a child process, for a run and for tests
"""

from gateways.gateway.node.client import FieldClient, FieldCounts
from gateways.gateway.node.config import NodeConfig
from gateways.gateway.node.process import NodeProcess

__all__ = ["FieldClient", "FieldCounts", "NodeConfig", "NodeProcess"]
