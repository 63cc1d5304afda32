"""Where readings stay: the Parquet file of a run, and InfluxDB."""
