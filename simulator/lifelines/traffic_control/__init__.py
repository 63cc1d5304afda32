"""The traffic control centre."""
