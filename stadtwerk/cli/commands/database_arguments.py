"""The options that name a database."""

from __future__ import annotations

import argparse


def add_database_arguments(parser: argparse.ArgumentParser, required: bool) -> None:
    parser.add_argument("--influx", metavar="URL", required=required, help="address of the database")
    parser.add_argument("--bucket", required=required, help="the bucket, or the database of InfluxDB 1")
    parser.add_argument("--org", default="", help="the organisation (InfluxDB 2)")
    parser.add_argument("--token-file", metavar="FILE", help="the file that holds the token (InfluxDB 2)")
    parser.add_argument("--user", default="", help="the user (InfluxDB 1)")
    parser.add_argument("--password-file", metavar="FILE", help="the file that holds the user's password (InfluxDB 1)")
    parser.add_argument("--ca-file", metavar="FILE", help="the authority behind an https address")
