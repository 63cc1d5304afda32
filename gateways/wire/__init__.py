"""What goes over the wire: topics, SenML as JSON and CBOR, payload versions, schemas."""
