"""A run against the wall clock: real gateways, real brokers, real kills.

settings        what the user asked for beyond a run, and where an installation is that others run
plant           what is needed of gateways, brokers and ingest; the ways between them, and a journal of what happened
supervisor      keeps one child process alive, such as ingest
credentials     whether an installation's secrets do for a live run; secrets that run out
processes       all processes and links of one live run
attached        an installation that others run, as far as a live run reaches it
southbound      readings on their way to gateways, also through old devices
faults          what breaks in the city, on the real thing; drills
reconciliation  every acknowledged reading is in the store exactly once: counted
feed            the way of the readings out of a live run, and how far the city is behind the wall clock
undelivered     what a live run has not delivered, kept on disk until it is
run             one live run, from a scenario file to a run folder
resume          delivers what an earlier live run could not
compose         what stands in deploy/compose, made by code
"""
