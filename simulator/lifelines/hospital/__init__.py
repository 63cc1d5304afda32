"""A hospital, with its records and its water as lifelines of their own."""
