"""A run as points in a database, live or from a finished folder: the same lines either way.

identity   which run it is, and how its ticks become Unix milliseconds
places     tags, names and places on the map of everything in a city
out        gathers lines
states     component states, modes and faults, told by events
people     service levels, people affected, the service curve
stores     forecasts of depletion, supply against demand
notes      events as annotations
results    findings, redundancies and the run itself
replay     all of that in the order of time
gateways   readings and what became of them, gateway by gateway
folder     a finished run folder, read back
links      where a run is to be seen
target     the database that a command line names
push       a finished run into a database
live       a run into a database while it lasts
health     what gateways, ingest and brokers tell of themselves while a run is live
"""
