"""Why something failed: what it would have held without, and what it would have held with. Running is for others.

options       what might have kept it: faults less, and lacks cured, of those that the run shows
fewest        the fewest parts and the smallest number that are enough
less          whether much less than a cure would do
search        which of these are enough, and how little of each
"""
