"""One run: its wiring, its readings on their way out, its folder, and many runs that share their beginning."""
