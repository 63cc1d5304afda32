"""The way of a reading from its sensor to those who use it.

wire        what goes over it: topics, SenML as JSON and CBOR, every payload version
gateway     what a gateway decides and keeps, its process, and the old devices behind it
simulated   gateways in simulated time, and a run's telemetry behind three calls: take, advance, close
brokers     pairs of brokers, the one that comes with pip, Mosquitto's configuration, rights by identity
ingest      the service that takes packs into a store and acknowledges them
stores      where readings stay: the Parquet file of a run, InfluxDB
network     links on this machine that can be cut, and the encrypted way between two machines
secrets     certificates and passwords of a new installation
schemas     what all messages look like, for other programs: JSON Schema and AsyncAPI
children    processes that do not outlive their parent
alive       whether a service is alive, for those who start it again
"""
