"""The way of a reading from its sensor to those who use it.

The wire
    topics      the names of topics, and how any id becomes a legal one
    units       our units as registered SenML units
    senml, cbor SenML (RFC 8428) as JSON and as CBOR: read and resolve
    payload     a pack as SenML, with schema version and sequence number; status and meta messages
    versions    every payload version ever published, and the messages that roll one out or back
    schemas     JSON Schema and AsyncAPI, generated from the code
    privacy     household meters leave only as sums
    sums        which readings leave a gateway, and as what
    rollout     tells gateways which version to write

The gateway
    core        what a gateway does, without I/O: packs, numbers, an outbox in memory, acknowledgement
    links, window, failover
                which broker, what to send again and when: decided without I/O
    outbox      what waits for an acknowledgement, on disk
    node        the gateway as a process
    simulated   gateways in simulated time: the link is up or down, the box works or not
    legacy      devices of old: Modbus/TCP, CSV loggers

Brokers and stores
    embedded    an MQTT broker as a child process on this machine
    brokers     pairs of brokers, Mosquitto's configuration, rights by identity
    secrets     certificates and passwords of a new installation
    children    processes that do not outlive their parent
    ingest      the service that takes packs into a store and acknowledges them
    influx      line protocol and the writer to InfluxDB

A run
    publisher   an MQTT client that never holds up the simulation
    store       every reading as a row of a Parquet file, and its digest
    telemetry   all of it behind three calls: take, advance, close
    proxy       a link on this machine that can be cut
"""
