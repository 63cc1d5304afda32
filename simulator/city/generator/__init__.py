"""The town generator: rules that lay over the networks what no network file says. Each rule says what it assumes.

bare_town   what rules build on: networks on one map, districts, the nearest of something
layer       what a rule lays: components, links and what goes with them; how much, and whose it is
ict         the data network: two rooms, a ring of core routers, a router and a gateway in each district
power       power for everything that needs it, generators, the order of shedding and of coming back
roads       ways in for crews, and traffic signals
control     control rooms, what they command, and their data links
lifelines   hospital, town hall, emergency water, depots, rescue, warning
levels      what is required for people
sensors     what is measured, and household meters
trenches    cables along the streets, and those that share one
town        all of them in order
"""
