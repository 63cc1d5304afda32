"""Ferries for Stadtwerk: a lifeline from outside, and an importer of water networks drawn up as plain lists."""
