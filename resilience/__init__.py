"""Breaks the town through its declared doors, and judges what it did. Nothing here knows an engine.

words       what things are called, and events as sentences
scenario    what is asked: files, checks, records, selectors, draws by hazard and wear, norms, the charter's clauses
inject      what breaks: the injector at the fault door, the watch for triggers
judge       what held: checkers, evidence, limits, losses, metrics, and the verdict over them
report      what people read: the report of a run and of the charter, and what build servers take
study       many runs: audit, campaign, comparison, suite, and the smallest timeline that still fails

Each leans on those above it only.
"""
