"""The way of a reading from its sensor to those who use it.

core        what a gateway does, without I/O: packs, numbers, an outbox, acknowledgement
simulated   gateways in simulated time: the link is up or down, the box works or not
topics      the names of topics, and how any id becomes a legal one
units       our units as registered SenML units
senml       SenML JSON (RFC 8428): read and resolve
payload     a pack as SenML, with schema version and sequence number; status and meta messages
embedded    an MQTT broker as a child process on this machine
publisher   an MQTT client that never holds up the simulation
store       every reading as a row of a Parquet file, and its digest
telemetry   all of it behind three calls: take, advance, close
"""
