"""Event codes of the tests, for logs that are written by hand."""

from __future__ import annotations

from simulator.contracts.event import EventCode, EventKind
from simulator.contracts.words import Message

SOMETHING = EventCode("test.something", EventKind.NOTE, Message("tests", "something happens"))
"""Stands for whatever happened; give `kind` where that matters."""
