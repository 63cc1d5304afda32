"""The command line: options, listings, and what a terminal shows."""
