"""Ingest: takes packs from the brokers into a store, each once, and tells the gateways when they are safe.

config          how a service is set up
intake          the connection to one broker, and messages between receiving and committing, bounded
screening       a message becomes columns, or is shed, or becomes a dead letter with the reason
columns         a pack as columns, and the fast reader of today's payload
ledger          what is new, what was here before, up to where nothing is missing; in the transaction of the readings
lease           which of several services writes the packs of which gateways; in the same file
blocks          packs as rows of packed columns in SQLite, in order
store           what ingest needs of a store
embedded_store  the store in a file of our own, how it is read, how long it keeps, and its export to Parquet
influx_store    the store for InfluxDB: an outbox on disk, and the thread that empties it
health          what ingest tells of itself, and the acknowledgement
service         all of it together

reset           numbers that somebody used who had stolen an identity are taken back, and that is written down

Run it with `python -m gateways.ingest CONFIG.json`.
"""
