"""What the town's sensors make of the truth: cohorts of like sensors, sampled and disturbed as NumPy arrays.

instrument  one cohort with its private noise: truth in, readings out
sampler     when each cohort is read, and the sink that gets the readings
"""

from simulator.sensors.instrument import Instrument
from simulator.sensors.sampler import Sampler, UnreadableCohorts

__all__ = ["Instrument", "Sampler", "UnreadableCohorts"]
