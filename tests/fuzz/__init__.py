"""Mutants of real files through every reader: each ends with an answer, and opens or loads nothing that it names."""
