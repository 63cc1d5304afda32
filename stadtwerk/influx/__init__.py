"""A run as points in a database, live or from a finished folder: the same lines either way.

places     which run it is; tags, names and places on the map of everything in a city
states     component states, modes and faults, told by events; forecasts of depletion, supply against demand
people     service levels, people affected, the service curve
results    findings, redundancies and the run itself; events as annotations
replay     all of that in the order of time
gateways   readings and what became of them, gateway by gateway
sender     gathers lines, and writes them without holding anybody up
push       a finished run into the database that a command line names
live       a run into a database while it lasts, and the health of real gateways, ingest and brokers
"""
