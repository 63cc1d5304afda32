"""The digital town hall."""
