"""Breaks the town through its declared doors, and judges what it did. Nothing here knows an engine.

scenario    what is asked: files, checks, records, selectors, norms, the charter's clauses
inject      what breaks: the injector at the fault door, draws by hazard and wear, the watch for triggers
judge       what held: checkers, evidence, metrics, and the verdict over them
study       many runs: audit, campaign, comparison, suite, and the smallest timeline that still fails
report      what people read: the report of a run and of the charter, and what build servers take
words       what things are called, and how numbers and times are written
"""
