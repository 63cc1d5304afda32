"""Digests of what ships, stored before the code was rebuilt."""
