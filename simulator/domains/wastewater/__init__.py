"""The sewer network: manholes, sewers, lifting stations, the treatment plant, and where the water comes out.

inp      the text of a SWMM input file
model    the network as typed arrays
engine   EPA SWMM, stepwise
"""
