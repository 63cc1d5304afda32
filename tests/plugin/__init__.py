"""A plug-in of somebody else: the package `harbour` beside this file, installed for child processes only."""
