"""What the town's sensors make of the truth: cohorts of like sensors, sampled and disturbed as NumPy arrays.

panel    cohorts that are read together, with their noise: truth in, readings out
sampler  when each cohort is read, and the sink that gets the readings
"""

from simulator.sensors.panel import Panel
from simulator.sensors.sampler import Sampler, UnreadableCohorts

__all__ = ["Panel", "Sampler", "UnreadableCohorts"]
