"""What the town's sensors make of the truth: cohorts of like sensors, sampled and disturbed as NumPy arrays.

panel      cohorts that are read together, with their noise: truth in, readings out
sampler    when each cohort is read, and the sink that gets the readings
forms      what each fault of a sensor makes of its readings, as a formula
faults     sensors that lie: which faults are in force where
transport  readings that go astray on the way to their gateway
truth      labels: what was wrong with which readings
"""

from simulator.sensors.faults import SensorFaults
from simulator.sensors.panel import Panel
from simulator.sensors.sampler import Sampler, UnreadableCohorts
from simulator.sensors.transport import Transport
from simulator.sensors.truth import Label, TruthFile, read_labels

__all__ = ["Label", "Panel", "Sampler", "SensorFaults", "Transport", "TruthFile", "UnreadableCohorts", "read_labels"]
