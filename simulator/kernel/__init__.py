"""The clock everything runs on, the random streams, the event log, and pacing."""

from simulator.kernel.clock import Clock, Pace, SameTimeLoop
from simulator.kernel.log import EventLog
from simulator.kernel.streams import Streams

__all__ = ["Clock", "EventLog", "Pace", "SameTimeLoop", "Streams"]
