"""A town that nobody has built, drawn by planning rules from a number of people and a seed.

site       where people live: a lattice of streets, the people at each corner, and the height of the ground
graph      trees and shortest ways over streets
supply     water: zones, wells, pumps, tanks, mains and pipes; written as an EPANET file
grid       power: local substations, rings with open points, and the 110/20 kV substation; written as a power file
roads      roads between clusters of homes, with car trips
measures   the town's figures beside published ones
plan       all of it as a city folder
"""
