"""Rules that lay over the networks what no network file says. Each rule says what it assumes.

layer       what a rule gives: components, links, levels, sensors, assumptions
ground      what rules build on: networks on one map, districts, the nearest of something
plan        the numbers in which one town differs from another
owners      who answers for what
partition   a town cut into districts
power       feeds of pumps and of everything else
ict         data centre, routers, gateways
signals     traffic signals
control     control rooms and the links they command over
generators  emergency generators
rescue      dispatch, radio sites, stations
lifelines   hospital, town hall, emergency water, depots
access      road access
priority    which substations are shed last
levels      service levels owed
sensors     what is measured
baseline    what the water network gives without any fault
lay         all of them in order
"""
