"""Field devices older than the gateways: read for ever, each into the readings that everything else reads too.

registers   the register map of a Modbus unit: words in, readings out, and back
modbus      a Modbus/TCP unit that serves such registers, and the poller that reads one
csv_logger  the plain-text file of a data logger, in its declared dialect
block       a register map as arrays, for many readings at once
devices     the old devices of a simulated town: each reading goes through what they speak
grouped     readings of any old device as those of a sensor group

The flat JSON that the oldest gateways send stands beside the newer payloads, in `gateways.wire.versions.v0`.
"""
