"""Values that a schema registry has the schema of: frames, Avro, Protobuf and JSON Schema. Fetches nothing."""
