"""The gateway: what it decides, what it keeps, its process, and the old devices behind it."""
