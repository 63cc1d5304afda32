"""The command line and the wiring: the only room that knows all others."""

__version__ = "0.1.0"
