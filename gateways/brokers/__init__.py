"""Brokers: where they are, and how they are run."""
