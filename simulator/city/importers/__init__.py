"""Readers of what planners have: each turns a foreign file into one of ours and lists what it had to assume."""
