"""Rescue dispatch and its radio, and the stations that ambulances leave from."""
