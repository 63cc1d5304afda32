"""Field devices older than the gateways: read for ever, each into the readings that everything else reads too.

registers   the register map of a Modbus unit: words in, readings out, and back; also as arrays
modbus      a Modbus/TCP unit that serves such registers, and the poller that reads one
csv_logger  the plain-text file of a data logger, in its declared dialect
devices     the old devices of a simulated town: each reading goes through what they speak

The flat JSON that the oldest gateways send stands beside the newer payloads, in `gateways.wire.versions.v0`.
"""
