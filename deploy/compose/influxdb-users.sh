#!/bin/bash
# Run once by the database's image after its first start: who may do what, and the bucket as a database for InfluxQL.
# Passwords come from files that `stadtwerk secrets init --compose` made. 2.x keeps logins of the InfluxQL interface by
# themselves, each with rights on buckets.
set -euo pipefail

bucket="$DOCKER_INFLUXDB_INIT_BUCKET_ID"

password_of() { tr -d '\n' <"/run/secrets/influxdb-$1-password"; }

influx v1 dbrp create --db "$DOCKER_INFLUXDB_INIT_BUCKET" --rp autogen --default --bucket-id "$bucket"
influx v1 auth create --username ingest --password "$(password_of ingest)" --read-bucket "$bucket" --write-bucket "$bucket"
influx v1 auth create --username simulator --password "$(password_of simulator)" --read-bucket "$bucket" --write-bucket "$bucket"
influx v1 auth create --username grafana --password "$(password_of grafana)" --read-bucket "$bucket"
