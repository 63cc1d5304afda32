"""A run against the wall clock: real gateways, real brokers, real kills.

settings   what the user asked for beyond a run
journal    what happened to processes and links, as it happened
keeper     keeps one child process alive
ingest     the ingest service as a child process
secrets    whether an installation's secrets do for a live run
wires      the ways from a gateway or ingest to the brokers
credentials  secrets that run out
processes  all processes and links of one live run
device     an old device behind a gateway, asked over a real socket
field      readings of one gateway on their way to its process
faults     what breaks in the city, on the real thing; drills
lag        how far the city is behind the wall clock
audit      every acknowledged reading is in the store exactly once: counted
feed       the way of the readings out of a live run
run        one live run, from a scenario file to a run folder
"""
