"""Faults that nobody names one by one: those that a natural hazard or wear and tear draws, from the run's seed.

hazard      a part of the map: flood, heat or storm over an area, with its intensity at a place
fragility   how likely a component fails at an intensity, by class (data with source)
rates       how often a component fails in a year, by class and age (data with source), and how long it stays broken
cases       the draw itself: which components, when, for how long
"""
