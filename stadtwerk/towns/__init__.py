"""Finds scenarios and cities, builds the demo city, imports and exports towns."""
