"""Ingest: takes packs from the brokers into a store, each once, and tells the gateways when they are safe.

config        how a service is set up
link          the connection to one broker; a shared subscription where the broker has it
inbox         messages between receiving and committing, bounded
flow          how many messages of one gateway are looked at
screen        a message becomes columns, or a reason why not
columns       a pack as columns, and the fast reader of today's payload
sequence      what is new, what was here before, up to where nothing is missing; without I/O
ledger        the same on disk, in the transaction of the readings
blocks        packs as rows of packed columns in SQLite
waiting       packs that came before the ones in front of them
store         what ingest needs of a store
embedded      the store in a file of our own, how it is read, and its export to Parquet
retention     how long that store keeps readings
influx_store  the store for InfluxDB: an outbox on disk
pump          the thread that empties the outbox
deadletter    what was not taken, and why
health        what ingest tells of itself, and the acknowledgement
service       all of it together

Run it with `python -m gateways.ingest CONFIG.json`.
"""
